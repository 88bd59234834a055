"""Questions to go on with: about those who speak in the articles that were just cited."""

from __future__ import annotations

from collections import Counter

from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.records import Answer
from assistant.serve.ui.wording import chosen
from assistant.text.terms import folded

MOST = 4
MOST_ARTICLES = 3
MOST_NAME = 60
"""A longer name is no name to be shown on a button."""


def suggestions(assistant: Assistant, answer: Answer) -> list[str]:
    """Return questions that the articles answer, in the language of the question; none for whom the question was about."""
    cited = list(dict.fromkeys(citation.article_id for citation in (*answer.citations, *answer.nearest)))[:MOST_ARTICLES]
    if not cited:
        return []
    asked, words = folded(answer.query), chosen(answer.language)
    try:
        said = Counter(quotation.speaker for quotation in assistant.index.quotations(cited) if not quotation.joint)
    except AssistantError:
        return []  # the article is gone meanwhile
    names = [name for name, _ in said.most_common() if _is_new(name, asked)]
    questions = [words("ask_said", speaker=name) for name in names[:MOST]]
    if answer.citations and len(questions) < MOST:
        questions.append(words("ask_source"))
    return questions


def _is_new(name: str, asked: str) -> bool:
    known = [word for word in folded(name).split() if len(word) > 2]
    return bool(known) and len(name) <= MOST_NAME and not any(word in asked for word in known)
