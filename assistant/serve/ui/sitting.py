"""What a reader's page holds between two events, and who the reader is."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.accounts.users import OWNER, User
from assistant.records import Filters, Turn
from assistant.serve.ui.wording import Words


@dataclass(frozen=True, slots=True)
class Sitting:
    """One conversation on one page.

    `given` are the filters each turn was asked with. `conversation` is the id it is kept under, "" before the first answer. `filters` are
    set for what is asked next. `opinions` are (position, is good). `changing` is the position of the question that is being changed.
    """

    turns: tuple[Turn, ...] = ()
    given: tuple[Filters, ...] = ()
    conversation: str = ""
    filters: Filters = Filters()
    opinions: tuple[tuple[int, bool], ...] = ()
    changing: int | None = None

    def until(self, position: int) -> Sitting:
        """Return the sitting as it was before the turn at `position`."""
        opinions = tuple(one for one in self.opinions if one[0] < position)
        return Sitting(self.turns[:position], self.given[:position], self.conversation, self.filters, opinions)

    def with_turn(self, turn: Turn) -> Sitting:
        """Return the sitting with one more turn, asked with the filters that are set."""
        return Sitting((*self.turns, turn), (*self.given, self.filters), self.conversation, self.filters, self.opinions)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who reads the page, and in which words."""

    user: User = OWNER
    words: Words = Words()
