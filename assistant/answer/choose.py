"""Choose how many sentences an answer cites: as long as each is likely enough to answer, and says what none before it says."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer.copies import same_words
from assistant.answer.select import Selected


def without_copies(selected: Sequence[Selected]) -> list[Selected]:
    """Leave out sentences that stand before, in another article or the same; the order stays."""
    kept: list[Selected] = []
    for item in selected:
        language = item.candidate.article.language
        if not any(same_words(item.candidate.text, other.candidate.text, language) for other in kept):
            kept.append(item)
    return kept


def choose(selected: Sequence[Selected], cite_from: float, most: int) -> list[Selected]:
    """Return the best sentence, and the others that answer with a probability of at least `cite_from`, at most `most`, copies once.

    Args:
        selected: best first.
        cite_from: 0 to 1.
        most: how many there is room for.
    """
    likely = [item for at, item in enumerate(selected) if at == 0 or item.chance >= cite_from]
    return without_copies(likely[: 4 * most])[:most]
