"""Read public test collections: TREC topics with judgements (qrels), and BEIR folders with their passages."""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.errors import QuestionSetError
from assistant.evaluate.datasets import EvaluationQuestion, Gold, QuestionSet
from assistant.evaluate.tables import read_text
from assistant.text.language import detect_language

_TOPIC = re.compile(r"<top\b[^>]*>(.*?)</top\s*>", re.DOTALL | re.IGNORECASE)
_TOPIC_XML = re.compile(r"<topic\b[^>]*?number=[\"']?([\w.-]+)[\"']?[^>]*>(.*?)</topic\s*>", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"<num>\s*(?:Number:)?\s*([\w.-]+)", re.IGNORECASE)
_TITLE = re.compile(r"<(title|query)>\s*(?:Topic:)?\s*(.*?)\s*(?=<|\Z)", re.DOTALL | re.IGNORECASE)
TOPICS = (".topics", ".top", ".trec", ".xml")
QRELS_HINT = "each line is `question iteration article grade`, or a BEIR table of query-id, corpus-id and score"

Judged = Mapping[str, tuple[Gold, ...]]


def is_topics(path: Path) -> bool:
    """Say whether a file is one of TREC topics, by its ending."""
    return path.suffix.lower() in TOPICS


def read_topics(path: Path, qrels: Path | None) -> QuestionSet:
    """Read TREC topics: `<top>` with `<num>` and `<title>`, `<topic number=...>`, or lines of id, tab, question.

    Raises:
        QuestionSetError: it holds none, or the judgements cannot be read.
    """
    text = _text_of(path)
    judged = read_qrels(qrels) if qrels else {}
    found = list(_topics(text))
    if not found:
        raise QuestionSetError(
            f"{path} holds no topics", "give TREC topics: `<top>` with `<num>` and `<title>`, or lines of id, tab, question"
        )
    return QuestionSet(path.name.split(".")[0], tuple(_judged_question(number, asked, judged) for number, asked in found))


def _topics(text: str) -> Iterator[tuple[str, str]]:
    parts = [(number, body) for number, body in _TOPIC_XML.findall(text)]
    parts += [(found[1], body) for body in _TOPIC.findall(text) if (found := _NUMBER.search(body))]
    for number, body in parts:
        if title := _TITLE.search(body):
            yield number, " ".join(html.unescape(title[2]).split())
    if not parts:
        for line in text.splitlines():
            number, tab, asked = line.partition("\t")
            if tab and number.strip() and asked.strip():
                yield number.strip(), asked.strip()


def read_qrels(path: Path) -> Judged:
    """Return the judged articles of each question, those graded 0 or less left out.

    Raises:
        QuestionSetError: a line is no judgement.
    """
    judged: dict[str, list[Gold]] = defaultdict(list)
    for number, line in enumerate(_text_of(path).splitlines(), 1):
        cells = line.split("\t") if line.count("\t") == 2 else line.split()
        if not cells or cells[0].lower() in ("query-id", "query_id"):
            continue
        try:
            question, article, grade = (cells[0], cells[-2], int(cells[-1])) if len(cells) in (3, 4) else ("", "", 0)
        except ValueError:
            question = ""
        if not question:
            raise QuestionSetError(f"{path} line {number} is no judgement", QRELS_HINT)
        judged.setdefault(question, [])
        if grade > 0:
            judged[question].append(Gold(article, relevance=grade))
    return {question: tuple(gold) for question, gold in judged.items()}


def read_beir(folder: Path, qrels: Path | None = None) -> QuestionSet:
    """Read a BEIR folder (Thakur and others 2021): `corpus.jsonl`, `queries.jsonl`, and judgements; only judged queries are asked.

    Raises:
        QuestionSetError: one of them is missing or cannot be read.
    """
    judged = read_qrels(qrels or folder / "qrels" / "test.tsv")
    passages = {str(row["_id"]): _with_title(row) for row in _beir_rows(folder / "corpus.jsonl")}
    names = tuple(passages)
    numbers = {name: str(number) for number, name in enumerate(names)}
    placed = {
        question: tuple(Gold(numbers[gold.article], relevance=gold.relevance) for gold in found if gold.article in numbers)
        for question, found in judged.items()
    }
    queries = [row for row in _beir_rows(folder / "queries.jsonl") if str(row["_id"]) in placed]
    if not queries:
        raise QuestionSetError(f"{folder} has no query that is judged", "give --qrels with judgements of its queries")
    questions = tuple(_judged_question(str(row["_id"]), str(row.get("text", "")), placed) for row in queries)
    return QuestionSet(folder.resolve().name, questions, contexts=tuple(passages.values()), names=names)


def _with_title(row: Mapping[str, object]) -> str:
    parts = (str(row.get("title") or "").strip(), str(row.get("text") or "").strip())
    return "\n".join(part for part in parts if part) or "-"


def _beir_rows(path: Path) -> Iterator[Mapping[str, object]]:
    for number, line in enumerate(_text_of(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise QuestionSetError(f"{path} line {number} is no JSON: {error.msg}", "give a BEIR folder as it was published") from error
        if not isinstance(row, dict) or "_id" not in row:
            raise QuestionSetError(f"{path} line {number} has no `_id`", "give a BEIR folder as it was published")
        yield row


def _judged_question(number: str, asked: str, judged: Judged) -> EvaluationQuestion:
    gold = judged.get(number, ())
    return EvaluationQuestion(number, asked, detect_language(asked), "", "", gold, given=bool(gold) if number in judged else None)


def _text_of(path: Path) -> str:
    try:
        return read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}", "give TREC topics with --qrels, or a BEIR folder") from error
