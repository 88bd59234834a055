"""An explanation as text for the terminal; its records are JSON for programs and a page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from assistant.evaluate.explain import Explanation, Found, Weighed

MOST_PARTS = 5
"""Features named for each score, those that moved it most."""
WAYS = {
    "metadata": "the article's metadata", "summary": "a summary of one article", "quotations": "the quotations: who said what",
    "conversation": "the articles that the conversation is about", "sentences": "the sentences that score best", "nothing": "nothing",
}  # fmt: skip


def as_text(found: Explanation, width: int = 0) -> str:
    """Return the explanation in the order of the steps, wrapped to `width` columns; 0 leaves lines as they are."""
    lines = [line for part in (_asked(found), _searched(found), _weighed(found), _judged(found)) for line in part]
    return "\n".join(_wrapped(line, width) for line in lines)


def _wrapped(line: str, width: int) -> str:
    if not width or len(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return "\n".join(textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))


def _asked(found: Explanation) -> Iterator[str]:
    yield f"QUESTION  {found.question}"
    if found.query != found.question:
        yield f"  looked for: {found.query}"
    asked = found.asked
    yield f"  language {found.language or '?'}, kind {asked.kind}" + (f", asks for {asked.asks}" if asked.asks else "")
    told = {name: getattr(asked, name) for name in ("speaker", "topic", "act", "since", "until", "outlet", "author")}
    told["names"] = ", ".join(asked.names)
    if known := [f"{name} {value!r}" for name, value in told.items() if value]:
        yield "  understood: " + ", ".join(known)
    limits = [f"{one.name} {getattr(found.filters, one.name)!r}" for one in fields(found.filters) if getattr(found.filters, one.name)]
    yield "  articles: " + (", ".join(limits) if limits else "all")
    terms = ", ".join(f"{term} {rarity:.1f}" for term, rarity in found.terms.items())
    yield f"  terms with their rarity: {terms or 'none'}; strange to the sentence model: {found.strange:.2f}"


def _searched(found: Explanation) -> Iterator[str]:
    lists = (
        ("DENSE  by vectors (cosine)", found.dense),
        ("LEXICAL  by terms (BM25)", found.lexical),
        ("FUSED  learned weights", found.fused),
        ("READ  ranked again by what the reader found (log-odds)", found.read),
    )
    for title, hits in lists:
        if hits or not title.startswith("READ"):
            yield ""
            yield title
            yield from map(_hit, hits)
            if not hits:
                yield "  nothing"


def _hit(hit: Found) -> str:
    parts = f"  = {largest(hit.added)}" if hit.added else ""
    read = f"  read {hit.reading:+.2f}" if hit.reading is not None else ""
    return f"  {hit.rank:>2}. {hit.score:8.3f}  article {hit.article_id}, passage {hit.passage}: {hit.opening[:70]}{read}{parts}"


def _weighed(found: Explanation) -> Iterator[str]:
    yield ""
    yield "SENTENCES  score, probability that it answers, and what moved the score most (* cited)"
    if found.way not in ("sentences", "nothing"):
        yield f"  not what the answer is from: that is {WAYS[found.way]}"
    yield from map(_sentence, found.sentences)
    if not found.sentences:
        yield "  none"


def _sentence(one: Weighed) -> str:
    focus = f"  short answer: {one.focus!r}" if one.focus else ""
    mark = "*" if one.cited else " "
    text = " ".join(one.text.split())
    place = f"article {one.article_id} [{one.span[0]}:{one.span[1]}]"
    return f" {mark} {one.score:7.2f}  {one.chance:.2f}  {place} {text}{focus}  = {largest(one.added)}"


def _judged(found: Explanation) -> Iterator[str]:
    yield ""
    limit, answer = found.thresholds, found.answer
    yield f"CONFIDENCE  {found.confidence:.3f}; abstains below {limit.abstain_below}, cites a further sentence from {limit.cite_from}"
    if found.sure:
        yield f"  = {largest(found.sure)}"
    if answer.confidence != found.confidence:
        yield f"  the answer's own: {answer.confidence:.3f}"
    yield ""
    yield f"ANSWER  from {WAYS[found.way]}" + (", phrased by a language model" if answer.composer == "llm" else "")
    for one in found.checked:
        state = "holds" if one.holds else "DOES NOT HOLD"
        yield f"  [{one.number}] article {one.article_id} [{one.span[0]}:{one.span[1]}] {one.badge}: {state}"
    for dropped in answer.dropped:
        yield f"  left out ({dropped.reason}): {dropped.claim}"
    if answer.missing:
        yield "  in no article: " + ", ".join(answer.missing)
    yield from ("  " + line for line in answer.text.split("\n") if line.strip())
    times = ", ".join(f"{name} {spent:.1f}" for name, spent in answer.timings.items())
    yield f"  milliseconds: {times}"


def largest(added: Mapping[str, float]) -> str:
    """Name the parts of a sum that moved it most."""
    moved: Sequence[tuple[str, float]] = sorted(added.items(), key=lambda part: -abs(part[1]))[:MOST_PARTS]
    return ", ".join(f"{name} {value:+.2f}" for name, value in moved if abs(value) >= 0.005)
