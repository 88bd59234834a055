"""Ask a pile of articles, in any language, and get the sentences that answer, each cited to the character.

from assistant import Assistant

with Assistant.open("news") as assistant:
    assistant.add(["articles/"])
    answer = assistant.ask("what did Biden say?")
    print(answer.text, [citation.quote for citation in answer.citations])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.records import Answer, Article, Citation, Filters, Hit, Passage, Quotation, Span, Speaker, Turn

if TYPE_CHECKING:
    from assistant.assistant import Assistant

__all__ = [
    "Answer", "Article", "Assistant", "AssistantError", "Citation", "Filters", "Hit", "Passage", "Quotation", "Span",
    "Speaker", "Turn",
]  # fmt: skip
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # `import assistant` must stay light: the parts that load models and indexes come with the first use.
    if name == "Assistant":
        from assistant.assistant import Assistant

        return Assistant
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
