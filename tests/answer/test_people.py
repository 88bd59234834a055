"""Who is one person across articles, and who is not."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer.naming import compatible, parse_name
from assistant.answer.people import join_people, keys_of
from assistant.answer.whom import Whom
from assistant.index.rows import Utterances


def row(speaker: str, role: str = "", article: str = "1", joint: tuple[str, ...] = (), n: int = 1) -> Utterances:
    return Utterances(speaker, role, article, joint, n)


def joined(*rows: Utterances) -> set[frozenset[str]]:
    """The names of each person."""
    return {frozenset(person.names) for person in join_people(rows).persons}


def test_forms_of_one_name_are_one_person_under_the_fullest():
    rows = [
        row("Joe Biden", article="1"),
        row("Biden", "presiden", "2"),
        row("Presiden Biden", article="3"),
        row("President Joseph R. Biden", article="4"),
        row("Joseph Biden", article="5", n=3),
    ]
    (person,) = join_people(rows).persons
    assert person.name == "Joseph R. Biden"
    assert person.names[0] == "Joseph Biden"
    assert set(person.names) == {r.speaker for r in rows}


def test_the_name_shown_has_no_title_and_keeps_what_only_looks_like_one():
    rows = [row("Dr. Sri Palupi"), row("Presiden Ilse Haar", article="2"), row("Marine Le Pen", article="3")]
    assert {person.name for person in join_people(rows).persons} == {"Sri Palupi", "Ilse Haar", "Marine Le Pen"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill Hartono", "William Hartono"),
        ("J. Merriden", "Joan Merriden"),
        ("Absalom Nahak", "Absalom Nahak Ria"),
        ("Maria Solano", "Maria Solano Pérez"),
        ("Martin Okafor Jr.", "Martin Okafor"),
        ("Annelies van Brakhuizen", "Annelies Brakhuizen"),
        ("Dr. Saskia Illingworth", "Saskia Illingworth"),
        ("Rizaldi Pamenan, S.H.", "Rizaldi Pamenan"),
        ("Joko Widodo", "Jokowi"),
        ("Presiden Jokowi", "Joko Widodo"),
        ("Tan Sri Rosman Jelani", "Rosman Jelani"),
        ("Élodie Garnier", "ELODIE GARNIER"),
        ("डॉ. शशिकांत बघेरवाल", "शशिकांत बघेरवाल"),
        ("Владимир Путин", "Vladimir Putin"),
    ],
)
def test_two_forms_of_a_name_join(one: str, other: str):
    assert joined(row(one, article="1"), row(other, article="2")) == {frozenset((one, other))}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hunter Biden", "Joe Biden"),
        ("Xi Jinping", "Jinping Xi"),
        ("Martin Okafor Jr.", "Martin Okafor Sr."),
        ("Mario Rossi", "Maria Rossi"),
        ("Joe R. Palmer", "Joe L. Palmer"),
        ("Kementerian Luar Negeri China", "Kementerian Luar Negeri"),
        ("Wali Kota Laranta", "Bupati Laranta"),
        ("Presiden Rusia", "Presiden China"),
        ("police", "Police Sergeant Ana Ruiz"),
        ("林秀英", "林秀"),
    ],
)
def test_two_names_stay_apart(one: str, other: str):
    assert joined(row(one, article="1"), row(other, article="2")) == {frozenset((one,)), frozenset((other,))}


def test_bodies_join_up_to_case_article_company_form_and_an_acronym_in_brackets():
    assert joined(row("the Foreign Ministry"), row("foreign ministry", article="2")) == {
        frozenset(("the Foreign Ministry", "foreign ministry"))
    }
    assert joined(row("Linao Hydro Corp."), row("Linao Hydro", article="2")) == {frozenset(("Linao Hydro Corp.", "Linao Hydro"))}
    full = "Badan Penanggulangan Bencana (BPBX)"
    assert joined(row(full), row("BPBX", article="2")) == {frozenset((full, "BPBX"))}


def test_a_bare_surname_is_the_full_name_of_its_article():
    rows = [row("Joe Biden", article="1"), row("Hunter Biden", article="2"), row("Biden", article="2")]
    assert joined(*rows) == {frozenset(("Joe Biden",)), frozenset(("Hunter Biden", "Biden"))}


def test_else_it_is_the_one_with_the_same_office_in_any_language():
    rows = [row("Joe Biden", "President", "1"), row("Hunter Biden", "son of the president's friend", "2"), row("Biden", "Presiden AS", "3")]
    assert frozenset(("Joe Biden", "Biden")) in joined(*rows[:1], row("Hunter Biden", "lawyer", "2"), rows[2])


def test_else_it_is_the_only_one_and_when_several_are_possible_it_stays_apart():
    assert joined(row("Joe Biden"), row("Biden", article="2")) == {frozenset(("Joe Biden", "Biden"))}
    assert frozenset(("Biden",)) in joined(row("Joe Biden"), row("Hunter Biden", article="2"), row("Biden", article="3"))


def test_a_first_name_alone_stands_for_somebody_elsewhere_only_when_it_is_rare():
    assert joined(row("Sulastri Widyaka"), row("Sulastri", article="2")) == {frozenset(("Sulastri Widyaka", "Sulastri"))}
    assert joined(row("Maria Solano"), row("Maria", article="2")) == {frozenset(("Maria Solano",)), frozenset(("Maria",))}
    assert joined(row("Maria Solano"), row("Maria", article="1")) == {frozenset(("Maria Solano", "Maria"))}


def test_initials_that_fit_two_people_are_neither():
    assert frozenset(("J. Palmer",)) in joined(row("Joan Palmer"), row("Jack Palmer", article="2"), row("J. Palmer", article="3"))
    assert frozenset(("J. Palmer", "Jack Palmer")) in joined(
        row("Joan Palmer"), row("Jack Palmer", article="2"), row("J. Palmer", article="2")
    )


def test_namesakes_with_two_careers_are_two():
    rows = [row("Budi Santoso", "kiper Persila", "1"), row("Budi Santoso", "hakim ketua", "2"), row("Budi Santoso", "hakim agung", "3")]
    people = join_people(rows)
    assert [people.of(r) for r in rows] == [people.of(rows[0]), people.of(rows[1]), people.of(rows[1])]
    assert people.of(rows[0]) != people.of(rows[1])


def test_roles_that_change_in_a_life_part_nobody():
    rows = [row("Ana Ruiz", "actress", "1"), row("Ana Ruiz", "mayor of Sotera", "2"), row("Ana Ruiz", "president", "3")]
    assert len(join_people(rows).persons) == 1
    both = [row("Ana Ruiz", "goalkeeper", "1"), row("Ana Ruiz", "judge", "2"), row("Ana Ruiz", "judge and former goalkeeper", "3")]
    assert len(join_people(both).persons) == 1


def test_a_joint_statement_is_of_each_of_its_speakers():
    rows = [
        row("Xi Jinping"),
        row("Vladimir Putin"),
        row("Xi Jinping; Vladimir Putin", joint=("Xi Jinping", "Vladimir Putin"), article="2"),
    ]
    people = join_people(rows)
    assert {people.persons[n].name for n in people.of(rows[2])} == {"Xi Jinping", "Vladimir Putin"}


GIVEN = ["Joe", "Joseph", "J.", "Hunter", "Maria", "", "Presiden", "President Joseph R.", "van", "Dr. Ana"]
NAMES = st.builds(
    lambda a, b: f"{a} {b}".strip(), st.sampled_from(GIVEN), st.sampled_from(["Biden", "Solano", "Ministry", "BNPX", "del Rio", "Путин"])
)
ROWS = st.lists(
    st.builds(
        row, NAMES | st.text(max_size=12), st.sampled_from(["", "president", "judge", "goalkeeper", "Presiden"]), st.sampled_from("12345")
    ),
    max_size=25,
)


def partition(rows: list[Utterances]) -> set[frozenset[tuple[str, str, str]]]:
    people = join_people(rows)
    parts: dict[int, set[tuple[str, str, str]]] = {}
    for key, person in people.meant.items():
        parts.setdefault(person, set()).add(key)
    return set(map(frozenset, parts.values()))


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_every_row_is_exactly_one_persons(rows):
    people = join_people(rows)
    assert set(people.meant) == {key for r in rows for key in keys_of(r)}
    assert set(people.meant.values()) == set(range(len(people.persons)))
    assert all(len(people.of(r)) == 1 for r in rows)


@given(ROWS, st.randoms())
@settings(max_examples=150, deadline=None)
def test_the_order_of_the_rows_does_not_matter(rows, order: random.Random):
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert join_people(rows) == join_people(shuffled)


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_unrelated_rows_change_nothing(rows):
    unrelated = [row("Aurelius Zwick", "mayor", "1"), row("Zwick", "", "2"), row("Qorvex Holding GmbH", "", "3")]
    assert partition(rows) <= partition(rows + unrelated)


@given(NAMES, NAMES)
def test_being_compatible_is_mutual(one, other):
    first, second = parse_name(one), parse_name(other)
    assert compatible(first, second) == compatible(second, first)


FOUND = [
    ("biden", {"Joe Biden", "Hunter Biden"}),
    ("Joe Biden", {"Joe Biden"}),
    ("President Joseph Biden", {"Joe Biden"}),
    ("Jill Biden", set()),
    ("Bérengère Lacombaz", {"Berengere Lacombaz"}),
    ("direktur Berengere Lacombaz", {"Berengere Lacombaz"}),
    ("the fishermen's leader Berengere Lacombaz", {"Berengere Lacombaz"}),
    ("Menteri Pertahanan Subrata", {"Prasetyo Subrata"}),
    ("Timur Saidashev", {"Тимур Сайдашев"}),
    ("小林", {"小林正雄"}),
    ("Vladimir", set()),
    ("", set()),
    ("?!", set()),
]


@pytest.mark.parametrize(("asked", "names"), FOUND)
def test_a_name_as_typed_means_those_who_have_it(asked: str, names: set[str]):
    known = {
        "Joe Biden": "president", "Hunter Biden": "", "Berengere Lacombaz": "", "Prasetyo Subrata": "Menteri Pertahanan",
        "Тимур Сайдашев": "вратарь", "小林正雄": "",
    }  # fmt: skip
    whom = Whom(join_people([row(name, role, str(n)) for n, (name, role) in enumerate(known.items())]))
    assert {whom.people.persons[n].name for n in whom.find(asked)} == names
