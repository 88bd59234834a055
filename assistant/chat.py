"""Make a follow-up stand alone: from the turns before it comes what the question leaves out.

By rules, or by a language model whose rewriting is refused when it loses a name or a number of the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.answer.focus import NONE, Focus
from assistant.answer.follow import FINAL, Leaning, counted, is_known, place_words, read_leaning, subject_of, with_person
from assistant.answer.naming import Name, compatible, parse_name
from assistant.answer.questions import understand
from assistant.errors import UnknownArticle
from assistant.index.protocol import Index
from assistant.records import Answer, Citation, Span, Turn
from assistant.text.cues import load_table
from assistant.text.language import detect_language, same_language
from assistant.text.mentions import names, numbers
from assistant.text.terms import analyse, content_terms, folded, is_stopword
from assistant.text.tokens import count_tokens

Rewrite = Callable[[str, Sequence[Turn]], str]
"""(question, history) -> the question as it would be asked without the history; a language model's."""

HELD_TERMS = 0.15
"""A whole question shares at most so much of its terms, weighted by rarity, with what was talked about."""
READ_CHARS = 20_000
"""So much of an article is looked through for what a question names."""
WHOLE_TERMS = 3
"""A question without names that has so many terms of its own may be a whole one: then its terms decide."""
LONGEST_REWRITE = 3
"""A model's rewriting that is so many times longer than the question and the last query together is refused."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A question as it is looked for: the query, whether the question leans on the history, and what the conversation lends to it."""

    query: str
    follow_up: bool = False
    focus: Focus = NONE


def stand_alone(question: str, history: Sequence[Turn], index: Index, n_tokens: int, rewrite: Rewrite | None = None) -> Rewritten:
    """Return the query that a question stands for after the turns before it; without a history the question itself.

    Args:
        question: what the person wrote.
        history: the turns before, oldest first; only the newest within the budget count.
        index: holds the articles that were cited.
        n_tokens: the budget of the history, in tokens of questions, queries and cited sentences.
        rewrite: a model's; the rules are used where its rewriting cannot be trusted.
    """
    turns = within(history, n_tokens)
    if not turns:
        return Rewritten(question)
    before = turns[-1].answer.language
    language = detect_language(question, (before, *index.languages()))
    if not is_known(language) and is_known(before):
        language = before  # a question of three words is easily taken for a neighbour's language
    if understand(question, language).kind == "metadata":
        return Rewritten(question)
    talk, leaning = Talk(turns, index), read_leaning(question, language)
    if not talk.leans(question, language, leaning):
        return Rewritten(question)
    own, query = talk.completed(leaning, language)
    if rewrite and (written := _checked(question, rewrite(question, turns), turns)):
        query = written
    seen: frozenset[tuple[str, Span]] = talk.cited if leaning.more else frozenset()
    focus = NONE if talk.is_elsewhere(leaning.other) else Focus(talk.articles, own, own != query, seen)
    return Rewritten(query, True, focus)


def within(history: Sequence[Turn], n_tokens: int) -> list[Turn]:
    """Return the newest turns whose questions, queries and cited sentences fit into the budget, oldest first."""
    kept: list[Turn] = []
    for turn in reversed(history):
        said = dict.fromkeys((turn.question, turn.answer.query, *(citation.quote for citation in turn.answer.citations)))
        n_tokens -= count_tokens("\n".join(said))
        if n_tokens < 0:
            break
        kept.insert(0, turn)
    return kept


def _checked(question: str, written: str, turns: Sequence[Turn]) -> str:
    """Return a model's rewriting as one line; "" when it is the question, empty, too long, or without a name or number of the question."""
    query = " ".join(written.split()).strip("\"'“”« »")
    longest = LONGEST_REWRITE * (len(question) + len(turns[-1].answer.query))
    kept = all(folded(name) in folded(query) for name in names(question)) and numbers(question) <= numbers(query)
    return query if query and query != question and len(query) <= longest and kept else ""


