import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.cli import main

SEEDS = Path(__file__).parent.parent / "seeds" / "articles"
BIDEN = SEEDS / "000_fbacd0f8f8eb0354.txt"
KEYS = ["speaker", "cue", "direct", "text", "start", "end"]
NOTE = 'Pasar Lawas ramai lagi pada Senin pagi.\n"Kami membuka pasar ini besok," kata Bupati Sari Wulan.\n'


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(NOTE, "utf-8")
    return path


def lines(capsys, *words: str, code: int = 0) -> list[dict]:
    """Run the command with --json and return its lines."""
    assert main(["quotations", *words, "--json"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def shown(capsys, *words: str, code: int = 0) -> tuple[str, list[str]]:
    """Run the command and return what it printed, and its complaints."""
    assert main(["quotations", *words]) == code
    out, error = capsys.readouterr()
    return out, error.splitlines()


def test_every_line_has_the_words_of_the_article_to_the_character(index: str, capsys):
    rows = lines(capsys, "--index", index)
    with Assistant.open(index, create=False) as assistant:
        texts = {article.id: article.text for article in assistant.articles()}
        assert len(rows) == len(assistant.quotations())
    assert {row["article_id"] for row in rows} == {"1", "2"}
    for row in rows:
        assert list(row)[:6] == KEYS
        assert row["text"] == texts[row["article_id"]][row["start"] : row["end"]]
    biden = [row for row in rows if row["speaker"] == "Joe Biden"]
    assert [row["direct"] for row in biden] == [False, True]
    assert biden[1]["text"].strip('"').startswith("Untuk memastikan keamanan")
    assert (biden[0]["outlet"], biden[0]["published"]) == ("Kontan", "2020-12-28")


def test_the_words_are_chosen_by_article_speaker_topic_time_and_kind(index: str, capsys):
    both = ["--index", index]
    assert {row["article_id"] for row in lines(capsys, *both, "2")} == {"2"}
    assert {row["speaker"] for row in lines(capsys, *both, "--speaker", "biden")} == {"Joe Biden"}
    assert {row["direct"] for row in lines(capsys, *both, "--direct")} == {True}
    assert {row["direct"] for row in lines(capsys, *both, "--reported", "1")} == {False}
    assert lines(capsys, *both, "--until", "2020-12", "2") == []
    assert {row["article_id"] for row in lines(capsys, *both, "--since", "28 Desember 2020", "--until", "2020")} == {"1"}
    about = lines(capsys, *both, "--about", "human rights", "--speaker", "Biden")
    assert "hak asasi manusia" in about[0]["text"]


def test_a_file_is_read_without_being_added(index: str, note: Path, capsys):
    before = sorted((path.name, path.stat().st_mtime_ns) for path in Path(index).iterdir())
    (row,) = lines(capsys, "--index", index, str(note))
    assert row["text"] == NOTE[row["start"] : row["end"]]
    assert "Kami membuka pasar ini besok" in row["text"]
    assert (row["speaker"], row["direct"], row["cue"], row["article_id"], row["file"]) == ("Sari Wulan", True, "kata", "", str(note))
    assert sorted((path.name, path.stat().st_mtime_ns) for path in Path(index).iterdir()) == before


def test_files_need_no_index_and_the_filters_hold_for_them(tmp_path: Path, note: Path, capsys):
    files = ["--index", str(tmp_path / "none"), str(note), str(BIDEN)]
    assert {row["file"] for row in lines(capsys, *files)} == {str(note), str(BIDEN)}
    assert {row["speaker"] for row in lines(capsys, *files, "--speaker", "xi jinping")} >= {"Xi Jinping"}
    assert {row["file"] for row in lines(capsys, *files, "--since", "2020-12-28")} == {str(BIDEN)}
    assert lines(capsys, *files, "--until", "2019") == []
    assert {row["direct"] for row in lines(capsys, *files, "--reported")} == {False}
    assert "hak asasi manusia" in lines(capsys, *files, "--about", "human rights", "--speaker", "Biden")[0]["text"]
    assert not (tmp_path / "none").exists()


def test_a_folder_is_read_too_and_so_is_standard_input(tmp_path: Path, note: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    assert [row["file"] for row in lines(capsys, str(tmp_path))] == [str(note)]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NOTE.encode())))
    (row,) = lines(capsys, "-")
    assert (row["speaker"], row["file"]) == ("Sari Wulan", "-")


