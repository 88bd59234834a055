"""The lexical part: BM25 with tantivy over terms that are already analysed.

tantivy has no room for a note in its commits from Python, so one document more is the note: it carries the id
of the index and the generation, and is replaced in the same atomic commit. The folder itself thus says what
it holds.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tantivy

from assistant.index.changes import as_token
from assistant.index.files import PARTIAL, is_writable, sync_folder, writing
from assistant.index.following import Document
from assistant.index.manifest import LexicalPart
from assistant.index.segments import NAME, damaged_files, read_opstamp

if TYPE_CHECKING:
    from assistant.index.rows import Ids

logger = logging.getLogger(__name__)

NOTE_ID = 0
"""The passage id of the note; real ids start at 1."""
HEAP_BYTES = 30_000_000
MAX_LISTED = 1000
RARE = 100
"""So many allowed ids, or one passage in so many, go into the query as they are (10,000 took 13 ms, 100,000
108 ms). Of more, enough are among the first hits (1,000 took 0.3 ms, all 100,000 took 40 ms)."""

MOST_FREQUENCIES = 1 << 14
"""Terms whose frequencies are remembered: one question asks for those of the same terms a dozen times."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed: tantivy 0.27 takes the number in a deletion for a signed one; on an unsigned field that deletes
    # nothing, without a word.
    builder.add_integer_field("passage_id", indexed=True, fast=True)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("generation", stored=True)
    builder.add_text_field("uid", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


class LexicalIndex:
    """The terms of one generation; never changes, so any number of threads may search it."""

    def __init__(self, index: tantivy.Index, opstamp: int, *, on_disk: bool = True) -> None:
        self.opstamp = opstamp
        self.on_disk = on_disk
        self._schema = _schema()
        if index.schema != self._schema:
            raise ValueError("it has another schema")
        self._searcher = index.searcher()
        self.uid, self.generation = self._note()
        self.n_passages = self._searcher.num_docs - 1
        self._frequencies: dict[str, int] = {}

    @classmethod
    def open(cls, folder: Path, sound: set[str]) -> LexicalIndex | None:
        """Open the lexical folder as it is now, or return None when there is none that can be read.

        Args:
            folder: of the index.
            sound: the names of the files that were read and found sound before; new ones are added.
        """
        problem: object = "it keeps changing"
        for _ in range(5):  # a commit of another process may come in between
            opstamp = read_opstamp(folder)
            if opstamp is None:
                return None
            try:
                if damaged := damaged_files(folder, sound):
                    problem = f"{damaged[0]} is damaged"
                    break
                opened = cls(_open(folder / NAME), opstamp)
            except BaseException as error:
                if not (isinstance(error, ValueError | OSError | LookupError) or _is_panic(error)):
                    raise
                problem = error
                continue
            if read_opstamp(folder) == opstamp:
                return opened
        logger.warning("%s cannot be read (%s)", folder / NAME, problem)
        return None

    @classmethod
    def in_memory(cls, uid: str, generation: int, added: Iterable[Document]) -> LexicalIndex:
        """Build a lexical index that is nowhere on disk, for a folder that may only be read."""
        index = tantivy.Index(_schema())
        opstamp = _commit(index, uid, generation, (), added)
        index.reload()
        return cls(index, opstamp, on_disk=False)

    @property
    def part(self) -> LexicalPart:
        """What the manifest says about it."""
        return LexicalPart(self.generation, self.opstamp)

    def fits(self, stated: LexicalPart | None) -> bool:
        """Say whether it can be what a manifest states; of another generation the manifest tells nothing."""
        return stated is None or not self.on_disk or stated.generation != self.generation or stated == self.part

    def search(self, terms: Sequence[str], k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """Return (passage id, BM25 score) of the `k` best passages, best first, equal ones by id.

        Args:
            terms: analysed terms; a term that comes twice counts twice. Any string is a term, none is syntax.
            k: how many.
            allowed: the sorted ids to choose from; None for all.
        """
        query = self._query(terms)
        k = min(k, self.n_passages if allowed is None else len(allowed))
        if query is None or k <= 0:
            return []
        if allowed is None:
            found = self._top(query, k)
        elif len(allowed) <= MAX_LISTED or len(allowed) * RARE < self.n_passages:
            listed = tantivy.Query.term_set_query(self._schema, "passage_id", allowed.tolist())
            both = [
                (tantivy.Occur.Must, query),
                (tantivy.Occur.Must, tantivy.Query.const_score_query(listed, 0.0)),
            ]
            found = self._top(tantivy.Query.boolean_query(both), k)
        else:
            found = self._picked(query, k, allowed)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """Return in how many passages each term stands, without what is deleted but not yet merged away."""
        return [self._frequency(as_token(term)) for term in terms]

    def _frequency(self, term: str) -> int:
        known = self._frequencies.get(term)
        if known is not None:
            return known
        n = 0
        if term and _is_text(term):
            query = tantivy.Query.term_query(self._schema, "terms", term, "freq")
            found: Any = self._searcher.search(query, 1, count=True)  # its types forget the count
            n = int(found.count)
        if len(self._frequencies) >= MOST_FREQUENCIES:
            self._frequencies = {}
        self._frequencies[term] = n
        return n

    def ids(self) -> Ids:
        """Return the sorted ids of all passages in it."""
        found = self._searcher.search(tantivy.Query.all_query(), self._searcher.num_docs, count=False)
        ids = self._searcher.fast_field_values("passage_id", [address for _, address in found.hits])
        return np.array(sorted(int(i) for i in ids if i), dtype=np.int64)

    def _query(self, terms: Sequence[str]) -> tantivy.Query | None:
        clauses = []
        for term, count in Counter(as_token(term) for term in terms).items():
            if not term or not _is_text(term):
                continue
            query = tantivy.Query.term_query(self._schema, "terms", term, "freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, float(count)) if count > 1 else query))
        return tantivy.Query.boolean_query(clauses) if clauses else None

    def _top(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        hits = self._searcher.search(query, k, count=False).hits
        ids = self._searcher.fast_field_values("passage_id", [address for _, address in hits])
        return [(int(i or 0), float(score)) for i, (score, _) in zip(ids, hits, strict=True)]

    def _picked(self, query: tantivy.Query, k: int, allowed: Ids) -> list[tuple[int, float]]:
        limit = k * 2 * max(1, self.n_passages // len(allowed))
        while True:
            limit = min(limit, self.n_passages)
            hits = self._top(query, limit)
            inside = np.isin(np.array([i for i, _ in hits], dtype=np.int64), allowed)
            picked = [hit for hit, ok in zip(hits, inside, strict=True) if ok]
            if len(picked) >= k or len(hits) < limit or limit >= self.n_passages:
                return picked[:k]
            limit *= 8

    def _note(self) -> tuple[str, int]:
        query = tantivy.Query.term_query(self._schema, "passage_id", NOTE_ID)
        hits = self._searcher.search(query, 1, count=False).hits
        if not hits:
            raise ValueError("the folder has no note of what it holds")
        note = self._searcher.doc(hits[0][1])
        return str(note["uid"][0]), int(note["generation"][0])


def update(folder: Path, uid: str, generation: int, removed: Iterable[int], added: Iterable[Document]) -> None:
    """Bring the lexical folder to a generation in one commit; doing it twice is the same as once."""
    path = folder / NAME
    with writing(folder):
        _commit(tantivy.Index.open(str(path)), uid, generation, removed, added)
        _open_to_readers(path)


def rebuild(folder: Path, uid: str, generation: int, added: Iterable[Document]) -> None:
    """Build the lexical folder anew, aside, and put it in the place of the old one."""
    path, fresh, old = folder / NAME, folder / (NAME + PARTIAL), folder / (NAME + ".old" + PARTIAL)
    with writing(folder):
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir()
        try:
            _commit(tantivy.Index(_schema(), str(fresh), False), uid, generation, (), added)
            _open_to_readers(fresh)
            if path.exists():
                path.rename(old)
            fresh.rename(path)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        sync_folder(folder)
        shutil.rmtree(old, ignore_errors=True)


def _commit(index: tantivy.Index, uid: str, generation: int, removed: Iterable[int], added: Iterable[Document]) -> int:
    writer = index.writer(HEAP_BYTES, 1)
    try:
        for passage_id in (NOTE_ID, *removed):
            writer.delete_documents_by_term("passage_id", passage_id)
        for passage_id, terms in added:
            writer.add_document(tantivy.Document.from_dict({"passage_id": passage_id, "terms": terms}, index.schema))
        note = {"passage_id": NOTE_ID, "uid": uid, "generation": generation}
        writer.add_document(tantivy.Document.from_dict(note, index.schema))
        return writer.commit()
    finally:
        # Ends the writer in every case; without it the next one would find the folder locked.
        with suppress(ValueError, OSError):
            writer.wait_merging_threads()


def _open(path: Path) -> tantivy.Index:
    if is_writable(path):
        index = tantivy.Index.open(str(path))
        index.config_reader("manual")  # the default starts a thread that watches the folder
        return index
    return _open_shadow(path)


def _open_shadow(path: Path) -> tantivy.Index:
    # tantivy makes a lock file even to read. Where it may not, it reads through links from a folder where it
    # may; the files stay mapped when the links are gone.
    with tempfile.TemporaryDirectory(prefix="lexical-") as shadow:
        for file in path.iterdir():
            if file.name == "meta.json":
                shutil.copyfile(file, Path(shadow) / file.name)
            elif not file.name.startswith("."):
                os.symlink(file.absolute(), Path(shadow) / file.name)
        index = tantivy.Index.open(shadow)
        index.config_reader("manual")
        index.searcher()
        return index


def _open_to_readers(path: Path) -> None:
    # tantivy makes this file for its owner only; whoever may read the rest of the folder may read it too.
    with suppress(OSError):
        segment = next(path.glob("*.term"))
        (path / "meta.json").chmod(segment.stat().st_mode & 0o777)


def _is_panic(error: BaseException) -> bool:
    # What Rust did not expect comes as an exception that is no `Exception` and that cannot be imported.
    return type(error).__name__ == "PanicException"


def _is_text(term: str) -> bool:
    try:
        term.encode()
    except UnicodeEncodeError:  # half of a pair: no passage has it
        return False
    return True
