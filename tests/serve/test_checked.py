"""How the doors show an answer that a language model wrote."""

import json
import os
import pty
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.cli import main
from assistant.records import Answer, Dropped, Marker
from assistant.serve import render
from assistant.serve.ui.chat import Chat
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.sitting import Sitting
from assistant.settings import Settings
from tests import llm_server as scripts
from tests.llm_server import LlmServer, Reply
from tests.serve.made_up import MARKUP, Page, answered, article

QUESTION = "what did Biden say?"


def written(language: str = "en", claim: str = "It was said.", note: str = "1 of 2 left out.") -> Answer:
    """Return an answer in a model's words that cites a sentence and had a claim dropped."""
    answer = answered((article("Satu kalimat di sini.", outlet="Kabar"), "Satu kalimat di sini."), language=language)
    citation = replace(answer.citations[0], badge="supported", translation=f"One sentence {MARKUP}")
    dropped = (Dropped(f"{MARKUP} 77 ships", "number", (1,)),)
    return replace(
        answer, text=claim, markers=(Marker(len(claim), 1),), citations=(citation,), dropped=dropped, n_dropped=1, composer="llm", note=note
    )


def test_the_terminal_shows_the_words_cited_the_translation_and_the_note():
    lines = render.as_text(written()).split("\n")
    assert lines[0] == "It was said. [1]"
    assert "1 of 2 left out." in lines
    assert "[1] A title - Kabar (supported)" in lines
    assert "    Satu kalimat di sini." in lines
    assert [line for line in lines if line.startswith("    Machine translation: One sentence <img")]


def test_the_page_shows_badge_words_translation_and_what_was_left_out_and_why():
    page = Page(render.as_html(written("id"), "cite-3"))
    for shown in (
        "didukung",
        "Satu kalimat di sini.",
        "Terjemahan mesin",
        "Dihapus (1)",
        "77 ships",
        "angka yang tidak ada",
        "1 of 2 left out.",
    ):
        assert shown in page.text
    assert "details" in page.tags
    assert not {"img", "script"} & set(page.tags)
    assert set(page.links) == {"#cite-3-1"}


@pytest.mark.parametrize("reason", ["number", "date", "name", "speaker", "negation", "quotation", "support", "uncited"])
def test_every_reason_has_its_words(reason: str):
    answers = [replace(written(language), dropped=(Dropped("A claim", reason),)) for language in ("en", "id")]
    pages = [render.as_html(answer) for answer in answers]
    assert pages[0] != pages[1]


def test_json_holds_what_was_dropped_the_badge_and_the_translation():
    shown = json.loads(json.dumps(render.as_json(written())))
    assert shown["composer"] == "llm"
    assert shown["dropped"][0]["reason"] == "number"
    assert shown["citations"][0]["badge"] == "supported"
    assert shown["citations"][0]["translation"].startswith("One sentence")


def test_the_articles_own_sentences_have_no_badge_and_are_not_shown_twice():
    answer = replace(answered((article("One."), "One.")), note="Its own sentences.")
    assert render.as_text(answer) == "One. [1]\n\nIts own sentences.\n\nSources\n[1] A title"
    assert "badge" not in render.as_html(answer)


def gated(go_on: threading.Event) -> Callable[[Reply], None]:
    def script(reply: Reply) -> None:
        first, second = list(reply.request.evidence.values())[:2]
        reply.piece(f"{first} [1] Napoleon bought 77 ships [1]. ")
        go_on.wait(20)
        reply.piece(f"{second} [2]")
        reply.end()

    return script


def test_the_chat_shows_a_sentence_while_the_model_still_writes(index: str):
    go_on = threading.Event()
    with LlmServer(gated(go_on)) as server:
        indexes = OpenIndexes(Settings(index=index, llm_url=server.url, llm_model="m"))
        views = Chat(indexes).ask(QUESTION, index, Sitting())
        first = next(views)
        assert "cite-0-1" in first.transcript
        assert first.reading
        go_on.set()
        last = [first, *views][-1]
        indexes.close()
    assert "cite-0-2" in last.transcript
    assert last.sitting.turns[0].answer.composer == "llm"
    assert "Left out (1)" in last.transcript
    assert "Napoleon" not in first.transcript
    assert last.transcript.count("badge verbatim") == 2


