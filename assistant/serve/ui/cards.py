"""What stands below an answer: its sources as cards, and what was searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.answer.compose import label
from assistant.links import parameters
from assistant.records import Answer, Citation, Copy, Filters, Marker
from assistant.serve.checked import badge_of, shows_quotes, translated
from assistant.serve.marks import is_said
from assistant.serve.render import badges, described, escape, is_web_address
from assistant.serve.ui.wording import Words

_OUTSIDE = 'target="_blank" rel="noopener noreferrer"'


def cards(answer: Answer, position: int, words: Words) -> str:
    """Return the sources of an answer, or what is nearest to one that abstains."""
    cited = answer.citations or answer.nearest
    if not cited:
        return ""
    head = label("sources" if answer.citations else "nearest", answer.language)
    together = groupby(cited, key=lambda citation: citation.article_id)
    items = "".join(_card(list(group), answer, position, words) for _, group in together)
    return f'<section class="sources"><h3>{escape(head)}</h3><ol>{items}</ol></section>'


def _card(group: Sequence[Citation], answer: Answer, position: int, words: Words) -> str:
    """Return one card for citations of one article: its title once, then what is cited of it."""
    first, alone = group[0], len(group) == 1
    number = _number(first, answer, position) if alone else ""
    title = f'<a class="cited-title" dir="auto" href="#cite-{position}-{first.number}">{escape(first.title)}</a>'
    facts = [_where(first, answer.language), _said(first, answer.language)] if alone else [_where(first, answer.language)]
    told = " · ".join(part for part in facts if part)
    mark, below = _mark(first, answer) if alone else "", _below(first, answer, position) if alone else ""
    head = f'<div class="card-words">{number}{title}{mark}<span class="facts">{told}</span>{below}</div>'
    if alone:
        return f'<li class="card">{head}{_copy_button(first, answer.language, words)}</li>'
    return f'<li class="card several">{head}{"".join(_row(citation, answer, position, words) for citation in group)}</li>'


def _row(citation: Citation, answer: Answer, position: int, words: Words) -> str:
    said = f'<span class="facts">{_said(citation, answer.language)}</span>'
    return (
        f'<div class="cited-row"><div class="card-words">{_number(citation, answer, position)}{said}{_mark(citation, answer)}'
        f"{_below(citation, answer, position)}</div>{_copy_button(citation, answer.language, words)}</div>"
    )


def _number(citation: Citation, answer: Answer, position: int) -> str:
    if answer.abstained:
        return ""
    href = f"#cite-{position}-{citation.number}"
    return f'<a class="marker" href="{href}" tabindex="-1" aria-hidden="true">[{citation.number}]</a> '


def _mark(citation: Citation, answer: Answer) -> str:
    badge = badge_of(citation, answer)
    return f' <span class="badge {badge.kind}">{escape(badge.words)}</span>' if badge else ""


def _below(citation: Citation, answer: Answer, position: int) -> str:
    """Return the cited sentence where the answer does not show it, its translation, and where else it stands."""
    quote, said = "", translated(citation, answer.language)
    if shows_quotes(answer):
        quote = f'<a class="cited-quote" dir="auto" href="#cite-{position}-{citation.number}">{escape(citation.quote)}</a>'
    translation = f'<span class="translation" dir="auto"><b>{escape(said[0])}</b> {escape(said[1])}</span>' if said else ""
    return f"{quote}{translation}{_also(citation, answer, position)}"


def _copy_button(citation: Citation, language: str, words: Words) -> str:
    name = words.html("copy_quotation", number=citation.number)
    return (
        f'<button type="button" class="quiet" data-copy="{escape(as_quotation(citation, language))}" title="{name}" aria-label="{name}">'
        f"{words.html('copy')}</button>"
    )


def as_quotation(citation: Citation, language: str) -> str:
    """Return a citation as a quotation with its source, to be pasted elsewhere."""
    return f"“{citation.quote.strip()}” — {described(citation, language)}"


def _where(citation: Citation, language: str) -> str:
    day = citation.published[:10]
    note = f" ({escape(label('inferred', language))})" if day and "published" in citation.inferred else ""
    outlet = f'<bdi dir="auto">{escape(citation.outlet)}</bdi>' if citation.outlet else ""
    parts = [outlet, f'<time datetime="{escape(day)}">{escape(day)}</time>{note}' if day else ""]
    if is_web_address(citation.url):
        parts.append(f'<a class="outside" href="{escape(citation.url)}" {_OUTSIDE}>{escape(citation.url.split("/")[2])}</a>')
    return " · ".join(part for part in parts if part)


def _said(citation: Citation, language: str) -> str:
    if not is_said(citation):
        return ""
    return f'<bdi dir="auto">{escape(citation.speaker)}</bdi> {badges(citation, language)}'.strip()


def _also(citation: Citation, answer: Answer, position: int) -> str:
    """Return where the same words stand: each place opens."""
    if not citation.also:
        return ""
    places = "; ".join(
        f'<a href="#also-{position}-{citation.number}-{number}" dir="auto">{escape(_place(copy))}</a>'
        for number, copy in enumerate(citation.also, 1)
    )
    return f'<span class="also">{escape(label("also", answer.language))}: {places}</span>'


def _place(copy: Copy) -> str:
    return ", ".join(part for part in (copy.outlet or copy.title, copy.published[:10]) if part)


def differs(answer: Answer) -> bool:
    """Say whether an answer shows articles that say different things."""
    heads = (label("differ", answer.language), label("differ_corrected", answer.language))
    return answer.composer == "extractive" and answer.text.startswith(heads) and len(parted(answer)[0]) > 1


def parted(answer: Answer) -> tuple[tuple[Citation, ...], Answer]:
    """Return the citations that differ, which stand in the first part of the text, and an answer of what follows."""
    end = answer.text.find("\n\n")
    end = len(answer.text) if end < 0 else end
    numbers = {number for offset, number in answer.markers if offset <= end}
    start = len(answer.text) - len(answer.text[end:].lstrip("\n"))
    markers = tuple(Marker(offset - start, number) for offset, number in answer.markers if offset > end)
    return tuple(one for one in answer.citations if one.number in numbers), replace(answer, text=answer.text[start:], markers=markers)


def sides(answer: Answer, position: int, shown: Callable[[Citation], str]) -> str:
    """Return articles that differ side by side, each under its outlet and day.

    Args:
        answer: one that `differs`.
        position: that of its turn.
        shown: makes the HTML of a citation's words.
    """
    head, (first, _) = answer.text.split("\n", 1)[0], parted(answer)
    items = "".join(
        f'<li class="side"><h3 dir="auto">{escape(citation.outlet or citation.title)}</h3>'
        f'<p class="facts">{escape(citation.published[:10])}</p><p dir="auto">{shown(citation)}</p></li>'
        for citation in first
    )
    return f'<div class="differ"><p class="differ-head" dir="auto">{escape(head)}</p><ol class="sides">{items}</ol></div>'


def searched(answer: Answer, words: Words) -> str:
    """Return what was searched: the query, the filters, how much was read, and how long each stage took."""
    total = answer.timings.get("total", sum(answer.timings.values()))
    rows = [("searched_query", answer.query), ("searched_filters", filters_in_words(answer.filters, words) or words("no_filters"))]
    if answer.hits:
        n_articles = len({hit.passage.article_id for hit in answer.hits})
        rows.append(("searched_read", words("searched_counts", passages=len(answer.hits), articles=n_articles)))
    stages = ", ".join(f"{name} {value:.0f} ms" for name, value in answer.timings.items() if name != "total")
    rows.append(("searched_time", stages or f"{total:.0f} ms"))
    if answer.confidence:
        rows.append(("searched_confidence", f"{answer.confidence:.0%}"))
    shown = "".join(f'<div><dt>{words.html(name)}</dt><dd dir="auto">{escape(value)}</dd></div>' for name, value in rows)
    return f'<details class="searched"><summary>{words.html("searched", ms=f"{total:.0f}")}</summary><dl>{shown}</dl></details>'


def filters_in_words(filters: Filters, words: Words) -> str:
    """Return filters on one line; "" when nothing is restricted."""
    return ", ".join(f"{name}: {value}" for name, value in named_filters(filters, words).values())


def named_filters(filters: Filters, words: Words) -> dict[str, tuple[str, str]]:
    """Return the filters that are set by their names in an address, each with its words and its value."""
    found = {name: (words(f"filter_{name}"), value) for name, value in parameters(filters).items()}
    if filters.article_ids:
        found["articles"] = (words("filter_articles"), str(len(filters.article_ids)))
    return found
