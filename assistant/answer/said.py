"""Who said what: the sentences in which a speaker speaks, from the quotations found at ingestion.

Never sentences that only mention the speaker: when no words of theirs are known the result is empty, and `near_speaker` says
what the articles do tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from assistant.protocols import Encoder
from assistant.records import Article, Quotation, Span
from assistant.text.mentions import names
from assistant.text.quotations import speaker_matches
from assistant.text.terms import analyse, folded
from assistant.text.transliteration import sounds_like

SAME_BODY = 0.62
"""Cosine from which a speaker named by common nouns in another language counts as the one asked for (`the foreign
ministry`, `Kementerian Luar Negeri`). Proper names are compared by their letters only."""

DIRECT_BONUS = 0.05
"""Of two utterances about equally near to the topic, the one in quotation marks comes first: those are the speaker's own words."""


def matching_speakers(asked: str, speakers: Mapping[str, str], encoder: Encoder, is_name: bool) -> list[str]:
    """Return the speakers that the asked name stands for.

    Args:
        asked: the speaker as written in the question.
        speakers: every known speaker with a role, or "".
        encoder: compares bodies and roles across languages.
        is_name: the asked words hold a proper name, which must then match by its letters.
    """
    found = [speaker for speaker in speakers if speaker_matches(asked, speaker)]
    if found or not speakers:
        return found
    if is_name:
        name = " ".join(names(f"x {asked}")) or asked
        return [speaker for speaker in speakers if sounds_like(name, speaker)]
    titles = {speaker: role or speaker for speaker, role in speakers.items()}
    vectors = encoder.encode_passages([folded(title) for title in titles.values()])
    cosines = vectors @ encoder.encode_queries([folded(asked)])[0]
    best = float(cosines.max())
    if best < SAME_BODY:
        return []
    return [speaker for speaker, cosine in zip(titles, cosines, strict=True) if cosine >= best - 0.02]


def rank_quotations(
    quotations: Sequence[Quotation],
    topic: str,
    article: Callable[[str], Article],
    sentences: Callable[[str], Sequence[Span]],
    encoder: Encoder,
) -> list[tuple[Quotation, float]]:
    """Order quotations by nearness to the topic; without a topic by article and place.

    The nearness of a quotation is the cosine of its nearest sentence: a long quotation is about a topic when one of its sentences is.
    """
    if not quotations:
        return []
    if not topic:
        return [(quotation, 1.0) for quotation in sorted(quotations, key=lambda q: (int(q.article_id), q.span))]
    texts, owners = [], []
    for i, quotation in enumerate(quotations):
        text = article(quotation.article_id).text
        for span in sentences(quotation.article_id):
            if span.overlaps(quotation.span):
                texts.append(span.of(text))
                owners.append(i)
    cosines = encoder.encode_passages(texts) @ encoder.encode_queries([topic])[0]
    nearness = [DIRECT_BONUS * quotation.direct - 1.0 for quotation in quotations]
    for i, cosine in zip(owners, cosines, strict=True):
        nearness[i] = max(nearness[i], float(cosine) + DIRECT_BONUS * quotations[i].direct)
    order = sorted(range(len(quotations)), key=lambda i: (-round(nearness[i], 6), i))
    return [(quotations[i], nearness[i]) for i in order]


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
