"""The time that a question is restricted to: which of the times it names, and from which day to which.

`moments.py` finds what names a time; here the words around it decide: `since`, `before`, `between`, or that it is only part of a name (the
2024 budget). A date library was tried for it: dateparser knew 23 of 38 such expressions in ten languages, told no stretch of days from a
day, took 0.4 s to import and 0.1 s for the first call in each language. The words are data in `times.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from assistant.answer.calendar import Days
from assistant.answer.moments import Moment, any_word, find_moments, times_table

_QUOTED = re.compile(r"[\"“„«「『][^\"“”„«»「」『』]*[\"”“»」』]")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９", "0123456789" * 3)
_GAP = re.compile(r"[\s,(]*")
ROLES = ("since", "until", "before", "after", "in")


class Time(NamedTuple):
    """A stretch of whole days, ISO dates, both included; "" is open.

    `exact`: it is said outright, not by the bare name of a weekday, nor by a day or month whose year had to be guessed.
    """

    since: str = ""
    until: str = ""
    exact: bool = True


NO_TIME = Time()


class _Found(NamedTuple):
    """A time in a question: what it restricts to, how surely it is meant so, and the characters that say it."""

    strength: int
    start: int
    end: int
    time: Time


@dataclass(frozen=True)
class _Around:
    """What stands around a time in a language, as expressions that match up to it or from it on."""

    before: Mapping[str, re.Pattern[str]]
    behind: Mapping[str, re.Pattern[str]]
    between: re.Pattern[str]
    joint: re.Pattern[str]
    named: re.Pattern[str]
    named_behind: re.Pattern[str]
    unspaced: bool
    bare_year: bool
    named_month: bool


def take_time(question: str, now: str = "", languages: Sequence[str] = ("en",)) -> tuple[str, Time]:
    """Return a question without the time that it is restricted to, and that time; the question itself where there is none.

    Args:
        question: without its final punctuation.
        now: the ISO date of today, for `yesterday`; without it only full dates, months and years are understood.
        languages: whose words are tried, in this order; the first with a time decides.
    """
    today = date.fromisoformat(now[:10]) if now else None
    text = _QUOTED.sub(lambda quoted: "\ue001" * len(quoted[0]), question).translate(_DIGITS)
    for language in languages:
        if language not in times_table():
            continue
        if found := _restriction(text, language, find_moments(text, language, today)):
            between = "" if times_table()[language].get("unspaced") else " "
            closed = "(" in question[found.start : found.end] and question[found.end :].startswith(")")
            rest = " ".join(f"{question[: found.start]}{between}{question[found.end + closed :]}".split())
            return rest.strip(" ,，、") or question, found.time
    return question, NO_TIME


def _restriction(text: str, language: str, moments: Sequence[Moment]) -> _Found | None:
    around = _around(language)
    found: list[_Found] = []
    skip = -1
    for i, moment in enumerate(moments):
        if i == skip:
            continue
        following = moments[i + 1] if i + 1 < len(moments) else None
        if following and (pair := _pair(text, moment, following, around)):
            found.append(pair)
            skip = i + 1
        elif single := _single(text, moment, around):
            found.append(single)
    return max(found, key=lambda f: (f.strength, -f.start), default=None)


def _pair(text: str, one: Moment, other: Moment, around: _Around) -> _Found | None:
    """Return the stretch from one time to the other, if that is what the words between them say."""
    joint = around.joint.fullmatch(text, one.end, other.start)
    if joint is None:
        return None
    between = around.between.search(text[: one.start])
    dash = not joint[0].strip(" -–—~～〜年")
    if not (between or dash or around.unspaced):
        if one.level != other.level or one.level == "weekday" or not (single := _single(text, one, around)):
            return None
        return single._replace(end=other.end, time=_time(Days(min(one.days.first, other.days.first), max(one.days.last, other.days.last))))
    first, last = (one, other) if one.days.first <= other.days.last else (_year_of(one, other), other)
    if around.unspaced and other.yearless:
        last = _year_of(other, one)
    if first.days.first > last.days.last:
        return None
    behind = _behind(text, other.end, around, "in")
    start = between.start() if between else one.start
    return _Found(4, start, behind or other.end, Time(first.days.first.isoformat(), last.days.last.isoformat()))


def _year_of(moment: Moment, other: Moment) -> Moment:
    """Return a time without a year in the year of the other."""
    if not moment.yearless:
        return moment
    year = other.days.first.year
    try:
        return moment._replace(days=Days(moment.days.first.replace(year=year), moment.days.last.replace(year=year)))
    except ValueError:  # 29 February
        return moment


def _single(text: str, moment: Moment, around: _Around) -> _Found | None:
    """Return what one time restricts to, by the words before and behind it; None when it is only mentioned."""
    before = text[: moment.start]
    role, start, end = "", moment.start, moment.end
    for name, pattern in around.before.items():
        if found := pattern.search(before):
            role, start = name, found.start()
            break
    for name in around.behind:
        if role in ("", "in") and (reach := _behind(text, moment.end, around, name)):
            if around.unspaced and role == name:  # `at the press conference of last month`: the preposition stays
                start = moment.start
            role, end = name, reach
            break
    if moment.level == "stretch" and not moment.counted:
        role = ""  # `from 3 to 20 April`: the words in front belong to the stretch
    if moment.level in ("year", "month") and not moment.counted and _is_name(text, moment, role, around):
        return None
    strength = 3 if moment.counted else {"year": 1, "month": 1, "weekday": 2}.get(moment.level, 3)
    exact = moment.counted or not (moment.yearless or moment.level == "weekday")
    return _Found(strength, start, end, _time(moment.days, role, exact=exact))


def _is_name(text: str, moment: Moment, role: str, around: _Around) -> bool:
    """Say whether a year or a month is part of a name, or too bare to restrict anything."""
    before = text[: moment.start]
    if (moment.level == "year" or around.named_month) and around.named.search(before):
        return True
    if around.named_behind.match(text, moment.end):
        return True
    if role or moment.dated or around.unspaced:
        return False
    word = before.split()[-1:]
    return not (around.bare_year and moment.level == "year" and (not word or not word[0][0].isupper()))


def _behind(text: str, at: int, around: _Around, name: str) -> int:
    found = around.behind[name].match(text, at) if name in around.behind else None
    return found.end() if found else 0


def _time(days: Days, role: str = "", *, exact: bool = True) -> Time:
    first, last = days
    if role == "since":
        return Time(first.isoformat(), "", exact)
    if role == "until":
        return Time("", last.isoformat(), exact)
    if role == "before":
        return Time("", (first - timedelta(days=1)).isoformat(), exact)
    if role == "after":
        return Time((last + timedelta(days=1)).isoformat(), "", exact)
    return Time(first.isoformat(), last.isoformat(), exact)


@lru_cache(maxsize=32)
def _around(language: str) -> _Around:
    table = times_table()[language]
    unspaced = bool(table.get("unspaced"))
    word = r"(?:^|(?<=[\s(,،]))" if not unspaced else ""
    space = r"(?:\s+|(?<=['’]))" if not unspaced else r"\s*"
    fill = rf"(?:{any_word(table.get('fill', ''))}{space}){{0,3}}\(?"

    def in_front(listed: str) -> re.Pattern[str]:
        return re.compile(rf"{word}{any_word(listed)}{space}{fill}$", re.IGNORECASE)

    return _Around(
        before={name: in_front(table[name]) for name in ROLES if name in table},
        behind={name: re.compile(rf"\s*(?:{table[f'{name}_behind']})", re.IGNORECASE) for name in ROLES if f"{name}_behind" in table},
        between=in_front(table.get("between", "")),
        joint=re.compile(
            rf"[\s)(,]*(?:{any_word(table.get('to', ''))})[\s(]*(?:{any_word(table.get('fill', ''))}\s*){{0,3}}", re.IGNORECASE
        ),
        named=re.compile(rf"{word}{any_word(table.get('named', ''))}\s+$", re.IGNORECASE),
        named_behind=re.compile(table.get("named_behind", r"(?!)"), re.IGNORECASE),
        unspaced=unspaced,
        bare_year=bool(table.get("bare_year")),
        named_month=bool(table.get("named_month")),
    )
