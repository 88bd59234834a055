"""Write a conversation for elsewhere: as Markdown, as a page of HTML, as JSON. Every marker has its citation in the same file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from assistant.answer.compose import label
from assistant.records import Answer, Citation, Turn
from assistant.serve.render import as_html, as_json, asked_as, described, escape, is_web_address, pieces

KINDS = {"md": "text/markdown", "html": "text/html", "json": "application/json"}
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")
_STYLE = (
    "body{font:17px/1.6 Georgia,serif;max-width:42em;margin:2em auto;padding:0 1em;color:#1d1b18;background:#fff}"
    "h1{font-size:24px}h2{font-size:19px;margin-top:2em}h3{font-size:14px}.facts,.also{color:#5d5850;font-size:14px}"
    ".badge{font-size:12px;color:#5d5850}a{color:#0b5f57}.abstained>p{border-left:3px solid #0b5f57;padding-left:12px}"
    ".cited-quote{display:block}li:target{background:#ffe08a}"
)


def export(kind: str, name: str, index: str, turns: Sequence[Turn]) -> str:
    """Return a conversation as `md`, `html` or `json`."""
    write = {"md": as_markdown, "html": as_page}.get(kind)
    return write(name, turns) if write else json.dumps(_as_rows(name, index, turns), ensure_ascii=False, indent=2)


def _as_rows(name: str, index: str, turns: Sequence[Turn]) -> dict[str, object]:
    return {"name": name, "index": index, "turns": [{"question": turn.question, "answer": as_json(turn.answer)} for turn in turns]}


# Markdown


def as_markdown(name: str, turns: Sequence[Turn]) -> str:
    """Return a conversation as Markdown; a marker is a footnote, and what comes from an article is only text."""
    blocks = [f"# {_text(name)}"]
    for position, turn in enumerate(turns, 1):
        blocks += [f"## {_text(turn.question)}", *_answer(turn.answer, position)]
    return "\n\n".join(blocks) + "\n"


def _answer(answer: Answer, position: int) -> list[str]:
    asked = [f"*{_text(asked_as(answer))}*"] if asked_as(answer) else []
    text = "".join(_text(piece) if isinstance(piece, str) else f"[^{position}-{piece}]" for piece in pieces(answer))
    blocks = [*asked, re.sub(r"\n+", "\n\n", text.strip()), *([f"*{_text(answer.note)}*"] if answer.note else [])]
    notes = "\n".join(f"[^{position}-{one.number}]: {_source(one, answer.language)}" for one in answer.citations)
    nearest = "\n".join(f"- {_source(one, answer.language)}" for one in answer.nearest)
    return [*blocks, *([notes] if notes else []), *([f"{label('nearest', answer.language)}:\n\n{nearest}"] if nearest else [])]


def _source(citation: Citation, language: str) -> str:
    quote = _text(" ".join(citation.quote.split()))
    link = f" <{citation.url}>" if is_web_address(citation.url) and not re.search(r"[\s<>]", citation.url) else ""
    return f"“{quote}” — {_text(described(citation, language, url=False))}{link}"


def _text(text: str) -> str:
    """Return text that means only itself in Markdown; `[1]` in an article stays what it is."""
    return _MARKS.sub(r"\\\1", text)


# HTML


def as_page(name: str, turns: Sequence[Turn]) -> str:
    """Return a conversation as a page that needs nothing else; a marker goes to its source."""
    body = "".join(f'<section><h2 dir="auto">{escape(turn.question)}</h2>{_linked(turn, n)}</section>' for n, turn in enumerate(turns))
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(name)}</title><style>{_STYLE}</style></head>"
        f'<body><h1 dir="auto">{escape(name)}</h1>{body}</body></html>'
    )


def _linked(turn: Turn, position: int) -> str:
    """Return an answer whose sources can be gone to: each gets the id that its markers link to."""
    cited = turn.answer.citations or turn.answer.nearest
    numbers = iter(citation.number for citation in cited)
    html = as_html(turn.answer, f"cite-{position}")
    head, mark, sources = html.rpartition('<section class="sources">')
    sources = re.sub(r"<li>", lambda found: f'<li id="cite-{position}-{next(numbers)}">', sources)
    return head + mark + sources
