"""Compare an index in Milvus Lite with one in a folder: `python -m benchmarks.milvus [--passages 1000] [--data DIR] [--folder WORK]`.

Both get the sample articles, and articles of sentences put together anew until there are so many passages: of the training data with
`--data`, else of words of the samples. Both are asked the questions of the samples. An index that `WORK` holds already is asked and not
made again.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.drafting import cleaned, split_article
from assistant.evaluate.datasets import read_question_set
from assistant.evaluate.metrics import mean, percentile
from assistant.ingest import encode_drafts, open_sources
from assistant.records import Answer, Failure
from assistant.settings import Settings
from benchmarks import made_up

SEEDS = Path(__file__).parent.parent / "seeds"
PASSAGES_PER_ARTICLE = 5.8
AT_ONCE = 256
IN_FIRST = 5
HEAD = (
    "engine",
    "passages",
    "added articles/s",
    "gold in first 5",
    "cited",
    "citations exact",
    "ask p50 ms",
    "p95",
    "processor ms",
    "search p50 ms",
    "nearest passage, processor ms",
    "MB on disk",
)


def main() -> None:
    """Make both indexes, ask both, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=1000)
    parser.add_argument("--questions", type=int, default=0, help="ask only so many, spread over the set")
    parser.add_argument("--data", type=Path, help="the folder with `train`")
    parser.add_argument("--folder", type=Path, help="where indexes are made and kept")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = args.folder or Path(aside)
        print(table(measure(folder, args.passages, args.data, args.questions)))


