"""Propose questions about articles, for a person to correct: from quotations, offices, dates and numbers; or by a language model.

Templates are data (`draft.toml`), in Indonesian and English; an article in another language is asked about in English.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from itertools import islice, zip_longest
from typing import Any

from assistant.answer.days import dates_in
from assistant.answer.evidence import fence_for, neutral
from assistant.answer.figures import figures
from assistant.answer.prompts import prompt
from assistant.assistant import Assistant
from assistant.errors import LanguageModelUnavailable
from assistant.evaluate.corpus import article_names
from assistant.protocols import Generator
from assistant.records import Article, Quotation, Span
from assistant.text.mentions import names
from assistant.text.terms import is_stopword

LEAST_WORDS, MOST_WORDS = 4, 30
"""Of a sentence that a date is asked of: a shorter one says too little, a longer one is no question."""
MOST_THINGS = 3
ASKED_IN = {"id": ("id", "ms"), "en": ("en",)}
"""Which articles' own words a question's language takes."""
MOST_BY_MODEL = 3
"""Sentences of an article that a model is shown."""
MOST_CHARS = 240
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_QUESTION = re.compile(r"[^\n?？؟]{8,}[?？؟]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed question with what answers it: sentences of one article, a short answer and a speaker where there are any."""

    question: str
    language: str
    kind: str
    article: str
    article_language: str
    gold: tuple[str, ...]
    answer: str = ""
    speaker: str = ""


