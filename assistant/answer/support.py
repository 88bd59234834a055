"""Decide whether a claim is borne out by the sentences it cites, without any language model and across languages.

The checks, in order; the first that fails names the reason:

1. number: every figure of the claim stands in the evidence, with its unit and its date (`figures.py`);
2. date: every date does, in any form (`days.py`);
3. name: every name does, as written, inflected, in another script or translated (`named.py`);
4. speaker: who is said to have said it did;
5. negation: both say it, or both deny it (`polarity.py`);
6. quotation: words in quotation marks are the article's own;
7. support: every word that says something is met, and what belongs together comes from one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from assistant.answer.agree import checks
from assistant.answer.cases import Case
from assistant.answer.claims import match, quoted, read
from assistant.answer.named import sure_names
from assistant.answer.remember import RememberingEncoder
from assistant.answer.words import Vocabulary, listed_words
from assistant.encoders import StaticEncoder, bundled_folder
from assistant.protocols import Encoder
from assistant.records import Badge, Citation
from assistant.text.language import detect_language, same_language
from assistant.text.terms import folded
from assistant.text.transliteration import script

CLEARLY = 1
"""So many more words of news that are one language's speak for it, where what was found has none or few."""
MOST_EVIDENCE = 12
"""Sentences among which support is looked for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim is supported, else why not: number, date, name, speaker, negation, quotation, support or uncited.

    `badge` is verbatim when the claim is a cited sentence's own words.
    """

    supported: bool
    reason: str = ""
    badge: Badge = "supported"


class Verifier:
    """Checks claims against citations. Words are compared in the table of a static encoder: the given one's, else the bundled one's."""

    def __init__(self, encoder: RememberingEncoder | Encoder) -> None:
        inner = getattr(encoder, "encoder", encoder)
        static = inner if isinstance(inner, StaticEncoder) else StaticEncoder.open(bundled_folder(), "static")
        self._vocabulary = Vocabulary(static)

    def check(self, claim: str, cited: Sequence[Citation]) -> Verdict:
        """Say whether the cited sentences together bear the claim out."""
        if not cited:
            return Verdict(False, "uncited")
        if any(_is_own_words(claim, citation.quote) for citation in cited):
            return Verdict(True, badge="verbatim")
        case = self._case(claim, cited)
        for reason, holds in checks():
            if not holds(case):
                return Verdict(False, reason)
        return Verdict(True)

    def support(self, claim: str, evidence: Sequence[Citation]) -> tuple[int, ...]:
        """Return the numbers of the evidence that bears the claim out: of one citation, else of two that are joined; best first.

        Empty when there is none.
        """
        listed = list(evidence[:MOST_EVIDENCE])
        held = [(self._nearness(claim, one), -i, one.number) for i, one in enumerate(listed) if self.check(claim, (one,)).supported]
        if held:
            return (max(held)[2],)
        pairs = [(one, other) for one, other in combinations(listed, 2) if self.check(claim, (one, other)).supported]
        ranked = sorted(pairs, key=lambda pair: -self._nearness(claim, *pair))
        if not ranked:
            return ()
        best = sorted(ranked[0], key=lambda one: -self._nearness(claim, one))
        return tuple(one.number for one in best)

    def _case(self, claim: str, cited: Sequence[Citation]) -> Case:
        languages = [_likely(citation.quote) for citation in cited]
        language = _language(claim, languages)
        words = self._vocabulary.words
        mine = words(claim, language)
        theirs = [words(citation.quote, its) for citation, its in zip(cited, languages, strict=True)]
        known = sure_names(mine).union(*map(sure_names, theirs))
        taken = read(mine, cited[0].published, known)
        matched = []
        for citation, sentence in zip(cited, theirs, strict=True):
            beside = [words(name, sentence.language) for name in (citation.speaker, citation.via, citation.outlet) if name]
            matched.append(match(taken, read(sentence, citation.published, known), beside))
        return Case(taken, tuple(matched), tuple(cited), self._vocabulary)

    def _nearness(self, claim: str, *cited: Citation) -> float:
        case = self._case(claim, cited)
        return case.covered


def _language(claim: str, languages: Sequence[str]) -> str:
    """Return the language of a claim's own words, which may quote another's."""
    own = claim
    for words in quoted(claim):
        own = own.replace(words, " ")
    if own != claim:
        own = re.sub(r"(?<=[^\W\d_] )[A-ZÀ-Þ][\w'’-]*", "", own)  # so little is left that a name would decide
    found = _likely(own, languages) or detect_language(claim, languages)
    return next((other for other in languages if same_language(found, other)), found)


@lru_cache(maxsize=1 << 12)
def _decided(text: str, found: str, candidates: tuple[str, ...]) -> str:
    hits = {one: listed_words(text, one) for one in (found, *candidates)}
    best = max(candidates, key=lambda one: hits[one])
    return best if hits[best] >= hits[found] + CLEARLY else found


def _likely(text: str, prior: Sequence[str] = ()) -> str:
    """Return the language of a sentence: names may mislead where few words are common, so that words of news decide too."""
    found = detect_language(text, prior)
    if script(text) != "LATIN" or not text:
        return found
    candidates = tuple(dict.fromkeys(one for one in ("en", "id", *prior) if one and not same_language(one, found)))
    return _decided(text, found, candidates) if candidates else found


def _is_own_words(claim: str, quote: str) -> bool:
    return _bare(claim) == _bare(quote) != ""


def _bare(text: str) -> str:
    return " ".join(folded(text).split()).strip(' .。"“”')
