import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant import __version__
from assistant.assistant import Assistant
from assistant.cli import main
from assistant.serve.render import as_json

SEEDS = Path(__file__).parent.parent / "seeds" / "articles"
BIDEN = SEEDS / "000_fbacd0f8f8eb0354.txt"
QUESTION = "what did Biden say?"


def run(*words: str, **options) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "assistant", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def fails(capsys, *words: str) -> tuple[str, str]:
    """Run a command that must fail with an error line and a hint, and return both."""
    assert main(words) == 1
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 2, error
    assert error[0].startswith("error: ")
    assert error[1].startswith("hint: ")
    return error[0], error[1]


def test_add_counts_and_a_bad_file_does_not_stop_the_rest(tmp_path: Path, capsys):
    folder = tmp_path / "articles"
    folder.mkdir()
    shutil.copy(BIDEN, folder / "biden.txt")
    (folder / "empty.txt").write_text("")
    index = str(tmp_path / "index")
    assert main(["--index", index, "add", str(folder), str(tmp_path / "nothing.txt")]) == 1
    out, error = capsys.readouterr()
    assert out == "added 1, replaced 0, unchanged 0, failed 2\n"
    lines = error.splitlines()
    assert len(lines) == 2
    assert all(re.fullmatch(r"skipped .+(empty|nothing)\.txt: .+ \(.+\)", line) for line in lines)
    assert main(["add", "--index", index, str(folder / "biden.txt")]) == 0
    assert capsys.readouterr().out == "added 0, replaced 0, unchanged 1, failed 0\n"
    (folder / "biden.txt").write_text(BIDEN.read_text("utf-8") + "\nSebuah kalimat baru ditulis di sini.\n", "utf-8")
    assert main(["add", "--index", index, str(folder / "biden.txt")]) == 0
    assert capsys.readouterr().out == "added 0, replaced 1, unchanged 0, failed 0\n"


def test_the_index_may_be_named_before_and_after_the_command(index: str, capsys):
    assert main(["--index", index, "list"]) == 0
    before = capsys.readouterr().out
    assert main(["list", "--index", index]) == 0
    assert capsys.readouterr().out == before
    assert main(["--index", "/nowhere/at/all", "list", "--index", index]) == 0


