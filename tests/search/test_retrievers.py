"""Fused retrieval on a few made-up articles, with the model that comes with the package."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from assistant.encoders import open_encoder
from assistant.index.index import LocalIndex
from assistant.ingest import add_paths
from assistant.records import Filters, Passage, Span
from assistant.search import matching
from assistant.search.matching import NEAR, PassageMatcher, TokenEncoder
from assistant.search.retrievers import DenseRetriever, HybridRetriever, LexicalRetriever
from assistant.settings import Settings

TEXTS = {
    "bridge": "Jembatan baru di Sungai Musi dibuka oleh wali kota. Panjangnya 750 meter dan dibangun selama tiga tahun.",
    "rice": "Harga beras naik pada bulan Maret. Menteri pertanian menyebut banjir sebagai penyebabnya.",
    "film": "Film Laut Selatan memenangkan lima penghargaan. Sutradaranya menulis naskah itu di Makassar.",
    "fishers": "Fishermen in the northern village repaired their boats after the storm. The harbour opens again on Monday.",
    "hospital": "The new hospital has three hundred beds. Nurses moved in last week, said the director.",
}
QUESTIONS = {
    "Berapa panjang jembatan di Sungai Musi?": "bridge",
    "Why did the price of rice rise?": "rice",
    "Kapan pelabuhan nelayan dibuka lagi?": "fishers",
    "How many beds does the new hospital have?": "hospital",
}


class WithoutTokens:
    """An encoder of whole texts only."""

    def __init__(self) -> None:
        self.whole = open_encoder()
        self.name, self.digest, self.dimensions = self.whole.name, self.whole.digest, self.whole.dimensions
        self.encode_queries, self.encode_passages = self.whole.encode_queries, self.whole.encode_passages


@pytest.fixture(scope="module")
def encoder():
    return open_encoder()


@pytest.fixture(scope="module")
def index(tmp_path_factory, encoder):
    folder: Path = tmp_path_factory.mktemp("articles")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    with LocalIndex.open(tmp_path_factory.mktemp("index") / "made-up", encoder) as opened:
        assert not add_paths(opened, encoder, [folder], Settings()).failures
        yield opened


@pytest.fixture(scope="module")
def hybrid(index, encoder):
    return HybridRetriever(DenseRetriever(index, encoder), LexicalRetriever(index))


@pytest.fixture(scope="module")
def passages(index):
    return [p for article in index.articles() for p in index.article_passages(article.id)]


def name_of(index: LocalIndex, hit) -> str:
    return Path(index.article(hit.passage.article_id).origin).stem


def best_matches(encoder, question: str, text: str) -> tuple[np.ndarray, np.ndarray]:
    """By definition: for each token of the question the greatest cosine to a token of the text; and the tokens' weights."""
    asked, told = encoder.token_vectors(question), encoder.token_vectors(text)
    cosines = [[float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for b in told] for a in asked]
    return np.maximum([max(row) for row in cosines], 0), np.linalg.norm(asked, axis=1)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_passage_that_answers_comes_first_in_either_language(hybrid, index, question):
    assert name_of(index, hybrid.search(question, 5)[0]) == QUESTIONS[question]


@pytest.mark.parametrize("question", [*QUESTIONS, "xyzzy", "的", "🙂", "?"])
def test_hits_are_ranked_from_one_best_first_and_each_passage_once(hybrid, question):
    hits = hybrid.search(question, 50)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert len({hit.passage.id for hit in hits}) == len(hits)
    assert all(a.score >= b.score for a, b in itertools.pairwise(hits))


def test_fewer_hits_are_the_first_of_more(hybrid, monkeypatch):
    monkeypatch.setattr("assistant.search.retrievers.MATCHED_HITS", 2)
    for question in QUESTIONS:
        whole = hybrid.search(question, 50)
        assert len(whole) == len(TEXTS)
        assert hybrid.search(question, 3) == whole[:3]
        assert all(a.score >= b.score for a, b in itertools.pairwise(whole))


def test_filters_hold_for_both_retrievers(hybrid, index):
    article = next(iter(index.articles()))
    hits = hybrid.search("Why did the price of rice rise?", 50, Filters(article_ids=(article.id,)))
    assert {hit.passage.article_id for hit in hits} == {article.id}


def test_an_encoder_of_whole_texts_leaves_the_matching_out(index, encoder):
    whole = WithoutTokens()
    retriever = HybridRetriever(DenseRetriever(index, whole), LexicalRetriever(index))
    assert retriever.matcher is None
    assert name_of(index, retriever.search("Berapa panjang jembatan di Sungai Musi?", 5)[0]) == "bridge"
    assert isinstance(encoder, TokenEncoder)


def test_matches_are_those_of_the_definition(index, encoder, passages):
    matcher = PassageMatcher(index, encoder)
    question = "Why did the price of rice rise"
    for passage, (match, near, length) in zip(passages, matcher.match(question + "?", passages), strict=True):
        text = index.article(passage.article_id).text
        best, weights = best_matches(encoder, question, passage.span.of(text))
        assert match == pytest.approx(float(best @ weights / weights.sum()), abs=1e-4)
        assert near == pytest.approx(float(np.maximum(best - NEAR, 0) @ weights / weights.sum() / (1 - NEAR)), abs=1e-4)
        assert length == pytest.approx(np.log(len(encoder.token_vectors(passage.span.of(text)))))


def test_what_is_remembered_changes_nothing(index, encoder, passages, monkeypatch):
    monkeypatch.setattr(matching, "CAPACITY", 2)
    matcher = PassageMatcher(index, encoder)
    fresh = {p.id: matcher.match("harga beras", [p])[0] for p in passages}
    for chosen in (passages, passages[::-1], passages[1:3]):
        assert matcher.match("harga beras", chosen) == pytest.approx(np.array([fresh[p.id] for p in chosen]))


def test_a_passage_whose_article_is_gone_matches_nothing(index, encoder, passages):
    gone = Passage(10_000, "10000", Span(0, 5), (Span(0, 5),))
    rows = PassageMatcher(index, encoder).match("harga beras", [passages[0], gone])
    assert rows[1].tolist() == [0, 0, 0]
    assert rows[0][0] > 0


def test_tokens_and_their_cosines_agree_with_the_token_vectors(encoder):
    for text in ("Harga beras naik", "naik", ""):
        vectors = encoder.token_vectors(text)
        tokens = encoder.tokens([text])[0]
        assert len(tokens) == len(vectors)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        units = vectors / lengths
        assert encoder.best_of_tokens(units, [tokens[i : i + 1] for i in range(len(tokens))]) == pytest.approx(units @ units.T, abs=1e-4)


def test_the_nearest_tokens_depend_on_question_and_texts_alone(encoder):
    texts = [encoder.tokens([text])[0] for text in ("Harga beras naik", "", "Polisi menangkap pencuri", "beras")]
    first: dict[str, bytes] = {}
    for question in ("beras", "polisi", "beras"):
        vectors = encoder.token_vectors(question)
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        alone = [encoder.best_of_tokens(units, [text])[0] for text in texts]
        together = encoder.best_of_tokens(units, texts)
        assert together == pytest.approx(np.array(alone), abs=1e-6)
        assert not together[1].any()
        assert together.tobytes() == first.setdefault(question, together.tobytes()), "what was asked between changes no bit"
