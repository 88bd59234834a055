"""Which language a text is in, for articles as well as for questions of three words.

In order: the script; the letters that only some languages have; function words, words that open questions,
and word endings, all listed in `languages/*.toml` under `[detect]`; then what the caller expects. A word that
n languages share counts 1/n for each, so no language wins by the length of its list alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.text import rules

MAX_CHARS = 4_000
"""Enough to tell the language of an article; the rest is not read."""
# Vowel signs of Arabic and of Indian scripts are no `\w`, and yet parts of words.
SIGNS = r"\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0971-\u0dff"
WORD = re.compile(rf"(?:[^\W\d_{SIGNS}]|[{SIGNS}])+(?:['’][^\W\d_]+)*")
TWINS = frozenset(("id", "ms"))
"""Told apart by so few words that ranking treats them as one language."""
QUESTION_WEIGHT = 1.5  # a question word decides between languages that share the rest of a short question
LETTER_WEIGHT = 0.8
AFFIX_WEIGHT = 0.25
OWN_SCRIPT = 0.5  # for the commonest language of a script: Russian where nothing speaks for Bulgarian
PRIOR_WEIGHT = 1.15  # breaks ties between neighbours, never outweighs a word
MOST_HINTS = 1 << 16
"""Words that are remembered with what they say, some 10 MB; then all are learnt anew."""
CLEAR_HITS = 12
"""With so much for one language, and a quarter for the given, that is wrong (templates say lang="en")."""
LONGEST_QUESTION = 300
"""Shorter texts are remembered: the language of a question is asked for several times while it is answered."""


def detect_language(text: str, prior: Sequence[str] = ()) -> str:
    """Return the ISO 639-1 code of the language of `text`, "" if there is nothing to go on.

    Args:
        text: an article or a question.
        prior: the languages to expect, likeliest first; they decide where the words do not.
    """
    return (_of_question if len(text) <= LONGEST_QUESTION else _detected)(text[:MAX_CHARS], tuple(prior))


@lru_cache(maxsize=1 << 10)
def _of_question(text: str, prior: tuple[str, ...]) -> str:
    return _detected(text, prior)


def _detected(sample: str, prior: tuple[str, ...]) -> str:
    script = _script(sample)
    if script == "":
        return ""
    scores = _scores(sample, script)
    if not scores or scores == {script: OWN_SCRIPT}:
        return _without_words(script, prior)

    def weight(language: str) -> float:
        return scores[language] * (PRIOR_WEIGHT if language in prior else 1.0) + _rank(language, prior)

    return max(sorted(scores), key=weight)


def check_language(text: str, given: str) -> str:
    """Return the language of an article: the `given` one unless the text is clearly in another."""
    code = normal_code(given)
    found = detect_language(text, (code,) if code else ())
    if not code or not found or found == code or same_language(found, code):
        return code or found
    script = _script(text[:MAX_CHARS])
    if not _writes(code, script):
        return found
    scores = _scores(text[:MAX_CHARS], script)
    clear = scores.get(found, 0.0) >= CLEAR_HITS and scores.get(code, 0.0) < 0.25 * scores[found]
    return found if clear and code in _vocabulary().languages else code


def same_language(one: str, other: str) -> bool:
    """Say whether two codes stand for one language as far as ranking goes: equal, or Indonesian and Malay."""
    return one == other or (one in TWINS and other in TWINS)


def normal_code(value: str) -> str:
    """Return the ISO 639-1 code for a code, locale or name (`id-ID`, `ind`, `Indonesian`), "" if unknown."""
    folded = value.strip().casefold()
    code = re.split(r"[-_@.;,]", folded)[0].strip()
    codes: Mapping[str, str] = rules.tables()["general"]["detect"]["codes"]
    for name in (code, folded):
        if name in codes:
            return codes[name]
        if name in _named_languages():
            return _named_languages()[name]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


@dataclass(frozen=True)
class _Vocabulary:
    """Word -> (language, weight), and the same for letters, beginnings and endings."""

    languages: frozenset[str]
    words: Mapping[str, tuple[tuple[str, float], ...]]
    letters: Mapping[str, tuple[tuple[str, float], ...]]
    beginnings: Mapping[str, tuple[tuple[str, float], ...]]
    endings: Mapping[str, tuple[tuple[str, float], ...]]
    scripts: Mapping[str, str]


def _scores(text: str, script: str) -> dict[str, float]:
    """Return how much speaks for each language that is written in the script."""
    vocabulary = _vocabulary()
    scores = {} if script == "la" else {script: OWN_SCRIPT}
    folded = text.casefold()
    known = _hints()
    for word in WORD.findall(folded):
        for language, weight in known[word]:
            scores[language] = scores.get(language, 0.0) + weight
    for letter in set(folded):
        if letter in vocabulary.letters:
            _add(scores, vocabulary.letters[letter], LETTER_WEIGHT * min(4, folded.count(letter)))
    return {code: score for code, score in scores.items() if vocabulary.scripts.get(code, code) == script}


def _add(scores: dict[str, float], hits: Iterable[tuple[str, float]], weight: float) -> None:
    for language, share in hits:
        scores[language] = scores.get(language, 0.0) + share * weight


class _Hints(dict[str, tuple[tuple[str, float], ...]]):
    """What each word says for which languages, learnt when it first comes."""

    def __missing__(self, written: str) -> tuple[tuple[str, float], ...]:
        vocabulary, word = _vocabulary(), written.replace("’", "'")
        hits = vocabulary.words.get(word)
        if hits is None:
            beginning = vocabulary.beginnings.get(word[:4], ()) or vocabulary.beginnings.get(word[:5], ())
            sizes = (size for size in (5, 4, 3, 2) if len(word) > size + 2)
            ending = next((found for size in sizes if (found := vocabulary.endings.get(word[-size:]))), ())
            hits = tuple((language, share * AFFIX_WEIGHT) for language, share in (*beginning, *ending))
        if len(self) >= MOST_HINTS:
            self.clear()
        self[written] = hits
        return hits


@cache
def _hints() -> _Hints:
    return _Hints()


def _rank(language: str, prior: Sequence[str]) -> float:
    """A hair's breadth for what is expected first, then for Indonesian and English, which come first here."""
    order = [*prior, "id", "en"]
    return 1e-6 * (len(order) - order.index(language)) if language in order else 0.0


