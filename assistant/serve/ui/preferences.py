"""The settings page: what answers are made with, and the language of the interface. It knows nothing of Gradio."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from assistant.assistant import open_language_model
from assistant.errors import AssistantError, SettingsError
from assistant.protocols import Message
from assistant.serve.doctor import Finding, examine
from assistant.serve.models import listed
from assistant.serve.render import escape
from assistant.serve.ui.chat import line
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.sitting import Visitor
from assistant.serve.ui.wording import Words, languages
from assistant.settings import QUALITIES, STRICTNESSES, Settings, keep_settings

CHANGEABLE = ("strictness", "quality", "llm_url", "llm_model", "translate")


class Preferences:
    """What happens on the settings page. Only an admin changes what is everybody's."""

    def __init__(self, indexes: OpenIndexes, folder: Path | None = None) -> None:
        self.indexes = indexes
        self._folder = folder

    def page(self, name: str, visitor: Visitor, said: str = "") -> str:
        """Return the page; `said` is HTML about what was just done."""
        words, settings = visitor.words, self.indexes.settings
        everybody = _form(settings, words) if visitor.user.is_admin else ""
        return (
            f"<h2>{words.html('settings')}</h2>{said}{_interface(words)}"
            f"<section><h3>{words.html('index_now')}</h3>{self._index(name, visitor)}</section>{everybody}"
        )

    def change(self, given: Mapping[str, str], visitor: Visitor) -> str:
        """Take and keep what the form gives, and say so."""
        if not visitor.user.is_admin:
            return _told(visitor.words("only_admins"), bad=True)
        try:
            settings = _changed(self.indexes.settings, given)
            path = keep_settings({name: getattr(settings, name) for name in CHANGEABLE}, self._folder)
        except SettingsError as error:
            return _told(line(error), bad=True)
        self.indexes.change(settings)
        return _told(visitor.words("settings_kept", file=path.name))

    def test(self, given: Mapping[str, str], visitor: Visitor) -> str:
        """Ask the language model that the form names for one word, and say what came of it."""
        if not visitor.user.is_admin:
            return _told(visitor.words("only_admins"), bad=True)
        try:
            model = open_language_model(_changed(self.indexes.settings, given))
            if model is None:
                return _told(visitor.words("no_model_set"))
            began = time.monotonic()
            with closing(model.stream([Message("user", "Write one word: yes")])) as stream:
                next(stream, "")
        except AssistantError as error:
            return _told(line(error), bad=True)
        return _told(visitor.words("model_answers", model=model.name, seconds=f"{time.monotonic() - began:.1f}"))

    def health(self, name: str, visitor: Visitor) -> str:
        """Return what the doctor finds in the installation and in an index."""
        if not visitor.user.is_admin:
            return _told(visitor.words("only_admins"), bad=True)
        try:
            settings = replace(self.indexes.settings, index=self.indexes.choice(name).name)
            found = list(examine(settings))
        except AssistantError as error:
            return _told(line(error), bad=True)
        items = "".join(_finding(one) for one in found)
        return f'<ul class="health" role="status">{items}</ul>'

    def _index(self, name: str, visitor: Visitor) -> str:
        words = visitor.words
        try:
            assistant = self.indexes.open(name)
        except AssistantError as error:
            return f'<p class="facts">{escape(line(error))}</p>'
        counts, encoder = assistant.index.count(), assistant.encoder.name
        known = next((one for one in listed(encoder) if one["in_use"]), {"name": encoder, "bundled": False})
        facts = {
            "index": Path(name).name or name,
            "articles": f"{counts.articles}",
            "passages": f"{counts.passages}",
            "encoder": f"{known['name']}{' (' + words('bundled') + ')' if known['bundled'] else ''}",
        }
        rows = "".join(f"<div><dt>{words.html(f'index_{key}')}</dt><dd>{escape(value)}</dd></div>" for key, value in facts.items())
        return f'<dl class="facts-list">{rows}</dl><p class="facts">{_code(words.html("encoder_hint"))}</p>'


def _code(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", text)


def _interface(words: Words) -> str:
    options = "".join(
        f'<option value="{code}" lang="{code}"{" selected" if code == words.code else ""}>{escape(name)}</option>'
        for code, name in languages().items()
    )
    return (
        f"<section><h3>{words.html('interface')}</h3><label>{words.html('interface_language')} "
        f'<select name="interface" data-do="speak">{options}</select></label></section>'
    )


def _form(settings: Settings, words: Words) -> str:
    checked = " checked" if settings.translate else ""
    return (
        f'<section><h3>{words.html("answers")}</h3><form data-do="save" class="settings">'
        f"{_radios('strictness', STRICTNESSES, settings.strictness, words)}{_radios('quality', QUALITIES, settings.quality, words)}"
        f'<fieldset><legend>{words.html("language_model")}</legend><p class="facts">{words.html("language_model_hint")}</p>'
        f'<label class="line">{words.html("llm_url")} <input type="text" name="llm_url" value="{escape(settings.llm_url)}"'
        f' placeholder="http://127.0.0.1:11434/v1" autocomplete="off"></label>'
        f'<label class="line">{words.html("llm_model")} <input type="text" name="llm_model" value="{escape(settings.llm_model)}"></label>'
        f'<label><input type="checkbox" name="translate" value="yes"{checked}> {words.html("translate")}</label>'
        f'<p><button type="button" class="small" data-do="test" data-form>{words.html("test_model")}</button></p></fieldset>'
        f'<p class="facts">{words.html("outranked")}</p>'
        f'<button type="submit" class="small primary">{words.html("save")}</button></form></section>'
    )


def _radios(name: str, offered: tuple[str, ...], now: str, words: Words) -> str:
    items = "".join(
        f'<label><input type="radio" name="{name}" value="{one}"{" checked" if one == now else ""}> {words.html(f"{name}_{one}")}</label>'
        for one in offered
    )
    return f"<fieldset><legend>{words.html(name)}</legend>{items}</fieldset>"


def _changed(settings: Settings, given: Mapping[str, str]) -> Settings:
    texts = {name: given.get(name, "").strip()[:500] for name in CHANGEABLE if name != "translate"}
    return replace(settings, **texts, translate=given.get("translate") == "yes")  # type: ignore[arg-type]


def _finding(found: Finding) -> str:
    kind = "well" if found.ok else "bad"
    return f'<li class="{kind}"><strong>{escape(found.subject)}</strong> <span dir="auto">{escape(found.text)}</span></li>'


def _told(text: str, bad: bool = False) -> str:
    return f'<p class="{"problem" if bad else "done"}" role="{"alert" if bad else "status"}">{escape(text)}</p>'
