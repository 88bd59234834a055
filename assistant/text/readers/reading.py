"""What the readers of one source share: the limits, the columns that the user has named, and what is left to spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.errors import UnreadableArticle
from assistant.text.readers.raw import MAX_BYTES

MAX_MEMBERS = 100_000
"""More files than this in one archive are no pile of articles: the largest public news collections are kept in parts of this size."""
MAX_DEPTH = 2
"""An archive in an archive is read, one level deeper is not: nobody packs articles so, and bombs are made so."""
FREE_BYTES = 100_000_000
MAX_RATIO = 200
"""An archive may hold this many times its own size, `FREE_BYTES` in any case: plain text shrinks to a third, pages of one site to a
fiftieth, a bomb to a thousandth."""


@dataclass
class Budget:
    """What may still be unpacked from one file, its inner archives included."""

    bytes_left: int
    members_left: int = MAX_MEMBERS

    @classmethod
    def of(cls, n_packed: int) -> Budget:
        """Return the budget of an archive of `n_packed` bytes."""
        return cls(max(FREE_BYTES, MAX_RATIO * n_packed))

    def spend(self, n_bytes: int) -> None:
        """Take unpacked bytes from the budget.

        Raises:
            UnreadableArticle: nothing is left; it is a bomb, or near enough.
        """
        self.bytes_left -= n_bytes
        if self.bytes_left < 0:
            raise UnreadableArticle("unpacks to far more than its size: it looks like a bomb", "unpack it yourself and add the files")

    def count(self) -> None:
        """Take one member from the budget.

        Raises:
            UnreadableArticle: there are too many.
        """
        self.members_left -= 1
        if self.members_left < 0:
            raise UnreadableArticle(f"holds more than {MAX_MEMBERS:,} files", "divide it, or unpack it and add the folder")


@dataclass(frozen=True)
class Reading:
    """How something is read.

    `columns` names the columns or keys of the user's tables: our field -> theirs; `text` is the story's. `budget` and `depth` belong to
    the archive that is being read, if one is.
    """

    max_bytes: int = MAX_BYTES
    columns: Mapping[str, str] = field(default_factory=dict)
    budget: Budget | None = None
    depth: int = 0
