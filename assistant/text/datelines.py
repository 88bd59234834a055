"""The dateline at the start of a story: `KONTAN.CO.ID - BEIJING. `, `LONDON, May 5 (Reuters) - `.

It says where a story comes from and belongs to no sentence. A first sentence that merely has a dash must stay
whole, so a dateline needs evidence: a known place, outlet or agency, a host name, or capitals that the story
itself uses as a place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.text import rules
from assistant.text.dates import month_pattern, parse_date
from assistant.text.outlets import HOST, in_capitals, known_outlets, outlet_name, same_outlet, spelled

REACH = 160
"""A dateline ends within this many characters."""
DASH = r"(?:\s*\.?\s*(?:--|[—–―])\s*|\s+[-−]\s*|\s*\.\s?-+\s+|-\s+)"  # a bare hyphen within a word is none
LOOSE = r"\s*\.?\s*(?:--|[-–—―−])\s*"  # after a bracket or a host any hyphen will do
# A letter or a vowel sign: those of Arabic and of Indian scripts are no `\w`. The two classes must share no
# character, or a line of Hindi takes exponential time.
SIGNS = r"\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0971-\u0dff"
LETTER = rf"(?:[^\W\d_{SIGNS}]|[{SIGNS}])"
PLACE = rf"(?P<place>{LETTER}+(?:[ .'’/-]{{1,2}}{LETTER}+){{0,4}}\.?)"
SECOND = rf"(?P<second>{LETTER}(?:{LETTER}|[\d.&'’/-]|\s(?=[^\s-])){{1,38}}?)"
BRACKETED = r"\s*[(（\[/](?P<outlet>[^()（）\[\]\d/]{2,40})[)）\]/]"
NO_OUTLET = frozenset(["persero", "tbk", "ltd", "inc", "plc", "llc", "gmbh", "perum", "perumda"])
OPENS = re.compile(r"[\"'“‘„«»「『(\[¿¡—–-]*")


@dataclass(frozen=True)
class Dateline:
    """What a dateline says, and where the story begins after it; `published` only with the full date."""

    end: int
    place: str = ""
    outlet: str = ""
    published: str = ""
    author: str = ""


def read_dateline(line: str, story: str, names: Sequence[str] = (), title: str = "") -> Dateline | None:
    """Return the dateline that `line` begins with, None when there is none for certain.

    `story` is the whole text, in which a place in capitals may occur again; `names` are the outlet and source
    as known from metadata; the title may name a place in capitals again, as the story may.
    """
    head = line[:REACH]
    evidence = _Evidence(story, line, tuple(name for name in names if name), title)
    for pattern, accepts in _shapes():
        match = pattern.match(head)
        if match and accepts(evidence, match) and sentence_follows(line[match.end() :]):
            return _dateline(match)
    return None


@dataclass(frozen=True)
class _Evidence:
    story: str
    line: str
    names: tuple[str, ...]
    title: str = ""

    def knows_outlet(self, name: str) -> bool:
        return name.casefold() in known_outlets() or self.is_named(name)

    def is_named(self, name: str) -> bool:
        return any(same_outlet(name, known) for known in self.names)

    def knows_place(self, name: str) -> bool:
        """Known from the lists, or in capitals here and in small letters elsewhere in the story.

        A name that is the subject of its sentence (`IKEA - the furniture maker - ...`) is spelled alike
        throughout.
        """
        if name.casefold().strip(". ") in _places():
            return True
        if not in_capitals(name) or len(name) < 4:
            return False
        again = re.compile(rf"(?<!\w){re.escape(spelled(name))}(?!\w)")
        return bool(again.search(self.story[:50_000]) or again.search(self.title))

    def is_apposition(self, end: int) -> bool:
        """`Bali — pulau wisata itu — mulai ...`: with an odd dash to follow, the two belong together."""
        sentence = re.split(r"[.!?](?:\s|$)", self.line[end:], maxsplit=1)[0]
        return len(re.findall(r"\s[-–—]{1,2}\s|—", sentence)) % 2 == 1


Accepts = Callable[[_Evidence, "re.Match[str]"], bool]


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], Accepts], ...]:
    month = month_pattern()
    day = rf"\d{{1,2}}\.?\s?(?:de\s)?{month}|{month}\.?\s\d{{1,2}}|\d{{1,2}}/\d{{1,2}}"
    date = rf"\(?(?P<date>(?:{day})\.?(?:,?\s?(?:de\s)?\d{{4}})?)\)?"
    later = date.replace("<date>", "<later>")
    region = rf"(?:,\s*(?P<region>{LETTER}(?:{LETTER}|[\s.]){{2,24}}))?"
    tables = [table for _, table in rules.sections("dateline")]
    own: list[tuple[str, Accepts]] = [(pattern, _always) for table in tables for pattern in table.get("patterns", ())]
    shapes: list[tuple[str, Accepts]] = [
        *own,
        (rf"{SECOND}{LOOSE}{PLACE}(?:\s*[.,:]\s+|。\s*|{DASH})", _named_first),  # RIFT COURIER - KIRIMUNDA.
        (rf"{PLACE}{LOOSE}{SECOND}(?:\s*[.:]\s+|{DASH})", _named_second),  # PLACE - OUTLET:
        (rf"{SECOND}{DASH}{PLACE}\.\s+", _both_capitals),  # THE KESTREL DAILY - ORLAN BAY.
        (rf"{HOST}\s*[,.]\s+{PLACE}{DASH}", _place_fits),  # TEMPO.CO, Jakarta -
        (rf"{HOST}{LOOSE}{PLACE}(?:\s*[.,:]\s+|{DASH})", _place_in_capitals),  # KONTAN.CO.ID - BEIJING.
        (rf"{HOST}{LOOSE}(?=\S)", _always),  # Merdeka.com -
        (rf"{PLACE}{region}(?:,?\s*{date})?,?{BRACKETED}(?:,\s*{later})?{LOOSE}", _bracketed),
        (rf"{PLACE},\s*{date}\s*{BRACKETED}\s*[:.]?\s*", _bracketed_known),  # नई दिल्ली, 3 मई (भाषा)
        (rf"{PLACE}{BRACKETED}\s*[:.।]?\s+", _bracketed_known),
        (
            rf"[(（\[]{SECOND}[)）\]]{LOOSE}{PLACE}(?:,\s*{date})?(?:{DASH}|\.\s+)",
            _agency_first,
        ),  # (ANSA) - ROMA, 04 MAR -
        (rf"[(（\[]{SECOND}[)）\]]{LOOSE}", _agency_only),
        (
            rf"{PLACE}[,.]\s*{date}[.,]?(?:{DASH}|\s*)(?:/?{SECOND}/?\.\s+)",
            _agency_after_date,
        ),  # МОСКВА, 3 мая — ТАСС.
        (rf"{PLACE}[,.]\s*{date}{DASH}", _place_fits),  # WASHINGTON, May 5 —
        (rf"{PLACE},\s*{SECOND}{DASH}", _place_and_second),  # JAKARTA, KOMPAS.com -
        (rf"{SECOND},\s*{PLACE}{DASH}", _outlet_first),  # VIVA, Jakarta -
        (r"[【［\[](?P<place>[\u3040-\u30ff\u3400-\u9fff]{2,6})[】］\]]\s*", _told_again),  # 【盛岡】
        (r"[（(](?P<place>[\u3040-\u30ff\u3400-\u9fff]{2,6})[)）]\s*", _told_again),
        (rf"{PLACE}{DASH}", _bare),  # WASHINGTON —
        (rf"{PLACE}\s*[:：]\s+|{PLACE.replace('place', 'place2')}\.\s+", _bare_stop),  # NEW DELHI:   JAKARTA.
    ]
    return tuple((re.compile(pattern, re.IGNORECASE), accepts) for pattern, accepts in shapes)


def _always(evidence: _Evidence, match: re.Match[str]) -> bool:
    return True


def _named_first(evidence: _Evidence, match: re.Match[str]) -> bool:
    return evidence.is_named(match["second"]) and (in_capitals(match["place"]) or not _cased(match["place"]))


def _named_second(evidence: _Evidence, match: re.Match[str]) -> bool:
    return evidence.is_named(match["second"]) and (_place_fits(evidence, match) or not _cased(match["place"]))


def _both_capitals(evidence: _Evidence, match: re.Match[str]) -> bool:
    return all(in_capitals(match[part]) and len(match[part]) >= 4 for part in ("place", "second"))


def _place_fits(evidence: _Evidence, match: re.Match[str]) -> bool:
    return in_capitals(match["place"]) or evidence.knows_place(match["place"])


def _place_in_capitals(evidence: _Evidence, match: re.Match[str]) -> bool:
    return _place_fits(evidence, match) and (in_capitals(match["place"]) or not match[0].rstrip().endswith((".", ",")))


def _bracketed(evidence: _Evidence, match: re.Match[str]) -> bool:
    place, outlet = match["place"], match["outlet"].strip()
    if outlet.casefold() in NO_OUTLET or _is_expansion(place, outlet):
        return False
    if evidence.knows_outlet(outlet):
        return in_capitals(place) or evidence.knows_place(place) or not place[0].islower()
    return evidence.knows_place(place) or (in_capitals(place) and len(place) >= 4)


def _bracketed_known(evidence: _Evidence, match: re.Match[str]) -> bool:
    if evidence.is_named(match["outlet"].strip()) and not _cased(match["place"]):
        return True
    return evidence.knows_outlet(match["outlet"].strip()) and _place_fits(evidence, match)


def _agency_first(evidence: _Evidence, match: re.Match[str]) -> bool:
    return evidence.knows_outlet(match["second"]) and _place_fits(evidence, match)


def _agency_only(evidence: _Evidence, match: re.Match[str]) -> bool:
    return evidence.knows_outlet(match["second"])


def _agency_after_date(evidence: _Evidence, match: re.Match[str]) -> bool:
    return evidence.knows_outlet(match["second"]) and _place_fits(evidence, match)


def _place_and_second(evidence: _Evidence, match: re.Match[str]) -> bool:
    place, second = match["place"], match["second"].strip()
    if second.casefold() in _places() and not evidence.knows_outlet(second):
        return False  # "London, Paris - ..." lists cities
    if evidence.knows_outlet(second) or re.fullmatch(HOST, second):
        return in_capitals(place) or evidence.knows_place(place)
    if region_of(second):
        return in_capitals(place) or evidence.knows_place(place)
    named = len(second.split()) <= 4 and all(not word[0].islower() for word in second.split())
    return named and in_capitals(place) and (evidence.knows_place(place) or len(place) >= 4)


def _outlet_first(evidence: _Evidence, match: re.Match[str]) -> bool:
    return evidence.knows_outlet(match["second"]) and _place_fits(evidence, match)


def _told_again(evidence: _Evidence, match: re.Match[str]) -> bool:
    """A word in brackets is a place when it is on the list, or when the story or its title name it once more and it is no kicker."""
    place = match["place"]
    return place.casefold() in _places() or (place not in _kickers() and evidence.story.count(place) + evidence.title.count(place) > 1)


def _bare(evidence: _Evidence, match: re.Match[str]) -> bool:
    place = match["place"]
    if evidence.knows_outlet(place) and in_capitals(place):
        return not evidence.is_apposition(match.end())
    if not evidence.knows_place(place):
        return False
    following = " ".join(re.findall(r"[^\W\d_]+", evidence.line[match.end() :])[:2]).casefold()
    if following in _places() or following.split(" ")[0] in _places():
        return False  # "Jakarta - Bandung kini ...": a route
    if in_capitals(place) and place.casefold() in _places():
        return True
    return not evidence.is_apposition(match.end())


def _bare_stop(evidence: _Evidence, match: re.Match[str]) -> bool:
    """`NEW DELHI: `, `JAKARTA. `; `BIDEN: ` names a speaker: so does any name used without `in` or `at`."""
    place = match["place"] or match["place2"]
    if place.casefold() in _places():
        return in_capitals(place) or not _cased(place)
    if not match["place"] or not in_capitals(place) or len(place) < 4 or "/" in place:
        return False
    if place.casefold() in _kickers() or "\n" not in evidence.story:
        return False  # a single line is too little to tell a place from a topic
    story = evidence.story[match.end() : 50_000]
    named = re.findall(rf"(?<!\w)({_locatives()}\s+)?{re.escape(place)}(?!\w)", story, re.IGNORECASE)
    labels = re.findall(rf"(?m)^{PLACE}:\s", story)
    return all(named) and not any(label.isupper() for label in labels)


def _dateline(match: re.Match[str]) -> Dateline:
    groups = match.groupdict()
    place = groups.get("place") or groups.get("place2") or ""
    outlet = groups.get("outlet") or ""
    second = (groups.get("second") or "").strip(" ,")
    region = region_of(second) if second.casefold() not in known_outlets() else ""
    if region := region or region_of(groups.get("region") or ""):
        place = f"{place}, {region}"
    elif second:
        outlet = second
    if place and not outlet and place.casefold() in known_outlets() and place.casefold() not in _places():
        place, outlet = "", place
    if outlet.startswith(("本报", "本報", "本网", "本台")):
        outlet = ""  # "this paper": whose it is, the metadata must say
    published = parse_date(groups.get("date") or groups.get("later") or "")
    return Dateline(
        match.end(),
        spelled(place.strip(" ,") if place.count(".") > 1 else place.strip(" .,")),
        outlet_name(outlet),
        published,
        groups.get("author") or "",
    )


def is_place(name: str) -> bool:
    """Say whether a name is on the list of places."""
    return name.casefold() in _places()


def is_kicker(name: str) -> bool:
    """Say whether a word stands before a story and is no place: `EXCLUSIVE`."""
    return name.casefold() in _kickers()


def region_of(written: str) -> str:
    """Return `written` if it is a country or state, with the stop that a dash may have taken off (`D.C.`)."""
    written = written.strip(" ,")
    return next((name for name in (written, f"{written}.") if name.casefold() in _regions()), "")


def _is_expansion(short: str, long: str) -> bool:
    """`PSSI (Persatuan Sepak Bola Seluruh Indonesia)`: the brackets explain the letters."""
    initials = "".join(word[0] for word in long.split()).casefold()
    return len(short.split()) == 1 and len(long.split()) > 1 and initials[:2] == short[:2].casefold()


def sentence_follows(rest: str) -> bool:
    """Say whether a sentence may begin here: not with a small letter."""
    opened = OPENS.sub("", rest, count=1)
    return not opened[:1].islower()


def _cased(name: str) -> bool:
    return name.upper() != name.lower()


@cache
def _places() -> frozenset[str]:
    return frozenset(rules.words("dateline", "places"))


@cache
def _regions() -> frozenset[str]:
    return frozenset(rules.words("dateline", "regions"))


@cache
def _kickers() -> frozenset[str]:
    return frozenset(rules.words("dateline", "kickers"))


@cache
def _locatives() -> str:
    return rules.alternatives(rules.words("dateline", "locatives"))
