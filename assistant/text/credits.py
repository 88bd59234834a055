"""Lines at the edges of a story that say who made it and when: `Sumber: ... | Editor: ...`, `By ...`."""

from __future__ import annotations

import re
from functools import cache

from assistant.text import rules
from assistant.text.dates import month_pattern, parse_date, weekday_pattern
from assistant.text.outlets import known_hosts, known_outlets

KINDS = ("source", "editor", "author", "published", "updated")
DATES = ("published", "updated")
MAX_LINE = 300
MAX_VALUE = 120
MAX_WORDS = 14
MAX_LABEL = 24
"""What a line says besides the names of those who wrote the story is at most so many letters: `Laporan wartawan`."""
EDGE = 5
"""How many lines from either end of the story credits are looked for."""
MARKS = " ,;|·•・:：/–—-"
SEPARATORS = re.compile(r"\s*[|•·¦;／]\s*|\s+[-–—]\s+|\s{3,}")
SENTENCE = re.compile(r"[.!?]\s+[a-z]|[!?]|[a-zà-ÿ]{3,}\.\s+[A-Z]|\.{3}|[\"“”]")
NAME_JOINTS = frozenset(
    [
        "and",
        "dan",
        "&",
        "et",
        "und",
        "y",
        "e",
        "i",
        "en",
        "und",
        "ve",
        "и",
        "та",
        "bin",
        "binti",
        "bt",
        "al",
        "el",
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "da",
        "dos",
        "di",
        "du",
        "la",
        "le",
        "ten",
        "ter",
        "of",
        "for",
        "in",
        "for",
    ]
)
CLOCK = re.compile(r"(?:pukul\s+|at\s+)?\d{1,2}[:.]\d{2}(?:\s*[A-Za-z.]{2,5})?")
INITIALS = re.compile(r"[A-Za-z]{2,5}(?:/[A-Za-z]{2,5})*")


def read_credits(line: str, outlet: str = "", top: bool = True) -> dict[str, str] | None:
    """Return the metadata on a line that is nothing but credits, None for any other line.

    `outlet` is the outlet as known: its name alone is then a credit. Bylines without a colon (`By Jane
    Smith`) stand only at the top of a story.
    """
    line = line.strip()
    if not line or len(line) > MAX_LINE:
        return None
    if line[0] in "([（" and line[-1] in ")]）":
        return read_credits(line[1:-1], outlet, top) or _agency(line[1:-1])
    found = _labelled(line) or {}
    if found:
        return found
    for part in SEPARATORS.split(line):
        read = _labelled(part) or _byline(part, top) or _dated(part) or _named(part, outlet)
        if read is None:
            return None
        for name, value in read.items():
            found[name] = f"{found[name]} {value}" if name in DATES and name in found else value
    for name in DATES:
        if name in found:
            found[name] = parse_date(found[name])
    return found


def plain_names(value: str) -> str:
    """Return the names of a byline without the words around them: `Von Jane Smith und Tom Hall, Reporter` is `Jane Smith, Tom Hall`."""
    value = " ".join(value.split()).strip(MARKS)
    bare = _author_labels().sub("", value, count=1).strip(MARKS)
    bare = re.sub(r"\s+(?:in|reporting from|à)\s+[^\W\d_a-z][\w ,.'’-]*$|\s*[(（][^()（）]*[)）]$", "", bare)
    names = [name for part in re.split(r",\s*", bare) if (name := _trailing_roles().sub("", part).strip(MARKS))]
    parts = [name for part in names for name in re.split(r"\s+(?:and|dan|und|et|y|e|en|ve|&|и|و)\s+(?=[^\W\d_a-z])", part)]
    return ", ".join(parts if all(len(part.split()) > 1 for part in parts) else names) or value


def is_desk(name: str) -> bool:
    """Say whether an author is nobody by name: `Redaksi`, `admin`."""
    return name.casefold() in _words("desks")


