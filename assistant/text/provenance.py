"""Where each field of an article was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

INFERRED = "inferred from the text"
IN_TEXT = "credits or dateline in the text"
ADDRESS = "web address"
METADATA = "metadata"


def where_found(found: Mapping[str, str], inferred: Iterable[str], given: Mapping[str, str], places: Mapping[str, str]) -> dict[str, str]:
    """Return for each field that has a value where the value comes from.

    Args:
        found: the fields of the cleaned article.
        inferred: the names of those that stand in for missing metadata.
        given: the fields as the reader gave them.
        places: what the reader says about where it found them, by name.
    """
    guessed = frozenset(inferred)
    return {name: _where(name, given.get(name, ""), name in guessed, places) for name, value in found.items() if value}


def _where(name: str, given: str, guessed: bool, places: Mapping[str, str]) -> str:
    if guessed:
        return INFERRED
    if given:
        return places.get(name, METADATA)
    if name in ("url", "outlet"):
        return ADDRESS if name == "url" else f"{IN_TEXT}, or {ADDRESS}"
    return INFERRED if name == "language" else IN_TEXT
