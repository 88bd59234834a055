"""Clean an article once: story stays to the character, metadata goes to its field, the rest goes.

Every offset of everything that follows points into the text that is made here.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from assistant.records import Article
from assistant.text.credits import EDGE, cut_sign_off, is_about_author, is_sign_off, read_credits
from assistant.text.datelines import read_dateline
from assistant.text.dates import infer_date, parse_date
from assistant.text.furniture import SENTENCE_END, without_furniture
from assistant.text.language import check_language
from assistant.text.outlets import known_hosts, same_outlet
from assistant.text.pages import place_pages
from assistant.text.readers.raw import FIELDS, Raw
from assistant.text.wrapping import unwrap

MAX_TITLE = 90
"""A title made from the first sentence is shortened at a word to this many characters."""
MAX_HEADLINE = 150
DATELINE_LINES = 3
"""A dateline may stand below so many lines less one: the caption of the first picture, a summary."""
BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029\x0b\x0c]")
BLANKS = re.compile(r"[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Invisible: controls, soft hyphen, zero-width space, marks of direction (which can reorder what a reader
# sees), byte order mark, lone surrogates, the private letters of icon fonts.
JUNK = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u115f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ue000-\uf8ff]"
)
# Joiners are part of the spelling in Persian and Indian scripts and in emoji, and junk elsewhere.
JOINERS = re.compile("(?<![\u0600-\u1fff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]")


@dataclass
class _Draft:
    """An article in the making: lines that may still be story, and the metadata found so far."""

    lines: list[str]
    fields: dict[str, str]
    inferred: list[str] = field(default_factory=list)
    provenance: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, str]:
        """The outlet and the source, as far as they are known."""
        return self.fields.get("outlet", ""), self.fields.get("source", "")

    def fill(self, found: dict[str, str], where: str) -> None:
        for name, value in found.items():
            if value and not self.fields.get(name):
                self.fields[name], self.provenance[name] = value, where


def clean(raw: Raw) -> Article:
    """Return the article that a reader's output holds.

    `text` has one line for each paragraph, in NFC, with its quotation marks and dashes as they were; it is ""
    when nothing on the page is story. `inferred` names the fields that stand in for missing metadata, `provenance` says of each where
    its value was found.
    Cleaning a clean text with its metadata changes nothing.
    """
    fields = {name: _one_line(raw.fields.get(name, "")) for name in FIELDS}
    text = unwrap(normalise(raw.text))
    draft = _Draft(text.split("\n"), {name: value for name, value in fields.items() if value})
    draft.provenance = {name: raw.provenance.get(name, "metadata") for name in draft.fields}
    for _ in range(20):  # what is dropped may bare another line of its kind; each round only takes away
        before = list(draft.lines)
        _round(draft)
        if draft.lines == before:
            break
    story = "\n".join(draft.lines)
    _complete(draft, story, raw.origin)
    found = {name: draft.fields.get(name, "") for name in FIELDS}
    digest = content_digest(story, found)
    return Article(
        "",
        text=story,
        content_hash=digest,
        origin=raw.origin,
        inferred=tuple(draft.inferred),
        pages=place_pages(story, raw.text, raw.pages),
        provenance={name: draft.provenance.get(name, "story") for name, value in found.items() if value},
        **found,
    )


def normalise(text: str) -> str:
    """Return text in NFC with `\\n` line ends, plain blanks and no invisible characters."""
    text = BREAKS.sub("\n", text)
    text = JUNK.sub("", text)
    text = unicodedata.normalize("NFC", BLANKS.sub(" ", text))
    return "\n".join(" ".join(line.split()) for line in JOINERS.sub("", text).split("\n"))


def _round(draft: _Draft) -> None:
    draft.lines = without_furniture(draft.lines) if draft.fields.get("title") else _titled(draft)
    _take_credits(draft)
    _take_dateline(draft)
    if draft.lines:
        draft.lines[-1], source = cut_sign_off(draft.lines[-1])
        draft.fill({"source": source}, "sign-off")


def _titled(draft: _Draft) -> list[str]:
    """Find the headline while blank lines still tell it from the story, then drop the furniture."""
    lines = draft.lines
    at = 0
    while at < len(lines) and (not without_furniture([lines[at]]) or _is_credit(lines[at], draft)):
        at += 1
    following = next((line for line in lines[at + 1 :] if line), "")
    if following and _is_headline(lines[at], following, at + 1 < len(lines) and not lines[at + 1], draft):
        draft.fill({"title": lines[at].lstrip("# ")}, "headline")
        lines = [*lines[:at], *lines[at + 1 :]]
    return without_furniture(lines)


def _is_headline(line: str, following: str, apart: bool, draft: _Draft) -> bool:
    """A short line without a final stop, on its own or before a longer line that is a sentence."""
    if not 1 < len(line) <= MAX_HEADLINE or SENTENCE_END.search(line) or line[-1] in ",;:-–—":
        return False
    story = "\n".join(draft.lines)
    if following[0].islower() or read_dateline(line, story, draft.names) is not None:
        return False
    if apart or read_dateline(following, story, draft.names) is not None or _is_credit(following, draft):
        return True
    return len(following) > len(line) and bool(SENTENCE_END.search(following))


def _is_credit(line: str, draft: _Draft) -> bool:
    return read_credits(line, draft.fields.get("outlet", "")) is not None


def _take_credits(draft: _Draft) -> None:
    """Move credits and the repeated title from the first and last lines to the fields."""
    draft.lines = _without_credits(draft, draft.lines, top=True)
    draft.lines = _without_credits(draft, draft.lines[::-1], top=False)[::-1]


def _without_credits(draft: _Draft, lines: list[str], top: bool) -> list[str]:
    kept: list[str] = []
    for at, line in enumerate(lines):
        if len(kept) >= EDGE:
            return kept + lines[at:]
        found = read_credits(line, draft.fields.get("outlet", ""), top and not kept)
        repeated = top and not kept and at + 1 < len(lines) and _is_title(line, draft.fields.get("title", ""))
        if found is not None:
            draft.fill(found, "byline")
        elif not repeated and not (not top and not kept and is_sign_off(line)) and not _is_about_author(line, draft, top):
            kept.append(line)
    return kept


def _is_about_author(line: str, draft: _Draft, top: bool) -> bool:
    return is_about_author(line, draft.fields.get("author", ""), draft.fields.get("outlet", ""), top)


def _take_dateline(draft: _Draft) -> None:
    """Move a dateline to the fields: of the first line, or of the next ones when a caption stands above it."""
    known = "place" in draft.fields
    story = "\n".join(draft.lines)
    for at, line in enumerate(draft.lines[: 1 if known else DATELINE_LINES]):
        if at and len(draft.lines[at - 1]) > MAX_HEADLINE:
            return  # that was no caption
        found = read_dateline(line, story, draft.names, draft.fields.get("title", ""))
        if found is not None:
            break
    else:
        return
    rest = line[found.end :].strip()
    draft.lines[at : at + 1] = [rest] if rest else []
    outlet = draft.fields.get("outlet", "")
    if outlet and found.outlet and not same_outlet(outlet, found.outlet):
        draft.fill({"source": found.outlet}, "dateline")  # an agency's story in somebody's paper
    else:
        source = draft.fields.get("source", "")  # `Radar Surapandan` reads better than RADARSURAPANDAN.CO.ID
        draft.fill({"outlet": source if same_outlet(source, found.outlet) else found.outlet}, "dateline")
    draft.fill({"place": found.place, "published": found.published, "author": found.author}, "dateline")


def _complete(draft: _Draft, story: str, origin: str) -> None:
    """Fill what no metadata gave from the story, and mark it."""
    fields = draft.fields
    url = fields.get("url") or (origin if origin.startswith(("http://", "https://")) else "")
    draft.fill({"url": url}, "address")
    fields["url"] = url
    declared = fields.get("language", "")
    fields["language"] = check_language(story, declared)
    if not fields["language"] or not declared.casefold().startswith(fields["language"]):
        draft.provenance["language"] = "story"
    for name in ("published", "updated"):
        fields[name] = parse_date(fields.get(name, ""), (fields["language"],))
    if not fields.get("outlet"):
        draft.fill({"outlet": _outlet_of(url)}, "address")
    if not fields["published"] and (day := infer_date(story)):
        fields["published"], draft.provenance["published"] = day, "story"
        draft.inferred.append("published")
    if not fields.get("title") and story:
        fields["title"] = _short(story.split("\n", 1)[0])
        draft.inferred.append("title")


def _short(line: str) -> str:
    """Return the first sentence of a line, shortened at a word."""
    sentence = re.match(r".{20,}?[.!?。！？؟।][\"”’»)]*(?=\s+[^\W\da-z_]|\s+[\"“«]|$)|.{10,}?[。！？]", line)
    title = (sentence[0] if sentence else line).strip()
    if len(title) <= MAX_TITLE:
        return title.rstrip(".。।") or title
    cut = title[: MAX_TITLE - 1]
    words = cut.rsplit(" ", 1)[0]
    return (words if len(words) > MAX_TITLE // 2 else cut).rstrip(" ,;:-–—") + "…"


def _outlet_of(url: str) -> str:
    """Return the outlet of a URL: by the list of hosts, else the host itself."""
    try:
        host = (urlsplit(url).hostname or "") if url.startswith(("http://", "https://")) else ""
    except ValueError:
        return ""
    hosts = known_hosts()
    labels = host.split(".")
    known = next((hosts[name] for at in range(len(labels)) if (name := ".".join(labels[at:])) in hosts), None)
    return known if known else re.sub(r"^(?:www\d?|m|amp|mobile)\.", "", host)


def _is_title(line: str, title: str) -> bool:
    """Say whether the line repeats the title; with a full stop that the title has not, it is a sentence."""
    if bool(SENTENCE_END.search(line)) > bool(SENTENCE_END.search(title)):
        return False
    return bool(title) and re.sub(r"\W+", "", line.casefold()) == re.sub(r"\W+", "", title.casefold())


def _one_line(value: str) -> str:
    return " ".join(normalise(str(value)).split())


def content_digest(text: str, fields: Mapping[str, str]) -> str:
    """Return the content hash of an article: of its text and the metadata named in `FIELDS`, not of where it was read."""
    content = json.dumps([text, fields], ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(content.encode("utf-8"), digest_size=16).hexdigest()