def test_people_read_them_by_article(index: str, note: Path, capsys):
    out, _ = shown(capsys, "--index", index, "1", str(note))
    blocks = out.split("\n\n")
    assert blocks[0].startswith("1: Hubungan dekat")
    assert blocks[0].splitlines()[0].endswith(" - Kontan, 2020-12-28 (inferred from the text)")
    assert "\n  [2020-12-28] Joe Biden, direct: " in blocks[0].replace(" (presiden AS)", "")
    assert "direct, quoted by Kementerian Luar Negeri China: " in blocks[0]
    assert blocks[1].startswith(f"{note}: Pasar Lawas ramai lagi")
    assert "\n  Sari Wulan (Bupati), direct: " in blocks[1]


def test_what_cannot_be_read_is_one_line_and_the_rest_is_shown(index: str, note: Path, tmp_path: Path, capsys):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "page.txt").write_text("Baca Juga: yang lain")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "nothing").mkdir()
    bad = ["99", "lost.txt", *(str(tmp_path / name) for name in ("empty.txt", "page.txt", "picture.png", "nothing"))]
    out, errors = shown(capsys, "--index", index, *bad, str(note), code=1)
    assert "Sari Wulan" in out
    assert len(errors) == len(bad)
    assert all(line.startswith("skipped ") and line.endswith(")") for line in errors), errors
    assert "no article '99'" in errors[0]
    assert "neither a file nor the id" in errors[1]
    rows = lines(capsys, "--index", index, "1", "99", code=1)
    assert {row["article_id"] for row in rows} == {"1"}


def test_without_an_index_an_id_is_a_complaint_and_files_are_shown(tmp_path: Path, note: Path, capsys):
    out, errors = shown(capsys, "--index", str(tmp_path / "none"), "1", str(note), code=1)
    assert "Sari Wulan" in out
    assert len(errors) == 1
    assert "there is no index" in errors[0]
    assert main(["--index", str(tmp_path / "none"), "quotations"]) == 1
    assert capsys.readouterr().err.startswith("error: there is no index")


@pytest.mark.parametrize(
    "words",
    [["--since", "yesterday"], ["--until", "2020-13"], ["--since", "2020-02-30"], ["--since", "2021", "--until", "2020-12-31"]],
)
def test_a_bad_date_is_an_error(note: Path, capsys, words: list[str]):
    assert main(["quotations", str(note), *words]) == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(f"error: {words[0]}")
    assert "hint: " in error


def test_that_nobody_speaks_is_said_and_no_error(tmp_path: Path, capsys):
    path = tmp_path / "quiet.txt"
    path.write_text("Hujan turun di Bandarlaya sejak Senin pagi.\n", "utf-8")
    assert shown(capsys, str(path)) == ("", ["no quotations found"])


def test_reading_a_file_loads_nothing_heavy(note: Path, tmp_path: Path):
    heavy = {"torch", "gradio", "llama_index", "faiss", "sentence_transformers", "transformers", "onnxruntime", "tokenizers", "tantivy"}
    program = f"import sys; from assistant.cli import main; main(sys.argv[1:]); print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program, "quotations", str(note)], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "Sari Wulan" in done.stdout
    assert done.stdout.splitlines()[-1] == ""


def test_an_article_in_one_long_line_comes_through(tmp_path: Path, capsys):
    sentence = '"Kami membuka pasar ini besok," kata Bupati Sari Wulan. Hujan turun di Bandarlaya sejak Senin pagi. '
    path = tmp_path / "long.txt"
    path.write_text(sentence * 400, "utf-8")
    rows = lines(capsys, str(path))
    assert len(rows) == 400
    assert all(row["text"] == (sentence * 400)[row["start"] : row["end"]] for row in rows)
