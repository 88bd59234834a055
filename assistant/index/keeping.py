"""What is done to an index as a whole over the years: encode, cut and quote it again, check, repair, compact and copy it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from assistant.errors import IndexMismatch
from assistant.index import changes, compaction, completing, doctor, encoded, replacing
from assistant.index.backup import back_up
from assistant.index.doctor import Heal, Problem
from assistant.index.files import writing
from assistant.index.locks import WriteLock
from assistant.index.manifest import EncoderInfo, EncoderLike
from assistant.index.parts import Parts
from assistant.index.reading import StoredArticles
from assistant.index.reencoding import Progress, Reencoding, Words
from assistant.index.requoting import VERSION, Find, requote
from assistant.index.rows import number
from assistant.index.seals import seal
from assistant.index.store import Connection, Store
from assistant.index.versions import Version, forget_versions, insert_version
from assistant.protocols import PreparedArticle, Vectors
from assistant.records import Article, Passage

T = TypeVar("T")


def own_words(article: Article, passage: Passage) -> str:
    """Return a passage's own words."""
    return passage.span.of(article.text)


def silent(done: int, total: int) -> None:
    """Show no progress."""


class KeptIndex(StoredArticles):
    """The keeping of a local index; see `LocalIndex`."""

    def __init__(self, path: Path, encoder: EncoderInfo, store: Store, lock: WriteLock) -> None:
        super().__init__(store)
        self.path = path
        self.encoder = encoder
        self._lock = lock
        self._parts = Parts(path, store, lock)

    @property
    def quotations_version(self) -> int:
        """Which version of the rules found the stored quotations."""
        with self._store.read() as connection:
            return int(changes.get(connection, VERSION, "0"))

    @property
    def completed_version(self) -> str:
        """Which version of `complete` has been through the index; "" for none."""
        with self._store.read() as connection:
            return changes.get(connection, completing.VERSION)

    def compact(self) -> None:
        """Write all parts anew without what was removed or replaced; the cost grows with the index."""
        with self._writing():
            self._parts.catch_up()
            compaction.compact(self._parts)

    def reencode(
        self,
        encoder: EncoderLike,
        encode: Callable[[list[str]], Vectors],
        *,
        text_of: Words = own_words,
        batch: int = 256,
        progress: Progress = silent,
    ) -> None:
        """Replace all vectors by those of another encoder, in one generation; until then the old ones answer.

        What is encoded is kept as it comes: interrupted and called again it goes on where it was.

        Args:
            encoder: the new encoder.
            encode: encodes passages.
            text_of: what to encode for a passage; its own words by default. Give what `add` was given.
            batch: texts per call of `encode`.
            progress: called with how many passages are encoded, of how many.
        """
        info = EncoderInfo.of(encoder)
        Reencoding(self._parts, info, text_of, encode, batch).run(progress)
        self.encoder = info

    def requote(self, version: int, find: Find, *, progress: Progress = silent) -> None:
        """Find the quotations of all articles again, unless those of this version of the rules are stored; vectors and terms stay.

        Args:
            version: of the rules; 0 is what an index has whose quotations were found before there were versions.
            find: returns the quotations of an article, given its sentences.
            progress: called with how many articles are done, of how many.

        Raises:
            IndexBusy, IndexNotWritable: nothing is replaced.
        """
        if self.quotations_version != version:
            requote(self._parts, version, find, progress)

    def complete(self, version: str, text_of: Words, fingerprint: Callable[[str], bytes]) -> None:
        """Add what an index from before lacks: the keys of its vectors, fingerprints, copies, seals.

        Args:
            version: of the fingerprints; those of another version are made again.
            text_of: what was encoded for a passage.
            fingerprint: returns the fingerprint of a text.
        """
        if self.completed_version != version:
            with self._writing():
                self._parts.catch_up()
                completing.complete(self._parts, version, text_of, fingerprint)

    def rearrange(self, changed: Sequence[tuple[str, PreparedArticle]]) -> None:
        """Give articles other sentences, passages and quotations of the same text, in one generation; ids and vectors are kept.

        Args:
            changed: (article id, the article with its new parts).
        """
        self._in_one_generation(lambda connection, generation: replacing.rearrange(connection, changed, generation))

    def replace(self, changed: Sequence[tuple[str, PreparedArticle]], why: str) -> list[str]:
        """Put articles in the place of others, which become their earlier versions, and return the new ids.

        Args:
            changed: (id of the article that is replaced, what replaces it).
            why: `versions.CORRECTED` or `versions.CLEANED`.
        """
        return self._in_one_generation(
            lambda connection, generation: [replacing.replace(connection, i, item, generation, why) for i, item in changed]
        )

    def put_settings(self, settings: Mapping[str, int]) -> None:
        """Record the settings that the index is built with now."""
        self._in_one_generation(lambda connection, generation: changes.put_settings(connection, settings))

    def restore(self, kept: Sequence[tuple[PreparedArticle, Sequence[Version]]], *, keep_ids: bool) -> list[str]:
        """Store articles with their earlier versions, as they were exported, in one generation, and return their ids.

        Args:
            kept: articles, each with its earlier versions.
            keep_ids: give articles and versions the ids they bring; only for an index that has never had them.

        Raises:
            IndexMismatch: an id is or was in use here.
        """
        for item, _ in kept:
            changes.verify(item, self.encoder.dimensions)

        def act(connection: Connection, generation: int) -> list[str]:
            ids = []
            for item, earlier in kept:
                wanted = number(item.article.id) if keep_ids else None
                if keep_ids and wanted is not None and not changes.is_unused(connection, wanted):
                    raise IndexMismatch(f"the id {wanted} is in use in {self.path}", "import into an empty index, or without the ids")
                new = changes.insert(connection, item, generation, wanted)
                for version in earlier if keep_ids else ():
                    insert_version(connection, Version(version.article, str(new), version.replaced, version.why))
                seal(connection, new)
                ids.append(str(new))
            return ids

        return self._in_one_generation(act)

    def forget_versions(self, article_id: str) -> int:
        """Delete the earlier versions of an article for good and return how many there were."""

        def act(connection: Connection, generation: int) -> int:
            n = forget_versions(connection, number(article_id))
            seal(connection, number(article_id))
            return n

        n = self._in_one_generation(act)
        self.compact()
        return n

    def forget_vectors(self) -> int:
        """Delete the vectors that no passage has now, and return how many there were."""
        return self._in_one_generation(lambda connection, generation: encoded.drop_spares(connection))

    def spare_vectors(self) -> tuple[int, int]:
        """Return how many vectors are kept that no passage has now, and their size in bytes."""
        with self._store.read() as connection:
            return encoded.spared(connection)

    def back_up(self, folder: Path) -> None:
        """Write a whole copy of the index into a new folder; readers and writers go on meanwhile.

        Raises:
            IndexNotWritable: the folder is there already and not empty, or cannot be written.
            IndexDamaged: the copy is not sound, because the index is not; it is deleted again.
        """
        back_up(self._store, folder)

    # Keeping it sound

    def check(self) -> list[Problem]:
        """Compare all parts with the store, and the store with itself and its checksums; return what is wrong."""
        return doctor.check(self._parts)

    def repair(self, heal: Heal | None = None) -> list[Problem]:
        """Check, make again what can be made again, and return what was wrong and whether it is repaired.

        Args:
            heal: makes a damaged article again from its original; None leaves such an article refused.
        """
        with self._writing():
            return doctor.repair(self._parts, heal)

    def _in_one_generation(self, act: Callable[[Connection, int], T]) -> T:
        with self._writing():
            self._catch_up_own()
            with self._store.write() as connection:
                value = act(connection, changes.next_generation(connection))
            self._parts.catch_up()
            compaction.compact_if_due(self._parts)
        return value

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock.held(), writing(self.path):
            yield

    def _catch_up_own(self) -> None:
        self._parts.catch_up()
        self._check_encoder()

    def _check_encoder(self) -> None:
        raise NotImplementedError
