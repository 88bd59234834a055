"""From bytes to characters, only when it is certain which."""

from __future__ import annotations

import codecs

from assistant.errors import UnreadableArticle

BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
)
# What news pages of before UTF-8 were written in. The whole list of charset-normalizer has 90 encodings, some
# of which fit any bytes (cp037, mac_latin2) and win by chance on short texts.
LEGACY = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "cp874", "shift_jis", "euc_jp", "cp949", "gb18030", "big5",
]  # fmt: skip
WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜàáâãäåæçèéêëìíîïñòóôõöøùúûüßœŒ‘’“”„–—…«»€£°§©®·•¿¡ºª™\xa0")
HINT = "save it as UTF-8 text"


def decode(data: bytes, declared: str = "") -> str:
    """Return the characters of `data`: by mark, as UTF-8, as `declared`, else what fits clearly best.

    Raises:
        UnreadableArticle: `data` is empty, binary, or in no encoding that can be told with confidence.
    """
    if not data.strip():
        raise UnreadableArticle("is empty", "put the article's text in it, or leave it out")
    for magic, kind in MAGIC:
        if data.startswith(magic):
            raise UnreadableArticle(f"is {kind}, not text", "give the file the extension of its kind, or save its text as .txt")
    text = _decode_text(data, declared)
    if _looks_binary(text):
        raise UnreadableArticle("is a binary file, not text", "save its text as .txt")
    if not text.strip("\ufeff \t\r\n\f\v\x00"):
        raise UnreadableArticle("is empty", "put the article's text in it, or leave it out")
    return text


def _decode_text(data: bytes, declared: str) -> str:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _certain(_strictly(data, encoding))
    if b"\0" in data:
        return _certain(_wide(data), "is a binary file, not text")
    text = _strictly(data, "utf-8")
    if text is None:
        text = _mended(data)
    if text is None and declared:
        text = _strictly(data, declared)
    if text is None:
        text = _western(data)
    if text is None:
        text = _guessed(data)
    return _certain(text)


def _certain(text: str | None, message: str = "is in an encoding that cannot be told") -> str:
    if text is None:
        raise UnreadableArticle(message, HINT)
    return text


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of Latin text is NUL, always on the same side."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = max(1, len(data) // 2)
    if max(even, odd) < 0.3 * half or min(even, odd) > 0.02 * half:
        return None
    return _strictly(data, "utf-16-be" if even > odd else "utf-16-le")


def _mended(data: bytes) -> str | None:
    """UTF-8 that was cut or has a few broken bytes: whole characters outnumber the broken ones by far."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(1 for character in text if character > "\x7f") - broken
    return text if whole >= 10 * broken else None


def _western(data: bytes) -> str | None:
    """windows-1252, when every other character is ASCII or one that Western texts use."""
    text = _strictly(data, "cp1252")
    if text is None:
        return None
    others = [character for character in text if character > "\x7f"]
    if len(others) > 0.2 * len(text) or not all(character in WESTERN for character in others):
        return None
    return text


def _guessed(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:100_000], cp_isolation=LEGACY, threshold=0.15).best()
    # A coherence of 0 means that no language was recognised in what came out: that is a guess, not a finding.
    if best is None or (best.coherence < 0.2 and best.encoding not in ("gb18030", "shift_jis", "euc_jp")):
        return None
    return _strictly(data, best.encoding)


def _looks_binary(text: str) -> bool:
    sample = text[:20_000]
    odd = sum(1 for character in sample if character < " " and character not in "\t\n\r\f\v")
    return odd > 0.01 * len(sample) + 3
