"""Let a language model phrase an answer from evidence, and let nothing through that the evidence does not bear out.

1. ask: the evidence goes to the model as data, numbered (`evidence`, `prompts/answer.md`);
2. cut: what it writes is cut into claims as it comes (`written`);
3. check: each claim is checked against what it cites (`support`), cited anew where other evidence bears it out, or dropped;
4. show: a claim is shown once it is checked; citations are numbered in the order shown.

When too little of what the model says holds, the answer made of the articles' own sentences is given instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Protocol

from assistant.answer.compose import label
from assistant.answer.evidence import cost_of, fence_for, listed, neutral, within_budget
from assistant.answer.prompts import prompt
from assistant.answer.support import Verdict
from assistant.answer.written import Claim, addresses, claims, without_addresses
from assistant.protocols import Generator, Message
from assistant.records import Answer, Badge, Citation, Dropped, Marker

NO_ANSWER = "NO ANSWER"
"""What the prompt has the model write when the evidence does not answer."""
ANSWER_TOKENS = 600
"""Kept free for the model's answer: five sentences with markers, in a script that takes many tokens."""
LEAST_KEPT = 0.5
"""With a smaller share of its claims left, a model's answer is not what it meant to say."""
MAX_CITED = 4
"""Sentences that one claim may cite; a model that cites everything says nothing about where a claim comes from."""
MAX_CLAIMS = 12
MAX_CLAIM_CHARS = 1_200
"""No sentence of the evidence is longer; what is, is no sentence, and checking it would take long."""
MAX_DROPPED_CHARS = 300


class Checks(Protocol):
    """What a verifier must do; see `assistant.answer.support.Verifier`."""

    def check(self, claim: str, cited: Sequence[Citation]) -> Verdict:
        """Say whether the cited sentences bear the claim out."""

    def support(self, claim: str, evidence: Sequence[Citation]) -> tuple[int, ...]:
        """Return the numbers of the evidence that bears it out, best first."""


@dataclass
class Writing:
    """An answer as it grows: what was shown so far, and what was dropped."""

    text: str = ""
    markers: list[Marker] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    n_claims: int = 0

    def show(self, claim: Claim, cited: Sequence[Citation], badge: Badge) -> None:
        """Add a claim that was checked, with its citations numbered in the order shown."""
        if self.text:
            self.text += "\n" if claim.begins_line else " "
        self.text += claim.text
        self.n_claims += 1
        self.markers += [Marker(len(self.text), self._number(citation, badge)) for citation in cited]

    def _number(self, citation: Citation, badge: Badge) -> int:
        for at, known in enumerate(self.citations):
            if (known.article_id, known.span) == (citation.article_id, citation.span):
                if badge == "supported":  # the weaker of what its claims have
                    self.citations[at] = replace(known, badge=badge)
                return known.number
        self.citations.append(replace(citation, number=len(self.citations) + 1, badge=badge))
        return len(self.citations)

    def answer(self, draft: Answer) -> Answer:
        """Return what was shown so far as a whole answer."""
        return replace(
            draft,
            text=self.text,
            markers=tuple(self.markers),
            citations=tuple(self.citations),
            dropped=tuple(self.dropped),
            n_dropped=draft.n_dropped + len(self.dropped),
            composer="llm",
        )


def generate(draft: Answer, evidence: Sequence[Citation], generator: Generator, verifier: Checks) -> Iterator[Answer]:
    """Yield the answer as it grows, a checked claim at a time; the last one is complete.

    Args:
        draft: the extractive answer; it is what is given when the model does not do.
        evidence: what the model may use, best first; the numbers do not matter.
        generator: the language model.
        verifier: checks each claim.

    Raises:
        LanguageModelUnavailable: the model gives no whole answer, whatever was shown of it.
    """
    written = Writing()
    messages, given = _asked(draft, evidence, generator.tokens)
    if not given:
        yield draft  # sentences so long that none fits: the model would have nothing to go by
        return
    with closing(generator.stream(messages)) as stream:
        for claim in claims(stream, draft.language):
            if claim.text.strip(" .!\"'").upper() == NO_ANSWER:
                break
            if _judge(claim, given, verifier, written):
                yield written.answer(draft)
            if written.n_claims + len(written.dropped) >= MAX_CLAIMS:
                break
    yield _complete(draft, written)


def _asked(draft: Answer, evidence: Sequence[Citation], n_tokens: int) -> tuple[tuple[Message, ...], list[Citation]]:
    """Return the prompt, and the evidence in it with the numbers that it has there."""
    question = neutral(draft.query or draft.question)
    empty = prompt("answer").fill(question=question, language=draft.language, evidence="", fence="")
    room = n_tokens - ANSWER_TOKENS - cost_of(*(message.text for message in empty)) - 50
    given = [replace(citation, number=number) for number, citation in enumerate(within_budget(evidence, room), 1)]
    text = listed(given)
    return prompt("answer").fill(question=question, language=draft.language, evidence=text, fence=fence_for(text, question)), given


def _judge(claim: Claim, given: Sequence[Citation], verifier: Checks, written: Writing) -> bool:
    """Show a claim if what it cites bears it out, or else other evidence does; drop it otherwise."""
    cited = [given[number - 1] for number in claim.numbers if 0 < number <= len(given)]
    short = len(claim.text) <= MAX_CLAIM_CHARS
    verdict = verifier.check(claim.text, cited) if short and 0 < len(cited) <= MAX_CITED else Verdict(False, "uncited")
    if short and not verdict.supported:
        better = [given[number - 1] for number in verifier.support(claim.text, given)][:MAX_CITED]
        anew = verifier.check(claim.text, better) if better else verdict
        if anew.supported:
            cited, verdict = better, anew
    quoted = " ".join(citation.quote for citation in cited)
    if verdict.supported and all(address.rstrip(".,;:!?)\"'") in quoted for address in addresses(claim.text)):
        written.show(claim, cited, verdict.badge)
        return True
    shown = without_addresses(claim.text)[:MAX_DROPPED_CHARS]
    written.dropped.append(Dropped(shown, verdict.reason or "support", claim.numbers))
    return False


def _complete(draft: Answer, written: Writing) -> Answer:
    n_dropped = len(written.dropped)
    if not written.n_claims:
        reason = "llm_unsupported" if n_dropped else "llm_no_answer"
        return _instead(draft, written, label(reason, draft.language))
    if written.n_claims < LEAST_KEPT * (written.n_claims + n_dropped):
        return _instead(draft, written, label("llm_unsupported", draft.language))
    note = label("llm_dropped", draft.language, n=str(n_dropped), of=str(n_dropped + written.n_claims)) if n_dropped else ""
    return replace(written.answer(draft), note=note)


def _instead(draft: Answer, written: Writing, note: str) -> Answer:
    """Return the extractive answer with a line that says why."""
    return replace(draft, note=note, dropped=tuple(written.dropped), n_dropped=draft.n_dropped + len(written.dropped))