def _without_words(script: str, prior: Sequence[str]) -> str:
    if script != "la":
        return next((code for code in prior if _writes(code, script)), script)
    return next((code for code in prior if _writes(code, "la")), "")


def _writes(language: str, script: str) -> bool:
    """Say whether a language can be written in a script; an unlisted language is taken to use Latin."""
    known = _vocabulary().scripts.get(language)
    own = _own_scripts().get(language, known or "la")
    return own == script or (script == "zh" and language == "ja")


@cache
def _own_scripts() -> Mapping[str, str]:
    return {language: language for _, _, language in rules.tables()["general"]["detect"]["scripts"]}


def _script(text: str) -> str:
    """Return "la" for Latin, else the commonest language of the prevailing script; "" without letters."""
    if text.isascii():
        return "la" if re.search(r"[A-Za-z]", text) else ""
    counts: dict[str, float] = dict.fromkeys(("la", "ja", "zh"), 0)
    for pattern, language in _script_patterns():
        counts[language] = sum(len(run) for run in pattern.findall(text))
    # a third: foreign texts have Latin names and units in them
    counts["la"] = sum(len(run) for run in re.findall(r"[A-Za-zÀ-ɏ\u1e00-\u1eff]+", text)) / 3
    if counts["ja"] and counts["ja"] >= 0.05 * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts.pop("zh", 0)
    best = max(sorted(counts), key=lambda script: counts[script])
    if counts[best]:
        return best
    return "la" if re.search(r"[^\W\d_]", text) else ""


@cache
def _script_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    ranges: dict[str, list[str]] = {}
    for first, last, language in rules.tables()["general"]["detect"]["scripts"]:
        ranges.setdefault(language, []).append(f"{first}-{last}")
    return tuple((re.compile(f"[{''.join(parts)}]+"), language) for language, parts in ranges.items())


@cache
def _named_languages() -> Mapping[str, str]:
    return {name: language for language, table in rules.tables().items() for name in table.get("names", ())}


@cache
def _vocabulary() -> _Vocabulary:
    words: dict[str, dict[str, float]] = {}
    shared: dict[str, dict[str, dict[str, float]]] = {"letters": {}, "beginnings": {}, "endings": {}}
    scripts: dict[str, str] = {}
    for language, table in rules.sections("detect"):
        if language == "general":
            continue
        scripts[language] = table.get("script", "la")
        weight = float(table.get("weight", 1.0))
        for word in table.get("words", "").casefold().split():
            words.setdefault(word, {})[language] = weight
        for word in table.get("questions", "").casefold().split():
            words.setdefault(word, {})[language] = weight * QUESTION_WEIGHT
        for key, entries in shared.items():
            for entry in table.get(key, "").split():
                entries.setdefault(entry, {})[language] = weight
    affixes = {key: _shared(entries) for key, entries in shared.items()}
    return _Vocabulary(frozenset(scripts), _shared(words), scripts=scripts, **affixes)


def _shared(entries: dict[str, dict[str, float]]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Divide the weight of each entry by the number of languages that have it; twins count as one."""
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for entry, languages in entries.items():
        n = len(languages) - (1 if languages.keys() >= TWINS else 0)
        found[entry] = tuple((language, weight / n) for language, weight in languages.items())
    return found