class Talk:
    """What was talked about in some turns."""

    def __init__(self, turns: Sequence[Turn], index: Index) -> None:
        self.turns = turns
        self.index = index
        self.last = turns[-1].answer
        self.articles = _articles_of(turns)

    @property
    def cited(self) -> frozenset[tuple[str, Span]]:
        """The sentences that were cited."""
        return frozenset((citation.article_id, citation.span) for turn in self.turns for citation in turn.answer.citations)

    @cached_property
    def text(self) -> str:
        """The questions, and the articles as far as they are read."""
        asked = [text for turn in self.turns for text in (turn.question, turn.answer.query)]
        return "\n".join((*asked, *map(self._read, self.articles)))

    def _read(self, article_id: str) -> str:
        try:
            article = self.index.article(article_id)
        except UnknownArticle:  # it was removed since
            return ""
        return f"{article.title}\n{article.text[:READ_CHARS]}"

    # Whether a question leans on the turns

    def leans(self, question: str, language: str, leaning: Leaning) -> bool:
        """Say whether a question cannot be understood without the turns."""
        if leaning.opened or leaning.other or leaning.more:
            return True
        asked = understand(leaning.rest, language)
        if asked.asks and asked.topic and _only_leans(asked.topic, language):
            return True
        own = [name for name in names(question) if " " in name or not load_table(language).get("nouns_capital")]
        at = min((place for place in (leaning.person, leaning.thing) if place >= 0), default=-1)
        if own:
            # What stands behind a name of the question's own may be meant by the question itself: "why did Xi leave his post?"
            return 0 <= at < leaning.rest.find(own[0])
        return at >= 0 or not self._is_whole(question, language)

    def _is_whole(self, question: str, language: str) -> bool:
        """Say whether a question without names is about something else: it has terms enough, and other articles have them, not these."""
        terms = list(dict.fromkeys(content_terms(question, language)))
        if len(terms) < WHOLE_TERMS or not same_language(language, self.last.language):
            return False
        here = set(analyse(self.text, language))
        weights = self.index.rarity(terms)
        held = sum(weight for term, weight in zip(terms, weights, strict=True) if term in here)
        known = sum(n > 0 for n in self.index.document_frequencies(terms))
        return held <= HELD_TERMS * sum(weights) and known > len(terms) / 2

    def is_elsewhere(self, other: str) -> bool:
        """Say whether somebody or something named instead of the last one does not belong to what was talked about."""
        return bool(names(f"- {other}")) and folded(other) not in folded(self.text)

    # What it stands for

    def completed(self, leaning: Leaning, language: str) -> tuple[str, str]:
        """Return a leaning question in its own words, persons named, and as one that stands alone."""
        if leaning.other or leaning.more:
            query = self._instead(leaning.other) if leaning.other else f"{_capital(leaning.rest)}{_aside(self._subject(bare=True))}?"
            return query, query
        text = _capital(leaning.rest)
        if leaning.person >= 0 and (person := self._person()):
            text = with_person(text, person, language)
        asked = understand(text, language)
        if asked.asks and asked.topic and _only_leans(asked.topic, language):
            query = f"{text.removesuffix(asked.topic)}{self._subject()}?"
            return query, query
        if asked.asks and names(f"- {asked.speaker}") and not asked.topic:
            return f"{text}?", f"{text}?"
        bare = _is_bare(text, language)
        query = f"{text}{_aside(self._subject(bare, besides=text))}?"
        return (query if bare else f"{text}?"), query

    def _instead(self, other: str) -> str:
        """Return the last question, asked of something else: of another speaker, person or name, or what else is counted."""
        (query, aside), spoke = _parts(self.last.query), self.last.language
        aside = "" if self.is_elsewhere(other) else aside
        asked = understand(query, spoke)
        before = asked.speaker if asked.asks in ("words", "whether") else ""
        if not before and names(f"- {other}"):
            found = names(query)
            before = next(iter(self._persons(found) or found[-1:]), "")
        before = before or counted(query, spoke)
        if before and before in query:
            return f"{query.replace(before, other, 1)}{_aside(aside)}?"
        return f"{query}{_aside(f'{other}, {aside}' if aside else other)}?"

    def _subject(self, bare: bool = False, besides: str = "") -> str:
        """Return the names that the last question was about, all of it for a `bare` question, without names that stand in `besides`."""
        query, aside = _parts(self.last.query)
        found = dict.fromkeys(names(f"- {aside}") or _names_asked(self.last))
        if found and not bare:
            return ", ".join(name for name in found if folded(name) not in folded(besides))
        asked = understand(query, self.last.language)
        said = ", ".join(filter(None, (asked.speaker, asked.topic))) if asked.asks else ""
        return ", ".join(filter(None, (said or subject_of(query, self.last.language), aside)))

    def _person(self) -> str:
        """Return who is meant by "he": the newest turn that has a person decides."""
        return next(filter(None, (self._person_of(turn.answer) for turn in reversed(self.turns))), "")

    def _person_of(self, answer: Answer) -> str:
        """Return whom an answer names to a question for a person, else of whom was asked, else who speaks or is named in what is cited."""
        asked = understand(answer.query, answer.language)
        cited = answer.citations[0] if answer.citations else None
        if cited and asked.kind == "person" and (found := self._answering(cited, answer)):
            return found
        if names(f"- {asked.speaker}") and not parse_name(asked.speaker).is_body:
            return asked.speaker
        persons = self._persons(_names_asked(answer))
        if not persons and cited:
            persons = self._persons([cited.speaker]) or self._persons(names(cited.quote))
        return persons[0] if persons else ""

    def _answering(self, cited: Citation, answer: Answer) -> str:
        """Return the person whom a citation names and its question does not, the short answer first."""
        short = cited.quote[cited.focus.start - cited.span.start : cited.focus.end - cited.span.start] if cited.focus else ""
        new = [name for text in (short, cited.quote) for name in names(f"- {text}") if folded(name) not in folded(answer.query)]
        return next(iter(self._persons(new)), "")

    def _persons(self, found: Sequence[str]) -> list[str]:
        """Return the names of persons: speakers of the articles, else names of two words that are no body's and no place's."""
        parsed = [(name, parse_name(name)) for name in found]
        persons = [(name, one) for name, one in parsed if not one.is_body]
        speakers = [name for name, one in persons if any(compatible(one, speaker) for speaker in self.speakers)]
        return speakers or [name for name, one in persons if len(one.tokens) > 1 and not self._is_place(name)]

    def _is_place(self, name: str) -> bool:
        """Say whether a word for a place stands before the name anywhere."""
        words = "|".join(place_words())
        return re.search(rf"\b(?:{words})\s+(?:the )?{re.escape(name)}\b", self.text) is not None

    @cached_property
    def speakers(self) -> list[Name]:
        """The persons who are quoted in the articles."""
        quoted = self.index.quotations(self.articles) if self.articles else []
        return [name for name in map(parse_name, {q.speaker for q in quoted if q.speaker}) if not name.is_body]


