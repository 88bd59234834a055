"""Plots as inline SVG: they need nothing from outside, take the page's colours, and print."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence

WIDTH, HEIGHT = 460, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 14, 40
SERIES = ("var(--one)", "var(--two)")
MOST_BARS = 14

Points = Sequence[tuple[float, float]]


def lines(named: Sequence[tuple[str, Points]], x_title: str, y_title: str, y_top: float = 1.0, diagonal: bool = False) -> str:
    """Return curves over 0 to 1; a point is a circle where `diagonal` sets them against perfect agreement."""
    body = list(_axes(x_title, y_title, [0, 0.25, 0.5, 0.75, 1], [y_top * part for part in (0, 0.25, 0.5, 0.75, 1)], y_top))
    if diagonal:
        body.append(f'<line class="grid" stroke-dasharray="4 4" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>')
    for number, (name, points) in enumerate(named):
        colour = SERIES[number % len(SERIES)]
        path = " ".join(f"{_x(x)},{_y(min(y, y_top) / y_top)}" for x, y in points)
        body.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        if diagonal:
            body += [f'<circle cx="{_x(x)}" cy="{_y(y)}" r="4" fill="{colour}"><title>{x:.2f}: {y:.2f}</title></circle>' for x, y in points]
        if len(named) > 1:
            at = TOP + 12 + 16 * number
            body.append(f'<text class="key" x="{LEFT + 12}" y="{at}" style="fill:{colour}">{html.escape(name)}</text>')
    return _svg(body, f"{y_title} by {x_title}")


def bars(rows: Sequence[tuple[str, float, float, float, int]], title: str) -> str:
    """Return a bar for each (name, mean, low, high, n) with its interval, 0 to 1, at most `MOST_BARS`."""
    shown = rows[:MOST_BARS]
    step, left = 22, 120
    height = TOP + step * len(shown) + BOTTOM
    width = WIDTH - left - RIGHT - 40
    body = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = left + tick * width
        body.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{height - BOTTOM}"/>')
        body.append(f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{height - BOTTOM + 16}">{tick:g}</text>')
    for number, (name, mean, low, high, n) in enumerate(shown):
        y = TOP + step * number + step / 2
        body.append(
            f'<rect x="{left}" y="{y - 7}" width="{max(1.0, mean * width):.1f}" height="14" rx="2" fill="var(--one)" opacity=".85"/>'
        )
        body.append(f'<line stroke="var(--ink)" x1="{left + low * width:.1f}" y1="{y}" x2="{left + high * width:.1f}" y2="{y}"/>')
        body.append(f'<text class="tick" text-anchor="end" x="{left - 8}" y="{y + 4}">{html.escape(name)}</text>')
        body.append(f'<text class="tick" x="{left + width + 8}" y="{y + 4}">n {n}</text>')
    return _svg(body, title, height)


def histogram(values: Sequence[float], marks: Sequence[tuple[str, float]], x_title: str) -> str:
    """Return how often values occur, in bins of equal ratio, with vertical marks."""
    kept = [max(value, 0.1) for value in values]
    low, high = math.log10(min(kept)), math.log10(max(kept))
    span = max(high - low, 0.1)
    n_bins = 24
    counts = [0] * n_bins
    for value in kept:
        counts[min(n_bins - 1, int((math.log10(value) - low) / span * n_bins))] += 1
    most = max(counts)
    ticks = [value for value in (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000) if low <= math.log10(value) <= low + span]
    body = list(_axes(x_title, "questions", [], [0, most / 2, most], most))
    for value in ticks:
        x = _x((math.log10(value) - low) / span)
        body.append(f'<text class="tick" text-anchor="middle" x="{x}" y="{HEIGHT - BOTTOM + 16}">{value:g}</text>')
    for number, count in enumerate(counts):
        x, wide = _x(number / n_bins), (WIDTH - LEFT - RIGHT) / n_bins - 1
        body.append(f'<rect x="{x}" y="{_y(count / most)}" width="{wide:.1f}" height="{_y(0) - _y(count / most):.1f}" fill="var(--one)"/>')
    for number, (name, value) in enumerate(marks):
        x = _x((math.log10(max(value, 0.1)) - low) / span)
        body.append(f'<line stroke="var(--ink)" stroke-dasharray="3 3" x1="{x}" y1="{TOP}" x2="{x}" y2="{_y(0)}"/>')
        side = "end" if x > WIDTH * 0.7 else "start"
        shift = -4 if side == "end" else 4
        body.append(f'<text class="key" text-anchor="{side}" x="{x + shift}" y="{TOP + 10 + 16 * number}">{html.escape(name)}</text>')
    return _svg(body, x_title)


def _axes(x_title: str, y_title: str, xs: Sequence[float], ys: Sequence[float], y_top: float) -> Iterator[str]:
    for y in ys:
        at = _y(y / y_top)
        yield f'<line class="grid" x1="{LEFT}" y1="{at}" x2="{WIDTH - RIGHT}" y2="{at}"/>'
        yield f'<text class="tick" text-anchor="end" x="{LEFT - 6}" y="{at + 4}">{y:.3g}</text>'
    for x in xs:
        yield f'<text class="tick" text-anchor="middle" x="{_x(x)}" y="{HEIGHT - BOTTOM + 16}">{x:g}</text>'
    yield f'<text class="tick" text-anchor="middle" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}">{html.escape(x_title)}</text>'
    middle = (TOP + HEIGHT - BOTTOM) / 2
    yield f'<text class="tick" text-anchor="middle" transform="rotate(-90 12 {middle})" x="12" y="{middle}">{html.escape(y_title)}</text>'


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _svg(body: Sequence[str], title: str, height: float = HEIGHT) -> str:
    name = html.escape(title, quote=True)
    return f'<svg role="img" aria-label="{name}" viewBox="0 0 {WIDTH} {height:g}">{"".join(body)}</svg>'
