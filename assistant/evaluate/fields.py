"""Turn rows into questions: what each field may hold, and what is wrong with a row that holds something else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from assistant.evaluate.datasets import EvaluationQuestion, Gold, Problem, QuestionSet
from assistant.evaluate.tables import Row
from assistant.records import Filters
from assistant.text.language import detect_language, normal_code

FIELDS = ("id", "question", "language", "article_language", "kind", "answerable", "gold", "article", "answer", "answers", "speaker", "tags",
          "filters", "history", "context", "is_impossible", "note", "status", "title")  # fmt: skip
MEASURED = ("gold", "article", "answer", "answers", "speaker", "answerable", "is_impossible")
"""At least one of them must be there: else nothing of the answer could be right or wrong."""
MOST_CHARS = 2_000
_TRUTHS = {"true": True, "yes": True, "1": True, "ya": True, "false": False, "no": False, "0": False, "tidak": False}


class Wrong(Exception):
    """A row cannot be asked; the text says why."""


@dataclass
class Contexts:
    """The different contexts of a set in their order, each with its number."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, context: object) -> int:
        """Return the number of a context, a new one if it is new."""
        if not isinstance(context, str) or not context.strip():
            raise Wrong("`context` is empty or no text")
        return self.numbers.setdefault(context, len(self.numbers))


def questions_of(path: Path, rows: Sequence[Row], corpus: Sequence[Row], asked: str) -> tuple[QuestionSet, list[Problem]]:
    """Return the questions of rows that can be asked, and what is wrong with the others; see `examine_question_set`."""
    contexts, problems, questions = Contexts(), [], []
    seen: dict[str, str] = {}
    for row in rows:
        try:
            question = _question(row, contexts, asked)
            if question.id in seen:
                raise Wrong(f"the id {question.id!r} is that of {seen[question.id]} already")
            seen[question.id] = row.where
            questions.append(question)
            problems += [Problem(row.where, text, fatal=False) for text in _slips(row.values, asked)]
        except Wrong as wrong:
            problems.append(Problem(row.where, str(wrong)))
    for row in corpus:
        try:
            contexts.number(row.values.get("context"))
        except Wrong as wrong:
            problems.append(Problem(f"corpus {row.where}", row.problem or str(wrong)))
    name = path.name.removesuffix(".xz")
    name = name[: -len(Path(name).suffix)] if Path(name).suffix else name
    beside = path.parent / "articles"
    articles = beside if not contexts.numbers and beside.is_dir() else None
    return QuestionSet(name, tuple(questions), articles, tuple(contexts.numbers)), problems


def _question(row: Row, contexts: Contexts, asked: str) -> EvaluationQuestion:
    values = row.values
    if row.problem:
        raise Wrong(row.problem)
    question = values.get(asked)
    if not isinstance(question, str) or not question.strip():
        raise Wrong(f"it has no field {asked!r}" if asked not in values else f"`{asked}` is empty or no text")
    if len(question) > MOST_CHARS:
        raise Wrong(f"`{asked}` has {len(question)} characters, more than {MOST_CHARS}")
    if not any(name in values for name in MEASURED):
        raise Wrong("it has nothing to measure by: give `gold`, `article`, `answer`, `speaker` or `answerable`")
    question = question.strip()
    answers, starts = _answers(values)
    given = _truth("answerable", values.get("answerable"))
    if given is None and (impossible := _truth("is_impossible", values.get("is_impossible"))) is not None:
        given = not impossible
    gold = _gold_in_context(values, contexts, answers, starts, given) if "context" in values else _gold(values)
    if "context" in values or "gold" in values:
        given = bool(gold) if given is None else given
    if given is False and gold:
        raise Wrong("it is not answerable and yet has gold: leave one of them out")
    context = values.get("context")
    return EvaluationQuestion(
        id=str(values.get("id") or row.where.replace(" ", "-")),
        question=question,
        language=_language(values.get("language")) or detect_language(question),
        article_language=_language(values.get("article_language")) or (detect_language(context) if isinstance(context, str) else ""),
        kind=_text("kind", values.get("kind")) or ("unanswerable" if given is False else ""),
        gold=gold,
        answers=answers if given is not False else (),
        speaker=_text("speaker", values.get("speaker")),
        tags=tuple(dict.fromkeys(part for text in _texts("tags", values.get("tags")) for part in map(str.strip, text.split(",")) if part)),
        filters=_filters(values),
        history=_texts("history", values.get("history")),
        given=given,
    )