def is_about_author(line: str, author: str, outlet: str, top: bool) -> bool:
    """Say whether a line at an edge of the story is only about who wrote it: `Text and photos: Jane Smith`, or, at the end, `Jane Smith has
    written for the Rift Courier since 2016.`"""
    if len(line) > MAX_LINE:
        return False
    names = [name for name in re.split(r",\s*", author) if len(name) > 3]
    named = [name for name in names if name.casefold() in line.casefold()]
    both = bool(outlet) and outlet.casefold() in line.casefold()
    if named and both and not top and not re.search('["“”„«»]', line):
        return True
    if not named:
        return False
    rest = line
    for name in (*named, outlet):
        rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE) if name else rest
    rest = _date_words().sub(" ", re.sub(r"\d+", " ", rest))
    return sum(character.isalpha() for character in rest) <= MAX_LABEL and not re.search(r"[.!?。]\s*$|[\"“”„«»「]", line)


def cut_sign_off(line: str) -> tuple[str, str]:
    """Cut `(dkp/pmg)` or `(Antara)` from the end of the last line; return the line and a named source."""
    match = re.search(r"(?<=[.!?\"”’»।。])\s*[(\[（]([^()\[\]（）]{2,40})[)\]）]\W?$", line)
    if match is None:
        return line, ""
    agency = _agency(match[1])
    if agency is not None:
        return line[: match.start()], agency["source"]
    return (line[: match.start()], "") if _last().fullmatch(line[match.start() :].strip()) else (line, "")


def is_sign_off(line: str) -> bool:
    """Say whether the line only closes the story: `(dkp/pmg)`, `***`."""
    return bool(_last().fullmatch(line.strip()))


def _labelled(line: str) -> dict[str, str] | None:
    """Read `Label: value` pairs, one or several; None when anything else is on the line."""
    if _labels().match(line) is None:
        return None
    labels = list(_labels().finditer(line))
    found: dict[str, str] = {}
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        value = line[label.end() : following.start() if following else len(line)].strip(" \t|•·;,/-–—.")
        kind = _kinds()[" ".join((label["by"] or label["label"]).casefold().split())]
        if label["by"]:
            value = re.sub(r"\s+in\s+[A-Z][\w ,]*$", "", value)
        if not value or not _plausible(kind, value):
            return None
        if kind in DATES:
            value = parse_date(value)
        found[kind] = ", ".join(dict.fromkeys(part for part in (found.get(kind, ""), value) if part))
    return found


def _plausible(kind: str, value: str) -> bool:
    if kind in DATES:
        return is_date(value)
    if len(value) > MAX_VALUE or len(value.split()) > MAX_WORDS or SENTENCE.search(value):
        return False
    return not value[0].islower() or bool(INITIALS.fullmatch(value)) or "." in value.split()[0]


def _byline(part: str, top: bool) -> dict[str, str] | None:
    """Read `By Jane Smith and John Doe`: every word a name or a joint between names."""
    match = _bylines().match(part)
    if not top or match is None:
        return None
    names = part[match.end() :].strip(" ,")
    words = names.replace(",", " ").split()
    if not 1 <= len(words) <= 10 or len(names) > 90 or re.search(r"[.!?:\"“”]$|\d", names):
        return None
    joints = [word.casefold() in NAME_JOINTS for word in words]
    if joints[0] or any(word[0].islower() and not joint for word, joint in zip(words, joints, strict=True)):
        return None
    if re.fullmatch(rf"(?:{month_pattern()}|{weekday_pattern()})", words[0], re.IGNORECASE):
        return None  # "By Monday" begins a sentence
    return {"author": names}


def _dated(part: str) -> dict[str, str] | None:
    """Read a date, with or without the word that says which: `Updated 19 Feb 2025 13:50 GMT`."""
    if is_date(part):
        return {"published": part}
    label = _date_labels().match(part)
    if label and is_date(part[label.end() :]):
        return {_kinds()[" ".join(label["label"].casefold().split())]: part[label.end() :]}
    return None


def is_date(part: str) -> bool:
    """Say whether the text is nothing but a date, a time, or both."""
    if len(part) > 80 or not any(character.isdigit() for character in part):
        return False
    if not parse_date(part) and not CLOCK.fullmatch(part):
        return False
    rest = _date_words().sub(" ", part)
    rest = re.sub(r"\d(?:st|nd|rd|th|er|T|h)\b|(?<=\d)[TZ](?=\d|$)|年|月|日|년|월|일|时|時|分", " ", rest)
    return not re.search(r"[^\W\d_]", rest)


