"""Show sentences of articles to a language model as data: numbered, and with nothing in them that could be taken for anything else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from assistant.records import Citation
from assistant.text.tokens import count_many, count_tokens

MAX_EVIDENCE = 12
"""Sentences that a model is given: small models lose track of more, and the best dozen holds what the answer needs."""
MAX_FACT_CHARS = 60
"""Characters of an outlet or a name."""
MAX_SENTENCE_CHARS = 1200
"""Characters of one sentence: a longer one is left out, since a cut one could say the opposite."""
_BRACKETS = str.maketrans(
    {**dict.fromkeys("[{<【［〔⟦⟨＜｛〈《", "("), **dict.fromkeys("]}>】］〕⟧⟩＞｝〉》", ")"), "`": "'", "|": "/", "｜": "/"}
)
_SPACES = re.compile(r"\s+")
_RULED = re.compile(r"([-=_*#~+])\1{2,}")


def neutral(text: str) -> str:
    """Return a text on one line without what has a meaning to a model's server: invisible characters, brackets, rules.

    Angle brackets and bars make the special tokens of chat formats, square brackets our markers (`[1]` becomes `(1)`), and rows of
    dashes or `#` the borders of what an article could claim to end.
    """
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return _RULED.sub(r"\1", _SPACES.sub(" ", kept.translate(_BRACKETS))).strip()


def fence_for(*texts: str) -> str:
    """Return a line of dashes that occurs in none of the texts."""
    fence = "-----"
    while any(fence in text for text in texts):
        fence += "-----"
    return fence


def listed(evidence: Sequence[Citation]) -> str:
    """Return the evidence for a prompt: a line a sentence, with its number, outlet, date and speaker."""
    return "\n".join(_line(number, citation) for number, citation in enumerate(evidence, 1))


def within_budget(evidence: Sequence[Citation], n_tokens: int) -> list[Citation]:
    """Return the first sentences that fit into so many tokens, at most `MAX_EVIDENCE`; too long ones are left out."""
    short = [citation for citation in evidence if len(citation.quote) <= MAX_SENTENCE_CHARS]
    kept: list[Citation] = []
    left = n_tokens
    for citation, cost in zip(short, count_many(_line(99, citation) + "\n" for citation in short), strict=True):
        if cost <= left and len(kept) < MAX_EVIDENCE:
            kept.append(citation)
            left -= cost
    return kept


def cost_of(*texts: str) -> int:
    """Count the tokens of texts."""
    return sum(map(count_tokens, texts))


def _line(number: int, citation: Citation) -> str:
    facts = (("outlet", citation.outlet), ("date", citation.published[:10]), ("speaker", citation.speaker), ("through", citation.via))
    told = "; ".join(f"{name} {_fact(value)}" for name, value in facts if value)
    return f"{number}. ({told or 'outlet unknown'}) {neutral(citation.quote)}"


def _fact(value: str) -> str:
    """Return a fact without brackets, which would end the facts."""
    return neutral(value).replace("(", "").replace(")", "")[:MAX_FACT_CHARS].strip()
