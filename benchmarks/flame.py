"""Draw a flame graph small enough to be kept: `python -m benchmarks.flame RAW --under add --out docs/flame-add.svg`.

`RAW` is what `py-spy record -f raw -o RAW -- COMMAND` writes. Functions instead of lines, and nothing narrower than `LEAST`; py-spy's own
picture of the same samples takes a megabyte.
"""

from __future__ import annotations

import argparse
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

LEAST = 0.004
"""The share of the samples below which a function is left out."""
WIDTH, HEIGHT, LETTER = 1200, 17, 6.3
"""Pixels: of the picture, of a row, and of a letter."""
COLOURS = ("#dfeee9", "#c9e3db", "#e9ead2", "#f3e2c7", "#f0d4c4")
_PLACE = re.compile(r"^(?P<name>.*) \((?P<file>[^():]*)(?::\d+)?\)?$")


@dataclass
class Node:
    """A function below the ones that call it, with its samples."""

    samples: int = 0
    below: dict[str, Node] = field(default_factory=lambda: defaultdict(Node))


def main() -> None:
    """Read, draw and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raw", type=Path, help="what py-spy wrote")
    parser.add_argument("--under", default="", help="the function to begin with; samples outside of it do not count")
    parser.add_argument("--out", type=Path, required=True, help="the SVG file to write")
    args = parser.parse_args()
    args.out.write_text(drawn(tree(args.raw.read_text("utf-8"), args.under)), "utf-8")


def tree(raw: str, under: str) -> Node:
    """Add up the samples, function by function, from the outermost call of `under` on."""
    root = Node()
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        names = [name_of(frame) for frame in stack.split(";")]
        starts = [at for at, name in enumerate(names) if not under or name.split(" ")[0].split(".")[-1] == under]
        if not starts:
            continue
        node = root
        node.samples += int(count)
        for name in names[starts[0] + bool(under) :]:
            node = node.below[name]
            node.samples += int(count)
    return root


def name_of(frame: str) -> str:
    """Return a frame as `Class.function file.py`, without the line and where the file lies."""
    found = _PLACE.match(frame)
    return f"{found['name']} {found['file'].rsplit('/', 1)[-1]}" if found else frame


def drawn(root: Node) -> str:
    """Return the picture, the outermost functions on top, each with its share as a tooltip."""
    rows = list(_placed(root, 0.0, 0, max(1, root.samples)))
    depth = 1 + max((row for _, row, _, _ in rows), default=0)
    box = f'viewBox="0 0 {WIDTH} {depth * HEIGHT}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="system-ui, sans-serif" font-size="11">']
    for left, row, share, name in rows:
        x, y, width = left * WIDTH, row * HEIGHT, share * WIDTH
        shown = name.split(" ")[0][: int(width / LETTER)]
        colour = COLOURS[zlib.crc32(name.rsplit(" ", 1)[-1].encode()) % len(COLOURS)]
        text = f'<text x="{x + 3:.1f}" y="{y + 12}">{escape(shown)}</text>' if len(shown) > 2 else ""
        tip = f"<title>{escape(name)}: {share:.1%}</title>"
        parts.append(f'<g>{tip}<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{HEIGHT - 1}" fill="{colour}"/>{text}</g>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _placed(node: Node, left: float, row: int, total: int) -> Iterator[tuple[float, int, float, str]]:
    """Yield (left, row, share, name) of every function below a node, the widest first."""
    for name, below in sorted(node.below.items(), key=lambda item: (-item[1].samples, item[0])):
        share = below.samples / total
        if share >= LEAST:
            yield left, row, share, name
            yield from _placed(below, left, row + 1, total)
        left += share


if __name__ == "__main__":
    main()
