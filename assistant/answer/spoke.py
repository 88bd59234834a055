"""Who said it: the speakers of given words, of an act, or about a topic."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer.compose import cite, label
from assistant.answer.naming import name_words
from assistant.answer.said import N_NEAREST, Rated, Said, Saying, by_person, does, shared, without_copies

SAME_WORDS = 0.8
"""Share of the asked words that must stand in an utterance, in the same order, to be taken for it."""
WIDE = 50
"""How many passages are searched for given words."""
NEAR_WORDS = 0.6
"""Cosine from which an utterance says what was asked for in other words."""


def answer_who(saying: Saying) -> Said | None:
    """Answer who said, did or spoke about something; None when the question is better answered from sentences.

    Given words are looked for as they are first, then by nearness; when nothing is near enough, the answer abstains.
    """
    asked = saying.asked
    if asked.words:
        found = _with_words(saying, asked.words) or [r for r in saying.near_topic(asked.words) if r.nearness >= NEAR_WORDS]
        return _grouped(saying, found) if found else _nobody(saying, asked.words)
    near = saying.near_topic(asked.topic)
    if asked.act:
        did = [r for r in near if does(r.quotation, asked.act)]
        return _grouped(saying, did) if did else None
    return _grouped(saying, near) if near else _nobody(saying, asked.topic)


def _with_words(saying: Saying, words: str) -> list[Rated]:
    """Return the utterances that hold the given words, those that hold most of them first."""
    ledger, wanted = saying.ledger, name_words(words)
    hits = saying.retriever.lexical.search(words, WIDE, saying.filters)
    articles = tuple(dict.fromkeys(hit.passage.article_id for hit in (*hits, *saying.hits)))
    quotations = saying.kept(ledger.index.quotations(articles)) if articles else []
    rated = [Rated(q, overlap(wanted, name_words(q.words.of(ledger.text(q.article_id))))) for q in quotations if q.speaker]
    found = sorted((r for r in rated if r.nearness >= SAME_WORDS), key=lambda r: (r.quotation.uncertain, -r.nearness))
    return without_copies(found, ledger)


def overlap(wanted: Sequence[str], words: Sequence[str]) -> float:
    """Return the share of the wanted words that stand in `words` in the same order (0 to 1).

    The longest common subsequence, divided by the number of wanted words.
    """
    row = [0] * (len(words) + 1)
    for want in wanted:
        before = 0
        for i, word in enumerate(words, 1):
            before, row[i] = row[i], before + 1 if want == word else max(row[i], row[i - 1])
    return row[-1] / len(wanted) if wanted else 0.0


def _grouped(saying: Saying, rated: Sequence[Rated]) -> Said:
    groups = list(by_person(rated, saying.ledger).values())[: saying.n_citations]
    return Said(saying.cited(shared(groups, saying.n_citations)))


def _nobody(saying: Saying, topic: str) -> Said:
    near = saying.near_topic(topic)[:N_NEAREST]
    index = saying.ledger.index
    nearest = tuple(cite(n, index.article(r.quotation.article_id), r.quotation.span, r.quotation) for n, r in enumerate(near, 1))
    return Said(nearest=nearest, text=label("abstain_who", saying.asked.language, topic=topic.strip('"“”„«»「」 ')))