def test_list_is_a_table_and_marks_what_was_inferred(index: str, capsys):
    assert main(["--index", index, "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ID", "DATE", "OUTLET", "LANGUAGE", "TITLE"]
    assert lines[1].startswith("1   2020-12-28*  Kontan")
    assert lines[-1] == "* inferred from the text"
    columns = [line.index(word) for line, word in zip(lines, ("TITLE", "Hubungan", "Banjir"), strict=False)]
    assert len(set(columns)) == 1


def test_list_and_show_as_json_are_the_records(index: str, capsys):
    with Assistant.open(index, create=False) as assistant:
        articles = [as_json(article) for article in assistant.articles()]
        quotations = as_json(assistant.index.quotations(("1",)))
    assert main(["--index", index, "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed == [{k: v for k, v in article.items() if k != "text"} for article in articles]
    assert main(["--json", "show", "1", "--index", index]) == 0
    assert json.loads(capsys.readouterr().out) == {**articles[0], "quotations": quotations}


def test_show_prints_metadata_text_and_who_said_what(index: str, capsys):
    assert main(["--index", index, "show", "1"]) == 0
    out = capsys.readouterr().out
    assert "Editor: Prihastomo Wahyu Widodo" in out
    assert "ungkap Kementerian Luar Negeri China, mengutip pernyataan Xi Jinping." in out
    assert re.search(r"^- Joe Biden.*, direct: .*Untuk memastikan keamanan", out, re.MULTILINE)


def test_remove_takes_articles_out_for_good(index: str, capsys):
    assert main(["--index", index, "remove", "1"]) == 0
    assert capsys.readouterr().out == "removed 1\n"
    assert fails(capsys, "--index", index, "show", "1")
    assert fails(capsys, "--index", index, "remove", "2", "1")
    assert main(["--index", index, "show", "2"]) == 0


def test_ask_prints_the_sentences_with_markers_and_the_sources(index: str, capsys):
    assert main(["--index", index, "ask", *QUESTION.split()]) == 0
    out = capsys.readouterr().out
    assert re.search(r"ungkap Biden\. \[\d\]$", out, re.MULTILINE)
    assert re.search(
        r"^Sources\n\[1\] Hubungan dekat .* - Kontan, 2020-12-28 \(inferred from the text\) - Joe Biden \((direct|reported)\)$",
        out,
        re.MULTILINE,
    )


def test_ask_takes_how_sure_an_answer_must_be(index: str, capsys):
    confidence = {}
    for strictness in ("strict", "eager"):
        assert main(["--index", index, "ask", "--json", "--strictness", strictness, "siapa presiden pertama Indonesia?"]) == 0
        confidence[strictness] = json.loads(capsys.readouterr().out)
    assert confidence["strict"]["abstained"]
    assert confidence["strict"]["confidence"] == confidence["eager"]["confidence"]
    with pytest.raises(SystemExit):
        main(["--index", index, "ask", "--strictness", "severe", QUESTION])


def test_ask_as_json_is_the_answer(index: str, capsys):
    assert main(["--index", index, "ask", "--json", QUESTION]) == 0
    found = json.loads(capsys.readouterr().out)
    with Assistant.open(index, create=False) as assistant:
        answer = as_json(assistant.ask(QUESTION))
        text = assistant.article("1").text
    del found["timings"], answer["timings"]
    assert found == answer
    assert all(text[slice(*citation["span"])] == citation["quote"] for citation in found["citations"])


def test_an_abstention_is_an_answer(index: str, capsys):
    assert main(["--index", index, "ask", "what did Putin say?"]) == 0
    assert "Nearest in the articles:" in capsys.readouterr().out


@pytest.mark.parametrize("question", ["", "  ", "x" * 20_000])
def test_a_bad_question_is_an_error(index: str, capsys, question: str):
    error, _ = fails(capsys, "--index", index, "ask", question)
    assert "question" in error


def test_without_an_index_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    for command in (["list"], ["ask", QUESTION], ["show", "1"], ["remove", "1"], ["chat"], ["serve"]):
        error, hint = fails(capsys, "--index", str(tmp_path / "none"), *command)
        assert error.startswith("error: there is no index at ")
        assert "assistant add PATH" in hint
    assert not (tmp_path / "none").exists()
    (tmp_path / "seeds" / "articles").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert "assistant ask --index seeds" in fails(capsys, "--index", "./none", "list")[1]


def test_the_samples_are_made_when_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    (tmp_path / "indexes").mkdir()
    (tmp_path / "seeds" / "articles").mkdir(parents=True)
    shutil.copy(BIDEN, tmp_path / "seeds" / "articles")
    monkeypatch.chdir(tmp_path)
    assert main(["ask", "--index", "seeds", QUESTION]) == 0
    assert "ungkap Biden." in capsys.readouterr().out
    assert json.loads((tmp_path / "indexes" / "seeds" / "manifest.json").read_text("utf-8"))["samples"] is True


def test_what_is_no_index_is_refused(tmp_path: Path, capsys):
    (tmp_path / "file").write_text("x")
    fails(capsys, "--index", str(tmp_path / "file"), "list")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["ask"],
        ["add"],
        ["show"],
        ["show", "1", "2"],
        ["list", "--nonsense"],
        ["serve", "--port", "x"],
    ],
)
def test_wrong_usage_is_two(words: list[str], capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: assistant" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["ask", "--help"], ["evaluate", "--help"]])
def test_version_and_help_are_no_errors(words: list[str], capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 0
    assert __version__ in capsys.readouterr().out or words != ["--version"]


def test_an_unexpected_error_is_one_line_and_its_trace_is_there_for_the_asking(index, monkeypatch, capsys):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(Assistant, "open", broken)
    assert main(["--index", index, "ask", "who?"]) == 1
    assert capsys.readouterr().err == "error: unexpected RuntimeError: two lines; run with --debug for the trace\n"
    assert main(["--index", index, "ask", "who?", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_wrong_setting_is_an_error(capsys):
    error, _ = fails(capsys, "serve", "--port", "70000")
    assert "port" in error


def test_a_port_that_is_taken_is_an_error(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error, hint = fails(capsys, "serve", "--port", str(taken.getsockname()[1]))
    assert "cannot listen on 127.0.0.1" in error
    assert "--port" in hint


def test_the_gradio_door_is_the_same_chat(tmp_path: Path):
    app = Path(__file__).parent.parent / "app.py"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {**os.environ, "ASSISTANT_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, str(app)], capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(app.parent)},
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("error: the chat cannot listen on 127.0.0.1")


def test_chat_remembers_the_turn_before(index: str):
    done = run("--index", index, "chat", input=f"{QUESTION}\n\nwho wrote the article?\n{'x' * 3000}\n")
    assert done.returncode == 0
    assert done.stdout.index("ungkap Biden.") < done.stdout.index("Editor: Prihastomo Wahyu Widodo")
    assert done.stderr.startswith("error: the question has 3000 characters")
    assert "Traceback" not in done.stderr


def test_chat_as_json_is_a_line_for_each_answer(index: str):
    done = run("chat", "--index", index, "--json", input=f"{QUESTION}\nwhat did Putin say?\n")
    assert [json.loads(line)["abstained"] for line in done.stdout.splitlines()] == [False, True]


def test_an_interrupt_ends_without_a_trace(index: str):
    command = [sys.executable, "-m", "assistant", "--index", index, "chat"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdin.write(QUESTION + "\n")
        process.stdin.flush()
        process.stdout.readline()  # it has answered; what is below the answer comes at once, then it waits for the next question
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read() == ""


def test_a_reader_that_leaves_is_no_error(index: str):
    command = [sys.executable, "-m", "assistant", "--index", index, "show", "1"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_names_that_are_no_text_and_terminals_without_unicode_are_no_trouble(index: str, tmp_path: Path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = run("--index", index, "add", os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"), env=environment)
    assert done.returncode == 1
    assert "skipped" in done.stderr
    assert "error" not in done.stderr
    assert run("--index", index, "list", env=environment).returncode == 0


def test_doctor_repairs_what_can_be_made_again(index: str, capsys):
    assert main(["--index", index, "doctor"]) == 0
    assert not re.search("BAD|repaired", capsys.readouterr().out)
    for part in Path(index, "lexical").iterdir():
        part.write_bytes(b"nonsense")
    main(["--index", index, "doctor"])
    capsys.readouterr()
    assert main(["--index", index, "doctor", "--json"]) == 0
    assert all(finding["ok"] for finding in json.loads(capsys.readouterr().out))
    assert main(["--index", index, "ask", QUESTION]) == 0


def test_doctor_says_when_the_store_is_lost(index: str, capsys):
    (Path(index) / "store.sqlite").write_bytes(b"nonsense" * 1000)
    for log in Path(index).glob("store.sqlite-*"):
        log.unlink()
    assert main(["--index", index, "doctor"]) == 1
    assert "BAD  index" in capsys.readouterr().out


def test_models_are_listed_without_opening_one(tmp_path: Path):
    program = "import sys; from assistant.cli import main; main(sys.argv[1:]); print(*{'torch', 'onnxruntime', 'faiss'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program, "models"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == ""
    rows = {row.split()[0]: row for row in done.stdout.splitlines()[1:6]}
    assert "static" in rows
    assert rows["static"].endswith("bundled")
    assert " 88.1 " in rows["multilingual-e5-small"]
    assert [name for name, row in rows.items() if " * " in row] == ["static"]


def test_the_model_in_use_is_marked_whatever_it_is(monkeypatch: pytest.MonkeyPatch, capsys):
    for chosen in ("bge-m3", "BAAI/bge-m3", "/models/mine"):
        monkeypatch.setenv("ASSISTANT_ENCODER", chosen)
        assert main(["--json", "models"]) == 0
        (used,) = [record for record in json.loads(capsys.readouterr().out) if record["in_use"]]
        assert chosen in (used["name"], used["model"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--since", "2023-13"], "--since is '2023-13', which is no date"),
        (["--since", "2025", "--until", "2024"], "--since 2025 lies after --until 2024"),
        (["--language", "qqqq"], "--language is 'qqqq', which is no language"),
    ],
)
def test_a_bad_filter_gets_one_line_with_what_to_do(index: str, capsys, options, message):
    assert main(["--index", index, "ask", *options, QUESTION]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: {message}\nhint: ")


def test_ask_is_restricted_by_its_options(index: str, capsys):
    assert main(["--index", index, "ask", "--json", "--outlet", "kontan.co.id", "--speaker", "Biden", QUESTION]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {citation["outlet"] for citation in answer["citations"]} == {"Kontan"}
    assert answer["filters"]["speaker"] == "Biden"
    assert main(["--index", index, "ask", "--json", "--until", "1999", QUESTION]) == 0
    assert json.loads(capsys.readouterr().out)["abstained"]