def test_leaving_the_chat_closes_the_connection(index: str):
    def script(reply: Reply) -> None:
        reply.piece(f"{reply.request.evidence[1]} [1] And it goes on. ")
        scripts.endless(reply)

    with LlmServer(script) as server:
        indexes = OpenIndexes(Settings(index=index, llm_url=server.url, llm_model="m"))
        views = Chat(indexes).ask(QUESTION, index, Sitting())
        assert "growing" in next(views).transcript
        views.close()
        until = time.monotonic() + 5
        while not server.hung_up and time.monotonic() < until:
            time.sleep(0.01)
        indexes.close()
    assert server.hung_up == 1


def test_a_pipe_gets_the_whole_answer_and_json_is_one_record(index: str, capsys: pytest.CaptureFixture[str]):
    with LlmServer(scripts.honest) as server:
        options = ["--index", index, "--llm-url", server.url, "--llm-model", "m"]
        assert main(["ask", *options, QUESTION]) == 0
        text = capsys.readouterr().out
        assert main(["ask", *options, "--json", QUESTION]) == 0
        record = json.loads(capsys.readouterr().out)
        n_requests = len(server.requests)
        assert main(["ask", *options, "--no-llm", "--json", QUESTION]) == 0
        without = json.loads(capsys.readouterr().out)
        assert len(server.requests) == n_requests
    assert text.count("[1]") == 2
    assert (record["composer"], without["composer"]) == ("llm", "extractive")


def test_at_a_terminal_a_sentence_stands_there_while_the_model_still_writes(index: str):
    go_on = threading.Event()
    with LlmServer(gated(go_on)) as server:
        outer, inner = pty.openpty()
        command = [sys.executable, "-m", "assistant", "ask", "--index", index, "--llm-url", server.url, "--llm-model", "m", QUESTION]
        with subprocess.Popen(command, stdout=inner, stderr=subprocess.PIPE, env={**os.environ, "COLUMNS": "90"}) as process:
            os.close(inner)
            first = _read_until(outer, b"[1]")
            assert "Sumber" not in first
            assert process.poll() is None
            go_on.set()
            rest = _read_until(outer, None)
            assert process.wait(20) == 0
        os.close(outer)
    assert "[2]" in rest
    assert "1 of 3 statements" in " ".join(rest.split())
    assert "Napoleon" not in first + rest
    assert (first + rest).count("[1]") == 2


def _read_until(terminal: int, words: bytes | None) -> str:
    """Read until these words have come, or to the end."""
    read = b""
    until = time.monotonic() + 60
    while (words is None or words not in read) and time.monotonic() < until:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        read += part
    return read.decode()


def test_the_doctor_says_in_one_line_how_the_language_model_is(index: str, capsys: pytest.CaptureFixture[str]):
    def line(*options: str) -> tuple[int, str]:
        code = main(["doctor", "--index", index, *options])
        return code, next(row for row in capsys.readouterr().out.splitlines() if "language model:" in row)

    assert line() == (0, "ok   language model: none is set; answers are the articles' own sentences")
    with LlmServer(scripts.saying("yes")) as server:
        code, said = line("--llm-url", server.url, "--llm-model", "m")
        assert (code, said.startswith("ok   language model: m at 127.0.0.1:")) == (0, True)
    with LlmServer(scripts.honest, key="another") as server:
        code, said = line("--llm-url", server.url, "--llm-model", "m")
        assert (code, "refuses the key" in said) == (1, True)


def test_a_model_without_a_server_and_a_server_without_a_model_are_told_apart(index: str, capsys: pytest.CaptureFixture[str]):
    assert main(["ask", "--index", index, "--llm-url", "http://127.0.0.1:9/v1", QUESTION]) == 1
    assert "llm_model" in capsys.readouterr().err
    assert main(["ask", "--index", index, "--llm-model", "m", QUESTION]) == 0
