"""Ask a pile of articles, in any language, and get the sentences that answer, each cited to the character.

from assistant import Assistant

with Assistant.open("news") as assistant:
    assistant.add(["articles/"])
    answer = assistant.ask("what did Biden say?")
    print(answer.text, [citation.quote for citation in answer.citations])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.asynchronous import AsyncAssistant
    from assistant.errors import AssistantError
    from assistant.events import Done, Event, Grown, Replaced, Started
    from assistant.records import AddReport, Answer, Article, Citation, Filters, Hit, Marker, Passage, Quotation, Span, Speaker, Turn

__all__ = [
    "AddReport", "Answer", "Article", "Assistant", "AssistantError", "AsyncAssistant", "Citation", "Done", "Event", "Filters", "Grown",
    "Hit", "Marker", "Passage", "Quotation", "Replaced", "Span", "Speaker", "Started", "Turn",
]  # fmt: skip
__version__ = "0.1.0"
_HOMES = {
    "Assistant": "assistant.assistant", "AsyncAssistant": "assistant.asynchronous", "AssistantError": "assistant.errors",
    **dict.fromkeys(("Done", "Event", "Grown", "Replaced", "Started"), "assistant.events"),
}  # fmt: skip


def __getattr__(name: str) -> object:
    # `import assistant` must stay light, as every command begins with it: a name comes with its first use.
    if name in __all__:
        return getattr(import_module(_HOMES.get(name, "assistant.records")), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
