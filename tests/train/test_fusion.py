import json
import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from assistant.encoders import open_encoder
from assistant.search.fusion import FIRST, MATCHED
from assistant.text.terms import content_terms
from assistant.train.data import Pair, Question
from assistant.train.fusion import collect, fit, gather, is_english, learn, rr, shown, thinned

RECIPE = {
    "seed": 1, "steps": 60, "rate": 0.1, "decay": 0.001,
    "passages": {"windows": 2},
    "questions": {"per_window": 2, "words": [3, 5], "least_words": 4, "opening": {"en": "what who", "id": "apa siapa"}},
    "weights": {"same": 1.0, "thinned": 1.0, "whole": 1.0, "forgotten": 1.0},
}  # fmt: skip
TOPICS = {
    "bridge": ("Jembatan baru itu dibuka kemarin oleh wali kota", "The new bridge was opened yesterday by the mayor"),
    "rice": ("Harga beras naik tajam pada bulan Maret", "The price of rice rose sharply in March"),
    "film": ("Film itu memenangkan lima penghargaan di Jakarta", "The film won five awards in Jakarta"),
    "storm": ("Badai merusak puluhan kapal nelayan di utara", "The storm damaged dozens of fishing boats in the north"),
}


def window(topic: str, language: str = "id") -> list[Pair]:
    foreign, english = TOPICS[topic]
    return [Pair(language, "news", f"{foreign} {n}.", f"{english} {n}.", n) for n in range(2)]


def corpus() -> SimpleNamespace:
    question = Question("id", "made_up", "Kapan harga beras naik?", "Harga beras naik pada Maret.", "", "Maret")
    other = Question("en", "made_up", "How many beds?", "The hospital has three hundred beds.", "", "three hundred")
    aside = [window("bridge"), window("rice"), window("film"), window("storm", "de")]
    return SimpleNamespace(questions=[other], windows=[], held_out_questions=[question], held_out_windows=aside)


def test_a_thinned_sentence_keeps_its_content_words_in_order_behind_a_question_word():
    sentence = TOPICS["storm"][1] + "."
    for seed in range(30):
        opening, *words = thinned(sentence, "en", random.Random(seed), RECIPE["questions"]).removesuffix("?").split()
        assert opening in ("What", "Who")
        assert 3 <= len(words) <= 5
        places = [sentence.strip(".").split().index(word) for word in words]
        assert places == sorted(places)
        assert all(content_terms(word, "en") for word in words)


def test_windows_are_asked_in_the_language_that_they_are_not_shown_in():
    made = gather(corpus(), RECIPE)
    for one in corpus().held_out_windows:
        text = " ".join(shown(one, pair) for pair in one)
        assert made.passages[text] == ("en" if is_english(one) else one[0].language)
        asked = [a for a in made.asked if text in a.right]
        assert {a.kind for a in asked} == {"whole", "thinned"}
        assert all(a.pair.split("-")[1] == made.passages[text] != a.pair.split("-")[0] for a in asked)
    assert all(a.right <= made.passages.keys() for a in made.asked)


def test_the_weights_learned_find_what_was_asked_for():
    encoder = open_encoder()
    examples = collect(gather(corpus(), RECIPE), encoder)
    assert all(e.right.sum() == 1 for e in examples)
    assert all(e.first.shape == (len(e.right), len(FIRST)) and e.matched.shape == (len(e.right), len(MATCHED)) for e in examples)
    known = learn(examples, RECIPE).known
    assert known.first[0] == known.matched[0] == 1
    assert np.mean([rr(e.matched @ known.matched, e.right) for e in examples]) >= np.mean([rr(e.first[:, 0], e.right) for e in examples])


def test_forgotten_languages_are_asked_in_all_passages_and_leave_the_other_weights_as_they_are():
    made = gather(corpus(), RECIPE)
    gone = made.forgotten(["id"])
    assert gone.passages == made.passages
    assert [(a.kind, a.question) for a in gone.asked] == [("forgotten", "Kapan harga beras naik?")]
    assert not made.forgotten(["en"]).asked
    known = collect(made, open_encoder())
    strange = [replace(e, asked=replace(e.asked, kind="forgotten"), strange=1.0) for e in known if e.asked.kind == "same"]
    alone, both = learn([replace(e, strange=0.0) for e in known], RECIPE), learn([*known, *strange], RECIPE)
    assert (alone.strange.matched == alone.known.matched).all()
    assert (both.known.matched == alone.known.matched).all()
    assert (both.strange.matched != alone.strange.matched).any()
    assert {part: set(names) for part, names in both.written().items()} == {key: {"first", "matched"} for key in ("known", "strange")}


def test_fitting_recovers_which_feature_counts():
    rng = np.random.default_rng(3)
    lists = []
    for _ in range(200):
        columns = rng.normal(size=(8, 3))
        best = np.argmax(columns @ [1.0, 2.0, 0.0])
        lists.append((columns, np.eye(8)[best], 1.0))
    weights = fit(lists, RECIPE | {"steps": 300})
    assert weights[0] == 1
    assert 1.6 < weights[1] < 2.4
    assert abs(weights[2]) < 0.2


def test_reciprocal_rank_of_a_list():
    assert rr(np.array([0.1, 0.9, 0.5]), np.array([1, 0, 1])) == 1 / 2
    assert rr(np.array([0.1, 0.9]), np.array([0, 0])) == 0


def test_the_shipped_weights_are_of_these_features():
    shipped = json.loads((Path(__file__).parents[2] / "assistant/search/fusion.json").read_text("utf-8"))
    for part in ("known", "strange"):
        assert tuple(shipped[part]["first"]) == FIRST
        assert tuple(shipped[part]["matched"]) == MATCHED
