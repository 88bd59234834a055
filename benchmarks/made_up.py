"""Make articles of any number by putting sentences of the training data together anew: same seed, same articles.

Titles, dates, outlets and addresses are made up. Time and size are measured with them, never quality: their sentences belong to no story.
"""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from pathlib import Path

OUTLETS = ("Kabar Utara", "The Harbour Post", "Warta Selatan", "Eastern Ledger", "Lini Kota", "Plains Courier")
LANGUAGES = ("id", "en", "de", "es", "ru", "ar")
SHARES = (50, 30, 5, 5, 5, 5)
"""The home language first, as in the index of a newsroom there."""
SENTENCE_CHARS = (40, 300)
PER_LANGUAGE = 40_000


def articles(data: Path, n: int, seed: int = 7, size_chars: int = 2000) -> Iterator[dict[str, str]]:
    """Yield `n` articles as records that `assistant add` reads, each of about `size_chars` characters and one language."""
    chosen = random.Random(seed)
    sentences = {language: read_sentences(data, language) for language in LANGUAGES}
    for number in range(n):
        (language,) = chosen.choices(LANGUAGES, SHARES)
        known = sentences[language]
        lines, size = [], 0
        while size < size_chars:
            lines.append(" ".join(chosen.choice(known) for _ in range(chosen.randint(1, 4))))
            size += len(lines[-1]) + 1
        day = f"{chosen.randint(2015, 2025)}-{chosen.randint(1, 12):02}-{chosen.randint(1, 28):02}"
        yield {
            "title": f"{chosen.choice(known)[:80]} {number}", "text": "\n".join(lines), "language": language,
            "outlet": chosen.choice(OUTLETS), "published": day, "url": f"https://example.org/{seed}/{number}",
        }  # fmt: skip


def read_sentences(data: Path, language: str) -> list[str]:
    """Return different sentences of a language, the first that the parallel texts hold; the English ones stand beside the Indonesian."""
    wanted, column = ("id", 3) if language == "en" else (language, 2)
    found: dict[str, None] = {}
    with lzma.open(data / "train" / f"parallel.{wanted}.tsv.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text = line.rstrip("\n").split("\t")[column]
            if SENTENCE_CHARS[0] <= len(text) <= SENTENCE_CHARS[1]:
                found[text] = None
            if len(found) >= PER_LANGUAGE:
                break
    return list(found)


def write(path: Path, rows: Iterator[dict[str, str]]) -> None:
    """Write the articles as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