def _slips(values: Mapping[str, Any], asked: str) -> Iterator[str]:
    """Yield fields that look like misspelt ones."""
    for name in values:
        if name in FIELDS or name == asked or name.startswith("filters."):
            continue
        if near := get_close_matches(name, FIELDS, 1, 0.8):
            yield f"the field {name!r} is not read: is {near[0]!r} meant?"


def _gold(values: Mapping[str, Any]) -> tuple[Gold, ...]:
    named = _texts("article", values.get("article"))
    given = values.get("gold")
    if isinstance(given, str) and given.lstrip().startswith(("[", "{")):
        given = _from_json("gold", given)
    if given is None:
        return tuple(Gold(name) for name in named)
    if isinstance(given, str):
        given = [line.strip() for line in given.split("\n") if line.strip()]
    if not isinstance(given, list):
        raise Wrong("`gold` is no list of article and text")
    found = []
    for at, item in enumerate(given):
        if isinstance(item, dict) and isinstance(item.get("article"), str | int) and isinstance(item.get("text"), str):
            found.append(Gold(str(item["article"]), item["text"]))
        elif isinstance(item, str) and item.strip():
            found.append(Gold(named[min(at, len(named) - 1)] if named else "", item.strip()))
        else:
            raise Wrong("`gold` is no list of article and text")
    return tuple(found)


def _gold_in_context(
    values: Mapping[str, Any], contexts: Contexts, answers: tuple[str, ...], starts: tuple[int, ...], given: bool | None
) -> tuple[Gold, ...]:
    number = contexts.number(values.get("context"))
    context = str(values["context"])
    if given is False or not answers:
        return ()
    for text, at in zip(answers, starts, strict=True):
        if at >= 0 and context.startswith(text, at):
            return (Gold(str(number), text, at=at - (len(context) - len(context.lstrip()))),)
    return (Gold(str(number), next((text for text in answers if text in context), context)),)


def _answers(values: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the short answers and where each begins in the context, -1 where that is not said."""
    given = values.get("answers", values.get("answer"))
    if given is None or given == "":
        return (), ()
    items = given if isinstance(given, list) else given.split("\n") if isinstance(given, str) else [given]
    found: dict[str, int] = {}
    for item in items:
        text = item.get("text") if isinstance(item, dict) else item
        if isinstance(text, int | float) and not isinstance(text, bool):
            text = str(text)
        if not isinstance(text, str):
            raise Wrong("`answers` is no text and no list of texts")
        start = item.get("answer_start", -1) if isinstance(item, dict) else -1
        if text.strip():
            found.setdefault(text if start != -1 else text.strip(), start if isinstance(start, int) else -1)
    return tuple(found), tuple(found.values())


def _filters(values: Mapping[str, Any]) -> Filters:
    given = values.get("filters") or {}
    if isinstance(given, str):
        given = _from_json("filters", given)
    if not isinstance(given, dict):
        raise Wrong('`filters` is no object such as {"outlet": "Kontan"}')
    given = {**given, **{name.removeprefix("filters."): value for name, value in values.items() if name.startswith("filters.")}}
    known = {one.name for one in fields(Filters)}
    if unknown := sorted(set(given) - known):
        raise Wrong(f"`filters` has no {unknown[0]!r}; it has: {', '.join(sorted(known))}")
    ids = _texts("filters.article_ids", given.pop("article_ids", None))
    return Filters(article_ids=ids, **{name: _text(f"filters.{name}", value) for name, value in given.items()})


def _from_json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Wrong(f"`{name}` is no JSON: {getattr(error, 'msg', error)}") from error


def _texts(name: str, value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    items = value if isinstance(value, list) else str(value).split("\n")
    if not all(isinstance(item, str | int) for item in items):
        raise Wrong(f"`{name}` is no list of texts")
    return tuple(str(item).strip() for item in items if str(item).strip())


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise Wrong(f"`{name}` is {value!r}, not a text")
    return str(value).strip()


def _language(value: object) -> str:
    text = _text("language", value)
    if text and not (code := normal_code(text)):
        raise Wrong(f"`language` is {text!r}, no code such as `id` or `en`")
    return code if text else ""


def _truth(name: str, value: object) -> bool | None:
    if value is None or value == "":
        return None
    truth = value if isinstance(value, bool) else _TRUTHS.get(str(value).strip().lower())
    if truth is None:
        raise Wrong(f"`{name}` is {value!r}: give true or false")
    return truth
