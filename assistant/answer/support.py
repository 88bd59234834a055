"""Say whether the sentences that a claim cites bear it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.protocols import Encoder
from assistant.records import Badge, Citation
from assistant.text.terms import folded

NEAR_ENOUGH = 0.45
"""The least cosine between a claim and a sentence that bears it out."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-ZÀ-Þ]\w+")
_QUOTED = re.compile(r"[\"“«]([^\"“”«»]+)[\"”»]")


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds; `reason` says what does not: number, date, name, speaker, negation, quotation, support, uncited."""

    supported: bool
    reason: str = ""
    badge: Badge = "supported"


class Verifier:
    """Checks claims against sentences."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def check(self, claim: str, cited: Sequence[Citation]) -> Verdict:
        """Check a claim against the sentences that it cites."""
        if not cited:
            return Verdict(False, "uncited")
        source = " ".join(citation.quote for citation in cited)
        known = folded(" ".join((source, *(f"{citation.speaker} {citation.published}" for citation in cited))))
        words = claim.strip().rstrip(".!?")
        if any(folded(words) in folded(citation.quote) for citation in cited):
            return Verdict(True, badge="verbatim")
        if not set(_NUMBER.findall(claim)) <= set(_NUMBER.findall(known)):
            return Verdict(False, "number")
        if any(folded(quoted).strip(" .,") not in known for quoted in _QUOTED.findall(claim)):
            return Verdict(False, "quotation")
        if any(folded(name) not in known for name in _NAME.findall(claim)):
            return Verdict(False, "name")
        near = self._encoder.encode_passages([claim, *(citation.quote for citation in cited)])
        return Verdict(True) if float((near[1:] @ near[0]).max()) >= NEAR_ENOUGH else Verdict(False, "support")

    def support(self, claim: str, evidence: Sequence[Citation]) -> tuple[int, ...]:
        """Return the numbers of the evidence that bears the claim out, best first; () if none does."""
        if not evidence:
            return ()
        near = self._encoder.encode_passages([claim, *(citation.quote for citation in evidence)])
        scores = near[1:] @ near[0]
        for at in scores.argsort()[::-1]:
            if self.check(claim, [evidence[at]]).supported:
                return (evidence[at].number,)
        return ()