def draft_questions(assistant: Assistant, most: int = 200, language: str = "", known: Container[str] = ()) -> list[Draft]:
    """Return at most so many drafts, spread evenly over the articles, each question once.

    Args:
        assistant: its articles are asked about; its language model proposes questions too if it has one.
        most: how many.
        language: `id` or `en`; each article's own unless given.
        known: questions that are not proposed.
    """
    generator = assistant.phrasing.generator if assistant.phrasing else None
    called = article_names(assistant.articles())
    drafts = (_of_article(assistant, article, language, generator) for article in assistant.articles())
    found: dict[str, Draft] = {}
    for draft in _in_turn(drafts, max(1, len(called) // max(1, most))):
        if len(found) >= most:
            break
        if draft.question not in known:
            found.setdefault(draft.question, replace(draft, article=called.get(draft.article, draft.article)))
    return list(found.values())


def _in_turn(articles: Iterable[Iterator[Draft]], step: int) -> Iterator[Draft]:
    """Yield the first draft of each article, then the second of each; of every `step`th article first, as only some may be wanted."""
    every = list(articles)
    waiting = [one for first in range(step) for one in every[first::step]]
    while waiting:
        left = []
        for drafts in waiting:
            for draft in islice(drafts, 1):
                yield draft
                left.append(drafts)
        waiting = left


def written(drafts: Sequence[Draft]) -> str:
    """Return drafts as the JSON lines of a question set; `status` says that nobody has corrected them."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in as_rows(drafts))


def as_rows(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Return drafts as the rows of a question set."""
    rows = []
    for number, draft in enumerate(drafts, 1):
        row: dict[str, Any] = {
            "id": f"draft-{number:04}", "question": draft.question, "language": draft.language, "article_language": draft.article_language,
            "kind": draft.kind, "gold": [{"article": draft.article, "text": text} for text in draft.gold],
        }  # fmt: skip
        row |= {name: value for name, value in (("answer", draft.answer), ("speaker", draft.speaker)) if value}
        rows.append({**row, "status": "draft"})
    return rows


def _of_article(assistant: Assistant, article: Article, language: str, generator: Generator | None) -> Iterator[Draft]:
    """Yield the drafts of one article, its kinds in turn."""
    code = language or ("id" if article.language in ASKED_IN["id"] else "en")
    sentences = assistant.index.sentences(article.id)
    quotations = assistant.index.quotations((article.id,))
    kinds = [_said(article, quotations, code), _roles(article, quotations, code)]
    if article.language in ASKED_IN[code]:  # these two hold words of the sentence
        kinds += [_dates(article, sentences, code), _numbers(article, sentences, code)]
    if generator is not None:
        kinds.insert(0, _by_model(article, sentences, code, generator))
    yield from (draft for layer in zip_longest(*kinds) for draft in layer if draft is not None)


def _draft(article: Article, code: str, kind: str, question: str, gold: Sequence[Span], **more: str) -> Draft:
    return Draft(
        " ".join(question.split()), code, kind, article.id, article.language, tuple(span.of(article.text) for span in gold), **more
    )


def _said(article: Article, quotations: Sequence[Quotation], code: str) -> Iterator[Draft]:
    """Ask for the words of each speaker: about the first name in them, where there is one."""
    by_speaker: dict[str, list[Quotation]] = defaultdict(list)
    for quotation in quotations:
        if quotation.speaker and not quotation.joint and not quotation.uncertain:
            by_speaker[quotation.speaker].append(quotation)
    for speaker, said in by_speaker.items():
        topics = (name for one in said for name in names(one.words.of(article.text)) if not set(name.split()) & set(speaker.split()))
        # A single word with a capital may only open a sentence.
        topic = next((name for name in topics if " " in name), "")
        meant = [one for one in said if topic in one.words.of(article.text)] if topic else said
        spans = sorted({one.span for one in meant})
        yield _draft(
            article, code, "who_said", _text(code, "said_about" if topic else "said", speaker=speaker, topic=topic), spans, speaker=speaker
        )


def _roles(article: Article, quotations: Sequence[Quotation], code: str) -> Iterator[Draft]:
    """Ask who holds an office, where one sentence names both."""
    seen: set[str] = set()
    leading = set(_templates()[code]["leading"])
    for quotation in quotations:
        words = quotation.role.split()
        role = " ".join(words[1:] if words and words[0].lower() in leading else words)
        text = quotation.span.of(article.text)
        if (
            role
            and role not in seen
            and role in text
            and quotation.speaker
            and quotation.speaker.split()[-1] in text
            and not quotation.joint
        ):
            seen.add(role)
            yield _draft(article, code, "person", _text(code, "role", role=role), [quotation.span], answer=quotation.speaker)


def _dates(article: Article, sentences: Sequence[Span], code: str) -> Iterator[Draft]:
    """Ask when something happened: a sentence that tells one date, without it."""
    before = "|".join(re.escape(word) for word in sorted(_templates()[code]["before_date"], key=len, reverse=True))
    for span in sentences:
        text = span.of(article.text)
        dates = dates_in(text, article.published)
        if (
            len(dates) != 1
            or not any(c.isdigit() for c in text[dates[0].start : dates[0].end])
            or "\n" in text
            or '"' in text
            or "“" in text
        ):
            continue
        date = dates[0]
        left = re.sub(rf"[\s,(]*(?:\b(?:{before}))?[\s(]*$", "", text[: date.start], flags=re.IGNORECASE)
        right = re.sub(r"^\)", "", text[date.end :])
        rest = f"{left}{right}".strip(" ,.;:").replace(" ,", ",")
        if LEAST_WORDS <= len(rest.split()) <= MOST_WORDS:
            yield _draft(article, code, "date", _text(code, "when", rest=rest), [span], answer=text[date.start : date.end])


def _numbers(article: Article, sentences: Sequence[Span], code: str) -> Iterator[Draft]:
    """Ask how many of what stands behind a number in digits there are."""
    for span in sentences:
        text = span.of(article.text)
        dates = dates_in(text, article.published)
        for figure in figures(text, article.language):
            number = text[figure.start : figure.end]
            if not number[:1].isdigit() or any(d.start < figure.end and figure.start < d.end for d in dates):
                continue
            things = _things(text[figure.end :], article.language)
            if things:
                yield _draft(article, code, "number", _text(code, "how_many", things=things, title=article.title), [span], answer=number)
                break


def _things(rest: str, language: str) -> str:
    """Return the words that follow a number up to a mark or a word that carries nothing."""
    found: list[str] = []
    at = 0
    for word in _WORD.finditer(rest):
        if rest[at : word.start()].strip() or len(found) == MOST_THINGS or is_stopword(word.group().lower(), language):
            break
        found.append(word.group())
        at = word.end()
    return " ".join(found)


def _by_model(article: Article, sentences: Sequence[Span], code: str, generator: Generator) -> Iterator[Draft]:
    """Let a language model ask what a sentence answers; what is no question is left out, and a model that is down proposes nothing."""
    telling = [span for span in sentences if names(span.of(article.text)) and len(span.of(article.text)) > 60]
    for span in telling[:MOST_BY_MODEL]:
        sentence = neutral(span.of(article.text))
        messages = prompt("draft").fill(sentence=sentence, language=code, fence=fence_for(sentence))
        try:
            said = "".join(generator.stream(messages))
        except LanguageModelUnavailable:
            return
        found = _QUESTION.search(said)
        if found and len(found.group()) <= MOST_CHARS:
            yield _draft(article, code, "", found.group().strip(" \"'-*#"), [span])


def _text(code: str, name: str, **values: str) -> str:
    text: str = _templates()[code][name]
    for key, value in values.items():  # not str.format: a value may hold braces
        text = text.replace("{" + key + "}", value)
    return text


@lru_cache(maxsize=1)
def _templates() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(resources.files("assistant.evaluate").joinpath("draft.toml").read_text("utf-8"))