def _names_asked(answer: Answer) -> list[str]:
    """Return the names in the query of an answer, without the words that ask."""
    query, aside = _parts(answer.query)
    subject = subject_of(query, answer.language)
    return [*(names(f"- {subject}") if subject != query else names(query)), *names(f"- {aside}")]


def _parts(query: str) -> tuple[str, str]:
    """Return a query without its final punctuation, and what stands behind it in brackets."""
    query = query.strip(FINAL)
    head, _, aside = query.partition(" (") if query.endswith(")") else (query, "", "")
    return head, aside.removesuffix(")")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _articles_of(turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return the articles of the newest turn that has any: all that it cites, the first cited first, or after an abstention the nearest."""
    for turn in reversed(turns):
        if cited := turn.answer.citations or turn.answer.nearest[:1]:
            return tuple(dict.fromkeys(citation.article_id for citation in cited))
    return ()


def _only_leans(topic: str, language: str) -> bool:
    """Say whether a topic is nothing but a word that stands for one: `it`, `hal itu`."""
    leaning, n_words = read_leaning(topic, language), len(topic.split())
    return (n_words == 1 and leaning.person == 0) or (n_words <= 2 and leaning.thing >= 0)


def _is_bare(text: str, language: str) -> bool:
    """Say whether a question has nothing but words that ask: "from when?", "how many of them?"."""
    return all(is_stopword(term, language) for term in analyse(subject_of(text, language), language))


def _aside(text: str) -> str:
    text = text.strip(FINAL)
    return f" ({text})" if text else ""
