"""Which generation of an index in Milvus is read, and what is looked up in it: names, facts, what filters allow.

Reading takes no lock. A reader looks at the root, reads, and leaves out what is not of that generation; whoever must not mix two
generations looks at the root again afterwards. What was read is kept until the generation changes: nothing changes under one id.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from assistant.index.alike import holds_name, is_outlet
from assistant.index.milvus_client import Tables
from assistant.index.milvus_root import Root, read_root
from assistant.index.milvus_rows import Body, Slot
from assistant.index.milvus_writing import slots
from assistant.records import Filters, Passage

ALL = Filters()
MOST = 4_096
"""Articles, and ten times as many passages, that are kept of a generation."""
NEVER = "article < 0"
T = TypeVar("T")


@dataclass
class Kept:
    """What was read of a generation. Shared by threads; entries are only added."""

    root: Root
    bodies: dict[str, Body] = field(default_factory=dict)
    passages: dict[int, Passage] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict)


class Generations:
    """Generations of an index in Milvus: which one is read, and what of it is looked up."""

    def __init__(self, tables: Tables, root: Root) -> None:
        self._tables = tables
        self._kept = Kept(root)
        self._here = threading.local()

    def now(self) -> Kept:
        """Return the generation that this thread holds, else the one that is committed now."""
        held: Kept | None = getattr(self._here, "kept", None)
        if held is not None:
            return held
        root = read_root(self._tables)
        if root.generation != self._kept.root.generation or root.uid != self._kept.root.uid:
            self._kept = Kept(root)
        self._kept.root = root
        return self._kept

    @property
    def holds(self) -> bool:
        """Whether this thread holds a generation."""
        return getattr(self._here, "kept", None) is not None

    @contextmanager
    def held(self) -> Iterator[int]:
        """Hold on to the generation that is committed now and yield its number; see `StoredArticles.held`."""
        before, kept = getattr(self._here, "kept", None), self.now()
        self._here.kept = kept
        try:
            yield kept.root.generation
        finally:
            self._here.kept = before

    def kept(self, kind: str, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was worked out before from the generation that is held, else work it out; outside of `held` always."""
        if not self.holds:
            return read()
        known: dict[Hashable, T] = self.now().remembered.setdefault(f"kept {kind}", {})
        if key in known:
            return known[key]
        value = read()
        if len(known) < MOST:
            known[key] = value
        return value

    # Looking things up

    def condition(self, kept: Kept, filters: Filters, *more: str) -> str:
        """Return the condition on passages or articles that the filters make, "" when they allow all; see `rows.restriction`."""
        parts, names = [*more], {} if filters == ALL else self.names(kept)

        def among(fields: tuple[str, ...], same: Callable[[str, str], bool], wanted: str) -> str:
            found = {name for kind in fields for name in names.get(kind, {}) if same(name, wanted)}
            return f"({' or '.join(f'{one} in {listed(found)}' for one in fields)})" if found else NEVER

        if filters.article_ids:
            known = [one for one in filters.article_ids if one.isascii() and one.isdigit() and len(one) < 19]
            parts.append(f"article in {listed(map(int, known))}" if known else NEVER)
        if filters.outlet:
            parts.append(among(("outlet", "source"), is_outlet, filters.outlet))
        if filters.author:
            parts.append(among(("author",), holds_name, filters.author))
        if filters.speaker:
            quoting = self.quoting(kept, [name for name in names.get("speaker", {}) if holds_name(name, filters.speaker)])
            parts.append(f"article in {listed(map(int, quoting))}" if quoting else NEVER)
        if filters.language:
            parts.append(f"language == {_literal(filters.language)}")
        if filters.since:
            parts.append(f"published >= {_literal(filters.since)}")
        if filters.until:  # "~" comes after all that a date may hold
            parts.append(f'published != "" and published < {_literal(filters.until + "~")}')
        return " and ".join(parts)

    def quoting(self, kept: Kept, speakers: Sequence[str]) -> list[str]:
        """Return the ids of the articles that quote one of these names."""
        if not speakers:
            return []
        rows = self._tables.scan("speakers", f"speaker in {listed(speakers)}", ("article", "born"))
        return [str(n) for n in sorted({int(row["article"]) for row in rows if kept.root.shows(row["article"], row["born"])})]

    def names(self, kept: Kept) -> Mapping[str, Mapping[str, int]]:
        """Return kind -> name -> how many articles have it. Remembered until the index changes."""

        def read(kept: Kept) -> dict[str, dict[str, int]]:
            found: dict[str, dict[str, int]] = {}
            for row in self._tables.scan("names", "", ("kind", "value", "before", "generation", "now")):
                if n := Slot.of(row).at(kept.root.generation):
                    found.setdefault(row["kind"], {})[row["value"]] = n
            return found

        return self.remembered("names", read, kept)

    def fact(self, key: str) -> Any:
        """Return what is known under a key, None when nothing is."""
        return self.facts([key])[key]

    def facts(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return what is known under keys, None where nothing is. Remembered until the index changes."""
        kept = self.now()
        known: dict[str, Any] = kept.remembered.setdefault("facts", {})
        if len(known) > MOST:
            known.clear()
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        found = slots(self._tables, "facts", missing) if missing else {}
        known.update((key, found[key].at(kept.root.generation) if key in found else None) for key in missing)
        return {key: known[key] for key in keys}

    def remembered(self, name: str, read: Callable[[Kept], T], kept: Kept | None = None) -> T:
        """Return what was read under a name, and read it once in a generation."""
        kept = kept or self.now()
        if name not in kept.remembered:
            kept.remembered[name] = read(kept)
        value: T = kept.remembered[name]
        return value


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def listed(values: Iterable[str] | Iterable[int]) -> str:
    """Return values as Milvus lists them in a condition."""
    return json.dumps(sorted(values), ensure_ascii=False)
