"""Measure the cleaning of pages: `python -m benchmarks.cleaning [--half building|held|all] [--errors]`.

A sentence of the cleaned text is right when every letter and digit in it belongs to a golden sentence of the page; what may stay or go
(subheadings, captions, the title) counts neither way. A golden sentence is found when it stands whole in the text. Pages that hold no
story must be refused: they count in a column of their own, and what is kept of a refused story is lost to recall. Half of the pages,
by the hash of their file's name, are held back: they are scored and never shown, so that rules are not made for them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from assistant.errors import UnreadableArticle
from assistant.records import Article
from assistant.text.clean import clean
from assistant.text.readers import web
from assistant.text.sentences import split_sentences

GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "pages"
HALVES = ("building", "held", "all")
FIELDS = ("title", "outlet", "author", "place", "published", "updated")
STORY, EITHER, OTHER = 1, 0, -1


@dataclass(frozen=True)
class Page:
    """A golden page; `reason` says why it must be refused, "" for a page with a story."""

    file: str
    language: str
    reason: str
    data: bytes
    fields: dict[str, str]
    sentences: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether the page is held back."""
        return hashlib.sha256(self.file.encode()).digest()[0] % 2 == 1


@dataclass
class Tally:
    """Counts over pages: sentences given and right, golden and found; pages to refuse and refused; fields that agree."""

    given: int = 0
    right: int = 0
    golden: int = 0
    found: int = 0
    refusals: list[bool] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    fields: dict[str, list[bool]] = field(default_factory=lambda: {name: [] for name in FIELDS})
    n_pages: int = 0

    @property
    def precision(self) -> float:
        """The share of the given sentences that are story."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """The share of the golden sentences that are given."""
        return self.found / self.golden if self.golden else 1.0

    def accuracy(self, name: str) -> float:
        """Return the share of pages with a story on which a field is right."""
        return sum(self.fields[name]) / len(self.fields[name]) if self.fields[name] else 1.0


Cleaner = Callable[[Page], Article | str]
"""From a page to its article, or the reason why there is none."""


def read_pages(folder: Path = GOLDEN, half: str = "all") -> Iterator[Page]:
    """Yield the golden pages, or one half of them."""
    for line in (folder / "pages.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        data = (folder / row["file"]).read_bytes()
        fields = {name: row[name] for name in FIELDS}
        page = Page(row["file"], row["language"], row["reason"], data, fields, tuple(row["sentences"]), tuple(row["optional"]))
        if half == "all" or page.held == (half == "held"):
            yield page


def cleaned(page: Page) -> Article | str:
    """Return what the program makes of a page."""
    try:
        article = clean(web.read(page.data, f"/pages/{page.file}"))
    except UnreadableArticle as error:
        return str(error)
    return article if article.text else "no story"


def plain_trafilatura(page: Page) -> Article | str:
    """Return what trafilatura makes of a page as it comes, its text and metadata untouched."""
    import trafilatura

    found = trafilatura.bare_extraction(page.data, with_metadata=True)
    if not isinstance(found, trafilatura.settings.Document) or not found.text:
        return "no story"
    author = (found.author or "").replace("; ", ", ")
    return Article("", found.title or "", found.text, outlet=found.sitename or "", author=author, published=found.date or "")


def count(tally: Tally, page: Page, outcome: Article | str) -> list[str]:
    """Add a page to a tally and return its errors in words."""
    tally.n_pages += 1
    article = outcome if isinstance(outcome, Article) else None
    if page.reason:
        tally.refusals.append(article is None)
        return [f"  not refused ({page.reason}): {article.text[:200]!r}"] if article else []
    tally.golden += len(page.sentences)
    if article is None:
        tally.lost.append(page.file)
        for name in FIELDS:
            tally.fields[name].append(False)
        return [f"  refused: {outcome}"]
    errors = _count_text(tally, page, article)
    for name in FIELDS:
        value, wanted = getattr(article, name), page.fields[name]
        tally.fields[name].append(same_value(name, value, wanted))
        if not tally.fields[name][-1]:
            errors.append(f"  {name} {value!r}, not {wanted!r}")
    return errors


def _count_text(tally: Tally, page: Page, article: Article) -> list[str]:
    squeezed, places = _squeezed(article.text)
    marks = [OTHER] * len(squeezed)
    for text in (article.title, page.fields["title"], *page.optional):
        _mark(marks, squeezed, _squeezed(text)[0], EITHER)
    missed = [sentence for sentence in page.sentences if not _mark(marks, squeezed, _squeezed(sentence)[0], STORY)]
    tally.found += len(page.sentences) - len(missed)
    errors = [f"  missed {sentence!r}" for sentence in missed]
    at = 0
    for span in split_sentences(article.text, page.language):
        kinds = set()
        while at < len(places) and places[at] < span.end:
            kinds.add(marks[at])
            at += 1
        if kinds <= {EITHER}:
            continue
        tally.given += 1
        tally.right += OTHER not in kinds
        if OTHER in kinds:
            errors.append(f"  extra {span.of(article.text)!r}")
    return errors


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits of a text, case folded, and where each stands."""
    kept = [(letter, at) for at, character in enumerate(text) if character.isalnum() for letter in character.casefold()]
    return "".join(letter for letter, _ in kept), [at for _, at in kept]


