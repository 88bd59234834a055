"""The fingerprint of a text: a MinHash over its word triples, by which near copies are found whatever their length."""

from __future__ import annotations

import struct

from assistant.text.terms import analyse

N_POSITIONS = 126
"""The estimate of an overlap has a standard error of about .04 with so many, and they make 42 bands of 3."""
SEED = 1
VERSION = "1"
"""Raise it when the same text gives another fingerprint (a test pins one): every index then makes its own again."""


def fingerprint(text: str) -> bytes:
    """Return the number of different word triples of a text and their MinHash, as little-endian 32-bit numbers.

    Case, accents, marks and the numbers' notation do not matter; a text without spaces is read in pairs of characters. A text of fewer
    than three words has a single triple, its words.

    Source: Broder, On the resemblance and containment of documents, 1997.
    """
    from rensa import RMinHash

    words = analyse(text.lower(), "")
    triples = {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}
    made = RMinHash(num_perm=N_POSITIONS, seed=SEED)
    made.update(list(triples))  # in any order: it keeps the least of the hashes
    return struct.pack(f"<{1 + N_POSITIONS}I", len(triples), *made.digest())
