"""Tell how much of a text falls into scraps: letters that the vocabulary lacks, and pieces of words too short to mean anything.

A language that a model was not trained on has no tokens of its own. If it shares its letters with others, its words are written with their
shortest pieces (Finnish `kir|ja`); if it does not, nothing of them is left. Neither says anything of what the words mean.
"""

from __future__ import annotations

import unicodedata

from tokenizers import Tokenizer

LEAST_LETTERS = 3
"""A shorter piece of a longer word is a scrap."""
WORD = "▁"
"""Begins the tokens that begin a word."""


def scrap_share(tokenizer: Tokenizer, text: str) -> float:
    """Return the share of the letters of a text's words that stand in scraps, 0 to 1; 0 for a text without words.

    Chinese and Japanese put no spaces between words, and a sign may be one: a known one is no scrap.
    """
    scraps = whole = 0
    for word in _words(tokenizer, text):
        if not any(letter.isalpha() for piece, _ in word for letter in piece):
            continue
        for piece, known in word:
            size = letters(piece)
            whole += size
            if not known or (len(word) > 1 and size < LEAST_LETTERS and not _is_sign(piece[0])):
                scraps += size
    return scraps / whole if whole else 0.0


def letters(piece: str) -> int:
    """Return how many letters a piece has: the marks above them do not count, a Korean syllable is as many as it is made of."""
    return sum(unicodedata.category(letter) != "Mn" for letter in unicodedata.normalize("NFD", piece))


def _words(tokenizer: Tokenizer, text: str) -> list[list[tuple[str, bool]]]:
    """Return the pieces of each word, and whether the vocabulary has them."""
    words: list[list[tuple[str, bool]]] = []
    found = tokenizer.encode(text, add_special_tokens=False)
    unknown = tokenizer.token_to_id("<unk>")
    for token, number, (start, end) in zip(found.tokens, found.ids, found.offsets, strict=True):
        if token.startswith(WORD) or not words:
            words.append([])
        piece = text[start:end].strip()
        if piece:
            words[-1].append((piece, number != unknown))
    return words


def _is_sign(letter: str) -> bool:
    return "\u3040" <= letter <= "\u30ff" or "\u3400" <= letter <= "\u9fff"
