"""Group consecutive sentences into passages within a token budget."""

from __future__ import annotations

from collections.abc import Sequence


def split_passages(sentence_token_counts: Sequence[int], max_tokens: int, overlap: int) -> list[tuple[int, int]]:
    """Group sentences greedily into passages of whole sentences.

    Args:
        sentence_token_counts: The tokens of each sentence of one article, in order.
        max_tokens: The most tokens a passage may have. A sentence that is longer stands alone.
        overlap: How many sentences a passage repeats from the one before. It repeats fewer where
            more would leave no room in the budget for a new sentence.

    Returns:
        Half-open ranges of sentence positions, ascending, that cover every sentence. No range lies
        inside another.

    Raises:
        ValueError: `max_tokens` is not positive, or `overlap` is negative.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens must be positive, not {max_tokens}")
    if overlap < 0:
        raise ValueError(f"overlap must not be negative, not {overlap}")
    ranges: list[tuple[int, int]] = []
    n_sentences = len(sentence_token_counts)
    covered = 0
    while covered < n_sentences:
        start = _start_of_next(sentence_token_counts, covered, max_tokens, overlap, ranges)
        end = covered + 1
        n_tokens = sum(sentence_token_counts[start:end])
        while end < n_sentences and n_tokens + sentence_token_counts[end] <= max_tokens:
            n_tokens += sentence_token_counts[end]
            end += 1
        ranges.append((start, end))
        covered = end
    return ranges


def _start_of_next(
    counts: Sequence[int],
    covered: int,
    max_tokens: int,
    overlap: int,
    ranges: Sequence[tuple[int, int]],
) -> int:
    """Say how far back from `covered` the next passage may reach: a new sentence must fit as well."""
    if not ranges:
        return 0
    # Starting after the previous start keeps a passage from containing the one before it.
    earliest = max(covered - overlap, ranges[-1][0] + 1)
    start = covered
    n_tokens = counts[covered]
    while start > earliest and n_tokens + counts[start - 1] <= max_tokens:
        start -= 1
        n_tokens += counts[start]
    return start