def measure(folder: Path, passages: int, data: Path | None, n_questions: int = 0) -> list[dict[str, Any]]:
    """Return the figures of the folder and of Milvus Lite."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {"folder": folder / f"local-{passages}", "Milvus Lite": folder / f"lite-{passages}.db"}
    addresses = {name: str(path) if name == "folder" else f"milvus:{path}" for name, path in places.items()}
    seconds = fill(addresses, passages, data)
    found = []
    for name, path in places.items():
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        with Assistant.open(addresses[name], settings=Settings(quality="fast"), create=False) as assistant:
            rate = assistant.index.count().articles / seconds[name] if seconds.get(name) else None
            found.append({"engine": name, "rate": rate, "mb": size / 1e6, **ask(assistant, n_questions)})
    return found


def fill(addresses: dict[str, str], passages: int, data: Path | None) -> dict[str, float]:
    """Add the same articles, encoded once, to all indexes that are not there; return the seconds that each took to write them."""
    seconds: dict[str, float] = {}
    opened = {name: Assistant.open(address, settings=Settings(quality="fast")) for name, address in addresses.items()}
    empty = {name: one for name, one in opened.items() if not one.index.count().articles}
    try:
        one = next(iter(opened.values()))
        items = iter(prepared(one, passages, data)) if empty else iter(())
        while batch := list(islice(items, AT_ONCE)):
            for name, into in empty.items():
                began = time.perf_counter()
                into.index.add(batch)
                seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began
    finally:
        for each in opened.values():
            each.close()
    return seconds


def prepared(assistant: Assistant, passages: int, data: Path | None) -> Iterator[Any]:
    """Yield articles ready for an index: the samples first."""
    n = max(0, round(passages / PASSAGES_PER_ARTICLE) - len(list((SEEDS / "articles").iterdir())))
    with tempfile.TemporaryDirectory() as aside:
        more = Path(aside) / "more.jsonl"
        made_up.write(more, made_up.articles(data, n) if data else recombined(assistant, n))
        raws = open_sources(assistant.settings).read([SEEDS / "articles", more])
        articles = ((cleaned(raw), raw) for raw in raws)
        read = ((article, raw) for article, raw in articles if not isinstance(article, Failure))
        while group := list(islice(read, AT_ONCE)):
            drafts = [split_article(article, getattr(raw, "original", b""), assistant.settings) for article, raw in group]
            yield from encode_drafts(drafts, assistant.encoder)


def recombined(assistant: Assistant, n: int) -> Iterator[dict[str, str]]:
    """Yield `n` articles of some 2,000 characters, of sentences of the samples, none of them of one that is asked about."""
    chosen = random.Random(7)
    with tempfile.TemporaryDirectory() as aside, Assistant.open(Path(aside) / "samples", settings=assistant.settings) as samples:
        samples.add([SEEDS / "articles"])
        golden = {gold.text for question in read_question_set(SEEDS / "questions.jsonl").questions for gold in question.gold}
        by_language: dict[str, list[str]] = {}
        for article in samples.articles():
            for span in samples.index.sentences(article.id):
                if not any(span.of(article.text) in gold or gold in span.of(article.text) for gold in golden):
                    by_language.setdefault(article.language, []).append(span.of(article.text))
    languages = [language for language, known in by_language.items() if len(known) > 20]
    for number in range(n):
        known = by_language[chosen.choice(languages)]
        lines, size = [], 0
        while size < 2000:
            words = chosen.choice(known).split() + chosen.choice(known).split()
            chosen.shuffle(words)  # of its own sentences alone, a thousand articles would be copies of one another
            lines.append(" ".join(words) + ".")
            size += len(lines[-1])
        yield {"title": f"Article {number}", "text": "\n".join(lines), "url": f"https://example.org/made/{number}"}


def ask(assistant: Assistant, n_questions: int) -> dict[str, Any]:
    """Ask the questions of the samples and return what was found, and the times."""
    questions = read_question_set(SEEDS / "questions.jsonl").questions
    if n_questions:
        questions = questions[:: max(1, len(questions) // n_questions)][:n_questions]
    names = {Path(article.origin).name: article.id for article in assistant.articles() if article.origin.startswith(str(SEEDS))}
    texts = {article.id: article for article in assistant.articles() if article.id in names.values()}
    for question in questions[:5]:
        assistant.ask(question.question)
    asks, worked, searches, found, cited, exact = [], [], [], [], [], []
    for question in questions:
        began, busy = time.perf_counter(), time.process_time()
        answer = assistant.ask(question.question, now="2026-01-01")
        asks.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - busy))
        exact += exactly(assistant, answer)
        if not question.gold:
            continue
        began = time.perf_counter()
        hits = assistant.search(question.question, IN_FIRST)
        searches.append(1000 * (time.perf_counter() - began))
        gold = {(names.get(one.article, ""), one.text) for one in question.gold}
        shown = [
            (hit.passage.article_id, hit.passage.span.of(texts[hit.passage.article_id].text))
            for hit in hits
            if hit.passage.article_id in texts
        ]
        found.append(float(any(article == a and text in passage for article, passage in shown for a, text in gold)))
        cited.append(
            float(any(one.article_id == a and (text in one.quote or one.quote in text) for one in answer.citations for a, text in gold))
        )
    return {
        "passages": assistant.index.count().passages, "found": mean(found), "cited": mean(cited), "exact": mean(exact),
        "p50": percentile(asks, 0.5), "p95": percentile(asks, 0.95), "worked": percentile(worked, 0.5), "search": percentile(searches, 0.5),
        "nearest": percentile([_nearest(assistant, question.question) for question in questions[:20]], 0.5),
    }  # fmt: skip


def _nearest(assistant: Assistant, question: str) -> float:
    """Return the milliseconds of a processor that finding one passage by its vector takes: the least that an engine needs."""
    vector = assistant.encoder.encode_queries([question])[0]
    began = time.process_time()
    assistant.index.search_vectors(vector, 1)
    return 1000 * (time.process_time() - began)


def exactly(assistant: Assistant, answer: Answer) -> list[float]:
    """Return for each citation whether its words stand just there."""
    return [float(one.span.of(assistant.article(one.article_id).text) == one.quote) for one in answer.citations]


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Return the figures as a table."""
    lines = [HEAD, ("---",) * len(HEAD)]
    for row in rows:
        rate = f"{row['rate']:.0f}" if row["rate"] else "kept"
        shares = [f"{row[name]:.3f}" for name in ("found", "cited", "exact")]
        times = [f"{row[name]:.0f}" for name in ("p50", "p95", "worked", "search", "nearest", "mb")]
        lines.append((row["engine"], f"{row['passages']:,}", rate, *shares, *times))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