def _mark(marks: list[int], text: str, part: str, kind: int) -> bool:
    """Mark every place of a part, and say whether there is one."""
    at = text.find(part) if part else -1
    found = at >= 0
    while at >= 0:
        marks[at : at + len(part)] = [max(kind, mark) for mark in marks[at : at + len(part)]]
        at = text.find(part, at + len(part))
    return found


def same_value(name: str, value: str, wanted: str) -> bool:
    """Say whether a field is right: times to the second with their zone, names in any order, else but for case and punctuation."""
    if name in ("published", "updated"):
        return bool(value) == bool(wanted) and (not value or _moment(value) == _moment(wanted))
    if name == "author":
        return sorted(_plain(part) for part in value.split(",")) == sorted(_plain(part) for part in wanted.split(","))
    return _plain(value) == _plain(wanted)


def _moment(value: str) -> tuple[datetime, str]:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=None), str(moment.utcoffset()) + ("" if "T" in value else " day")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def measure(pages: Sequence[Page], cleaner: Cleaner = cleaned) -> Tally:
    """Return the tally of a cleaner on pages."""
    tally = Tally()
    for page in pages:
        count(tally, page, cleaner(page))
    return tally


def figures(tally: Tally) -> dict[str, float]:
    """Return what floors are pinned for: precision and recall, the share of pages rightly refused, each field's accuracy."""
    refused = sum(tally.refusals) / len(tally.refusals) if tally.refusals else 1.0
    return {"precision": tally.precision, "recall": tally.recall, "refused": refused, **{name: tally.accuracy(name) for name in FIELDS}}


def digest(folder: Path = GOLDEN) -> str:
    """Return the hash of the golden pages and their labels."""
    hashed = hashlib.blake2b(digest_size=16)
    for path in sorted([*folder.glob("*.html"), folder / "pages.jsonl"]):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


HEAD = "| cleaner | pages | sentences | precision | recall | refused | refused wrongly | " + " | ".join(FIELDS) + " |"


def _row(name: str, tally: Tally) -> str:
    shares = [f"{tally.precision:.3f}", f"{tally.recall:.3f}", f"{sum(tally.refusals)}/{len(tally.refusals)}", str(len(tally.lost))]
    fields = [f"{tally.accuracy(name):.2f}" for name in FIELDS]
    return f"| {name} | {tally.n_pages} | {tally.golden} | " + " | ".join([*shares, *fields]) + " |"


def table(pages: Sequence[Page], halves: Sequence[str]) -> list[str]:
    """Return a Markdown table: each half, then each language of all these pages, the program and trafilatura as it comes."""
    lines = [HEAD, "|---" * (HEAD.count("|") - 1) + "|"]
    groups = [(half, [page for page in pages if half == "all" or page.held == (half == "held")]) for half in halves]
    languages = sorted({page.language for page in pages}, key=lambda code: (code not in ("id", "en"), code))
    groups += [(code, [page for page in pages if page.language == code]) for code in languages]
    for name, group in groups:
        lines += [_row(f"{name}: ours", measure(group)), _row(f"{name}: trafilatura", measure(group, plain_trafilatura))]
    return lines


def speed(pages: Sequence[Page], cleaner: Cleaner = cleaned, rounds: int = 2) -> float:
    """Return pages a second of processor time, the best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        started = time.process_time()
        for page in pages:
            cleaner(page)
        best = max(best, len(pages) / (time.process_time() - started))
    return best


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table; with `--errors` what is wrong on the pages that may be looked at."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES, default="all")
    parser.add_argument("--errors", action="store_true", help="show the errors, of the half for building alone")
    args = parser.parse_args(argv)
    pages = list(read_pages(half=args.half))
    if args.errors:
        for page in pages:
            if not page.held and (errors := count(Tally(), page, cleaned(page))):
                print(page.file, *errors, sep="\n")
    print(*table(pages, HALVES if args.half == "all" else [args.half]), sep="\n")
    print(f"ours: {speed(pages):.1f} pages a second; trafilatura: {speed(pages, plain_trafilatura):.1f}")


if __name__ == "__main__":
    sys.exit(main())