def _named(part: str, outlet: str) -> dict[str, str] | None:
    """Read an outlet or agency that stands by itself between other credits."""
    folded = part.strip().casefold()
    if outlet and folded == outlet.casefold():
        return {}
    return {} if folded in _outlets() else None


def _agency(words: str) -> dict[str, str] | None:
    names = [name.strip() for name in words.split("/")]
    known = _outlets()
    if names and all(name.casefold() in known for name in names):
        return {"source": ", ".join(known[name.casefold()] for name in names)}
    return None


@cache
def _outlets() -> dict[str, str]:
    return {**{name.casefold(): name for name in known_hosts().values()}, **known_outlets()}


@cache
def _kinds() -> dict[str, str]:
    found: dict[str, str] = {}
    for _, table in rules.sections("furniture"):
        for kind in KINDS:
            for label in table.get("credits", {}).get(kind, ()):
                found.setdefault(label.casefold(), kind)
    return found


@cache
def _labels() -> re.Pattern[str]:
    names = sorted(_kinds(), key=lambda name: (-len(name), name))
    by = rules.alternatives(name for name in names if name.endswith((" by", " oleh")))  # no colon needed
    label = rf"(?P<label>{rules.alternatives(names)})\s*[:：]\s*"
    return re.compile(rf"(?:^|(?<=[\s|•·;,/]))(?:(?P<by>{by})\s*:?\s+(?=[^\W\d_])|{label})", re.IGNORECASE)


@cache
def _date_labels() -> re.Pattern[str]:
    names = sorted((name for name, kind in _kinds().items() if kind in DATES), key=lambda name: (-len(name), name))
    return re.compile(
        rf"(?P<label>{rules.alternatives(names)})(?:\s*[:：]\s*|\s+(?:(?:on|at|am|le|el|em|pada|في)\s+)?)(?=\S)", re.IGNORECASE
    )


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(word.casefold() for _, table in rules.sections("furniture") for word in table.get("credits", {}).get(key, ()))


@cache
def _trailing_roles() -> re.Pattern[str]:
    """Match a part that is a role (`Environment Correspondent`), or what a name in Japanese ends with (`工藤理子記者`)."""
    roles = rules.alternatives(sorted(_words("roles"), key=lambda word: (-len(word), word)))
    return re.compile(
        rf"^(?:[\w'’&-]+\s+){{0,3}}{roles}(?:\s+\w+){{0,2}}$|(?<=[\u3040-\u9fff])(?:記者|特派員|編集委員|論説委員)$", re.IGNORECASE
    )


@cache
def _author_labels() -> re.Pattern[str]:
    labels = {
        name for _, table in rules.sections("furniture") for kind in ("author", "byline") for name in table.get("credits", {}).get(kind, ())
    }
    names = sorted(labels, key=lambda name: (-len(name), name))
    return re.compile(rf"^{rules.alternatives(names)}(?:\s*[:：・]\s*|\s+)(?=\S)", re.IGNORECASE)


@cache
def _bylines() -> re.Pattern[str]:
    tables = [table.get("credits", {}) for _, table in rules.sections("furniture")]
    names = sorted({name for table in tables for name in table.get("byline", ())}, key=lambda name: (-len(name), name))
    return re.compile(rf"{rules.alternatives(names)}\s+(?=\S)", re.IGNORECASE)


@cache
def _date_words() -> re.Pattern[str]:
    zones = sorted(rules.tables()["general"]["dates"]["zones"], key=lambda name: (-len(name), name))
    names = f"{month_pattern()}|{weekday_pattern()}|{rules.alternatives(zones)}"
    return re.compile(rf"(?<!\w)(?:{names}|de|del|of|pukul|jam|at|[ap]\.?m|г|uhr|um)(?!\w)", re.IGNORECASE)


@cache
def _last() -> re.Pattern[str]:
    return re.compile("|".join(rules.tables()["general"]["furniture"]["last"]))
