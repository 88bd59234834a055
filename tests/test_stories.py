"""Articles on one event are linked, near copies count once; measured on articles written for it."""

import hashlib
import itertools
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.drafting import split_article
from assistant.index.alike_articles import SHARE, shared
from assistant.ingest import encode_drafts
from assistant.records import Filters
from assistant.stories import stories
from assistant.text.clean import clean
from assistant.text.fingerprints import VERSION, fingerprint
from assistant.text.readers import Raw

GOLDEN = tomllib.loads((Path(__file__).parent / "golden" / "stories.toml").read_text("utf-8"))
LEDE = "Our reporter writes from the scene, where the mood was calm and people stood in groups."
END = "Readers may send us their views until Sunday evening by letter or by telephone."
CHANGES: dict[str, Callable[[list[str]], list[str]]] = {
    "the same": lambda sentences: sentences,
    "the first half": lambda sentences: sentences[: (len(sentences) + 1) // 2],
    "every third left out": lambda sentences: [s for n, s in enumerate(sentences) if n % 3 != 1],
    "another beginning and end": lambda sentences: [LEDE, *sentences[1:-1], END],
    "another order": lambda sentences: sentences[2:] + sentences[:2],
}


def held(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % 2 == 1


def add(assistant: Assistant, rows: list[dict[str, str]]) -> list[str]:
    drafts = []
    for n, row in enumerate(rows):
        fields = {name: row[name] for name in ("title", "outlet", "published")}
        raw = Raw(f"/{n}-{row['outlet']}-{row['title']}.txt", row["text"].encode(), row["text"], fields)
        drafts.append(split_article(clean(raw), raw.original, assistant.settings))
    return assistant.index.add(list(encode_drafts(drafts, assistant.encoder, assistant.index)))


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, dict[str, str]]]:
    with Assistant.open(tmp_path_factory.mktemp("stories") / "index") as assistant:
        ids = add(assistant, GOLDEN["article"])
        yield assistant, {i: row["event"] for i, row in zip(ids, GOLDEN["article"], strict=True)}


def pairs_of(groups: list[list[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in itertools.combinations(sorted(group, key=int), 2)}


@pytest.mark.parametrize("half", ["seen", "held"])
def test_articles_on_one_event_are_linked_and_others_are_not(golden: tuple[Assistant, dict[str, str]], half: str):
    assistant, events = golden
    found = pairs_of([list(story.article_ids) for story in stories(assistant.index)])
    right = pairs_of([[i for i in events if events[i] == event] for event in set(events.values())])
    ours = {pair for pair in found if any(held(events[i]) == (half == "held") for i in pair)}
    wanted = {pair for pair in right if held(events[pair[0]]) == (half == "held")}
    assert len(ours & wanted) >= 0.9 * len(ours)
    assert len(ours & wanted) >= 0.9 * len(wanted)


def test_a_story_tells_its_days_outlets_and_names(golden: tuple[Assistant, dict[str, str]]):
    assistant, events = golden
    story = next(s for s in stories(assistant.index) if events[s.article_ids[0]] == "fire-tolmere")
    assert (story.first, story.last, story.n_sources) == ("2024-03-04", "2024-03-07", 4)
    assert story.outlets == ("Tolmere Post", "County Radio", "Harian Selat")
    assert {"Brandt", "Tolmere"} & set(story.names)
    assert stories(assistant.index, Filters(outlet="nobody")) == []
    only = stories(assistant.index, Filters(outlet="Tolmere Post"))
    assert [s.article_ids for s in only] == [tuple(i for i in story.article_ids if assistant.article(i).outlet == "Tolmere Post")]


def sentences_of(text: str) -> list[str]:
    return re.split(r'(?<=[.!?"]) ', text)


def test_what_an_outlet_makes_of_a_wire_report_is_a_near_copy_and_one_source(tmp_path: Path):
    rows = [
        {
            "title": report["key"],
            "outlet": f"{report['key']} {name}",
            "published": "2024-01-01",
            "text": " ".join(change(sentences_of(report["text"]))),
        }
        for report in GOLDEN["report"]
        for name, change in CHANGES.items()
    ]
    with Assistant.open(tmp_path / "index") as assistant:
        ids = add(assistant, rows)
        groups = assistant.index.copy_groups()
        assert [set(group) for group in groups] == [set(ids[n : n + len(CHANGES)]) for n in range(0, len(ids), len(CHANGES))]
        assert {story.n_sources for story in stories(assistant.index)} <= {1}
        answer = assistant.ask("How long was the tear below the waterline?")
        assert {copy.outlet for copy in answer.citations[0].also} | {answer.citations[0].outlet} == {
            f"ferry {name}"
            for name, change in CHANGES.items()
            if any("waterline" in s for s in change(sentences_of(GOLDEN["report"][0]["text"])))
        }
        first, *others = groups[0]
        assistant.remove(first)
        assert assistant.index.copies(others[0]) == tuple(others[1:])
        assert assistant.index.check() == []


def test_other_reports_are_no_copies():
    for one, other in itertools.combinations([*GOLDEN["article"], *GOLDEN["report"]], 2):
        assert shared(fingerprint(one["text"]), fingerprint(other["text"])) < SHARE


def test_the_fingerprint_of_a_text_is_what_it_was():
    assert VERSION == "1"
    made = fingerprint("Panen padi di Kabupaten Selasih turun 18 persen tahun ini.")
    assert hashlib.sha256(made).hexdigest() == "fcdf657cf502a22ad126b6183c1c3244e0bd5c98541927b71d8efd4cffe3e531"
    assert fingerprint("") != made
    assert len(fingerprint("")) == len(made)
