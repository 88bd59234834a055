"""Markdown with optional front matter (`key: value` lines between `---`)."""

from __future__ import annotations

import re

from assistant.errors import UnreadableArticle
from assistant.text.readers.decoding import decode
from assistant.text.readers.metadata import fields_of
from assistant.text.readers.raw import Raw

FRONT_MATTER = re.compile(r"\ufeff?\s*---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
KEY = re.compile(r"([A-Za-z_][\w .-]*?)\s*:(?:\s+(.*))?$")
HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
RULE = re.compile(r"([-*_=])(?:\s*\1){2,}$")
FENCE = re.compile(r"(?:```|~~~)\w*$")
LIST_MARK = re.compile(r"[-*+]\s+(?=\S)")  # numbers stay: `1. ` may be how a sentence begins
INLINE = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), ""),  # images: their description is no story
    (re.compile(r"\[([^\]]+)\]\((?:[^()\s]|\([^)]*\))*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"<((?:https?://|mailto:)[^>\s]+)>"), r"\1"),
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"(?<![\w_])(_{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w_])"), r"\2"),
    (re.compile(r"~~(?=\S)(.+?)(?<=\S)~~"), r"\1"),
    (re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)"), r"\2"),
)
REFERENCE = re.compile(r"\[[^\]]+\]:\s+\S+")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!~>|-])")
SHIELD = 0xF0000  # escaped marks wait in the private use area until the others are gone
SHIELDED = re.compile("[\U000f0000-\U000f007f]")
MAX_LINE = 20_000  # the patterns for emphasis are quadratic at worst: a longer line is left as it is


def read(data: bytes, origin: str) -> Raw:
    """Read one .md file: front matter to metadata, markup away, the first `# ` as title if none is given.

    Raises:
        UnreadableArticle: it is empty or not text.
    """
    text = decode(data).replace("\r\n", "\n")
    found: dict[str, object] = {}
    if match := FRONT_MATTER.match(text):
        found = front_matter(match[1])
        text = text[match.end() :]
    fields = fields_of(found)
    lines: list[str] = []
    for line in text.split("\n"):
        heading = HEADING.match(line.strip())
        if heading and line.lstrip().startswith("# ") and not fields.get("title"):
            fields["title"] = plain(heading[1])
            continue
        lines.append(_plain_line(line))
    story = "\n".join(lines)
    if not story.strip():
        raise UnreadableArticle("has no text besides its metadata", "write the story below the front matter")
    return Raw(origin, data, story, fields)


def front_matter(block: str) -> dict[str, object]:
    """Read `key: value` lines; a value may be quoted, a `[a, b]` list, or a list of `- item` lines."""
    found: dict[str, object] = {}
    key = ""
    for line in block.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if key and stripped.startswith("- "):
            items = found.get(key)
            found[key] = [*(items if isinstance(items, list) else []), _unquoted(stripped[2:])]
        elif match := KEY.match(stripped):
            key = match[1]
            found[key] = _value(match[2] or "")
    return found


def plain(line: str) -> str:
    """Strip inline markup from one line."""
    if len(line) > MAX_LINE:
        return line
    line = ESCAPED.sub(lambda match: chr(SHIELD + ord(match[1])), line)
    for pattern, replacement in INLINE:
        line = pattern.sub(replacement, line)
    return SHIELDED.sub(lambda match: chr(ord(match[0]) - SHIELD), line)


def _value(value: str) -> object:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return [_unquoted(item) for item in value[1:-1].split(",") if item.strip()]
    return _unquoted(value)


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def _plain_line(line: str) -> str:
    stripped = line.strip()
    if RULE.match(stripped) or FENCE.match(stripped) or REFERENCE.fullmatch(stripped):
        return ""
    while stripped.startswith(">"):
        stripped = stripped[1:].lstrip()
    if heading := HEADING.match(stripped):
        stripped = heading[1]
    if mark := LIST_MARK.match(stripped):
        stripped = stripped[mark.end() :]
    return plain(stripped)
