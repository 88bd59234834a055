"""Who is meant when no name in the ledger is, and what is nearest when somebody's own words are in no article."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.protocols import Encoder
from assistant.records import Article, Quotation, Span
from assistant.text.mentions import names
from assistant.text.terms import analyse, folded

SAME_BODY = 0.62
"""Cosine from which a speaker named by common nouns in another language counts as the one asked for (`the foreign
ministry`, `Kementerian Luar Negeri`). Proper names are compared by their letters only."""


def has_name(asked: str) -> bool:
    """Say whether a speaker as asked for holds a proper name, which shows in a capital letter."""
    return bool(names("x " + asked))


def by_role(asked: str, speakers: Mapping[str, str], encoder: Encoder) -> list[str]:
    """Return the speakers whose role, or who as a body, are nearest to what was asked for; none when nothing is near.

    Args:
        asked: a role or a body, as written in the question.
        speakers: who speaks in the nearest articles, with a role or "".
        encoder: compares across languages.
    """
    if not speakers:
        return []
    titles = {speaker: role or speaker for speaker, role in speakers.items()}
    vectors = encoder.encode_passages([folded(title) for title in titles.values()])
    cosines = vectors @ encoder.encode_queries([folded(asked)])[0]
    best = float(cosines.max())
    return [speaker for speaker, cosine in zip(titles, cosines, strict=True) if cosine >= best - 0.02] if best >= SAME_BODY else []


def mentions(name: str, article: Article) -> bool:
    """Say whether the article names somebody: the last word of the name stands in it."""
    words = folded(name).split()
    return bool(words) and words[-1] in folded(f"{article.title}\n{article.text}")


def is_named(name: str, article: Article) -> bool:
    """Say whether the article writes the last word of a name with a capital inside its sentences: `putin` is a name, `the report` none."""
    words = name.split()
    if not words:
        return False
    last = re.escape(words[-1])
    found: list[str] = re.findall(rf"(?<=\w[ ,])\b{last}\b", article.text, re.IGNORECASE)
    return sum(word[:1].isupper() for word in found) * 2 > len(found)


def near_speaker(
    asked: str, articles: Sequence[Article], quotations: Callable[[str], Sequence[Quotation]], leads: Callable[[str], Span]
) -> list[tuple[Article, Span]]:
    """Return what is nearest when a speaker's own words are in no article: leads, and words of bodies they stand for.

    A body stands for a person when it shares a word with the title in front of the person's name (`Presiden Rusia Vladimir Putin`,
    `kantor kepresidenan Rusia`).
    """
    near: list[tuple[Article, Span]] = []
    for article in articles:
        near.append((article, leads(article.id)))
        title = _title_before(asked, article)
        for quotation in quotations(article.id):
            words = set(analyse(quotation.speaker, article.language))
            if len(title & words) >= min(2, len(title)) and title:
                near.append((article, quotation.span))
    return near


def _title_before(asked: str, article: Article) -> set[str]:
    """Return the analysed words in front of the first full mention of the asked name."""
    wanted = folded(asked).split()[-1]
    words = article.text.split()
    for i, word in enumerate(words):
        if folded(word).strip(".,;:!?\"'”’)") == wanted:
            before = [w for w in words[max(0, i - 4) : i] if w[:1].isupper() and not w.endswith((".", ",", ";"))]
            found = set(analyse(" ".join(before).lower(), article.language))
            if found:
                return found
    return set()
