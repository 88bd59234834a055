"""Who spoke when, as a plot: a line for each speaker, a point for their words in one stretch of time; a point opens the article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from assistant.serve.render import escape

BINS = 48
"""So many points fit beside each other on a phone."""
TICKS = 4
LABEL_CHARS = 120
_WHOLE = "0000-01-01"


@dataclass(frozen=True, slots=True)
class Point:
    """Words of somebody in an article: `day` is an ISO date or its beginning, `anchor` what a click opens."""

    day: str
    anchor: str
    label: str


def timeline(lanes: Sequence[tuple[str, Sequence[Point]]], caption: str, by_keyboard: bool = True) -> str:
    """Return the plot; "" when nothing has a date, or all has the same.

    Args:
        lanes: each speaker with the points; those without a date are left out.
        caption: says what is shown.
        by_keyboard: let Tab stop at every point; without it the list below holds the same.
    """
    dated = [(name, _dated(points)) for name, points in lanes]
    numbers = [number for _, points in dated for number, _ in points]
    if not numbers or min(numbers) == max(numbers):
        return ""
    first, last = min(numbers), max(numbers)
    rows = "".join(_lane(name, points, (first, last), by_keyboard) for name, points in dated if points)
    return f'<figure class="timeline"><figcaption>{escape(caption)}</figcaption>{rows}{_axis(first, last)}</figure>'


def _dated(points: Iterable[Point]) -> list[tuple[int, Point]]:
    """Return the points that have a day, each with its number, in their order."""
    numbered = [(number, one) for one in points if (number := _number(one.day))]
    return sorted(numbered, key=lambda item: item[0])


def _lane(name: str, points: Iterable[tuple[int, Point]], ends: tuple[int, int], by_keyboard: bool) -> str:
    dots = "".join(_dot(place, [one for _, one in group], by_keyboard) for place, group in groupby(points, lambda one: _bin(one[0], ends)))
    who = f'<span class="who" dir="auto">{escape(name)}</span>' if name else ""
    return f'<div class="lane">{who}<div class="track">{dots}</div></div>'


def _dot(place: int, points: Sequence[Point], by_keyboard: bool) -> str:
    count, first = len(points), points[0]
    told = f"{first.day}: {first.label}"
    shown = told if len(told) <= LABEL_CHARS else told[: LABEL_CHARS - 1] + "…"
    name = f"{shown} (+{count - 1})" if count > 1 else shown
    stop = "" if by_keyboard else ' tabindex="-1"'
    size = min(24, 9 + 3 * count)
    return (
        f'<a class="dot" href="#{escape(first.anchor)}"{stop} style="inset-inline-start:{100 * (place + 0.5) / BINS:.2f}%;--size:{size}px"'
        f' aria-label="{escape(name)}" title="{escape(name)}"></a>'
    )


def _axis(first: int, last: int) -> str:
    """Return the days below the lines, in equal steps."""
    length = 10 if last - first < 120 else 7 if last - first < 1500 else 4
    steps = [first + (last - first) * step // TICKS for step in range(TICKS + 1)]
    days = "".join(f"<span>{date.fromordinal(day).isoformat()[:length]}</span>" for day in steps)
    return f'<div class="axis" aria-hidden="true">{days}</div>'


def _bin(number: int, ends: tuple[int, int]) -> int:
    first, last = ends
    return min(BINS - 1, (number - first) * BINS // (last - first))


def _number(day: str) -> int:
    """Return a day as a number, 0 when it is none; a month counts from its first day."""
    try:
        return date.fromisoformat(day[:10] + _WHOLE[len(day[:10]) :]).toordinal()
    except ValueError:
        return 0
