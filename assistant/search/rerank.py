"""Score the first hits again by what the reader finds in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.records import Hit

WORTH_OF_READING = 0.1
"""What one of the reader's log-odds is worth in cosine."""
LEAST, MOST = -8.0, 8.0


def rerank(hits: Sequence[Hit], readings: Mapping[int, float], strange: float = 0.0) -> list[Hit]:
    """Return the hits in their new order with new scores and ranks; equal scores keep their order.

    Args:
        hits: best first.
        readings: the log-odds that a passage answers, by passage id; a passage that was not read counts like the worst that was.
        strange: how strange the question is to the reader, 0 to 1: of a wholly strange one nothing read counts.
    """
    worth = (1 - strange) * WORTH_OF_READING
    least = max(LEAST, min(readings.values(), default=LEAST))
    scored = [hit.score + worth * min(max(readings.get(hit.passage.id, least), LEAST), MOST) for hit in hits]
    order = sorted(range(len(hits)), key=lambda i: (-round(scored[i], 9), i))
    return [replace(hits[i], score=scored[i], rank=rank) for rank, i in enumerate(order, 1)]
