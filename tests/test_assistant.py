"""What must always hold between a question and its answer."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.errors import BadQuestion, EncoderUnavailable, IndexMismatch, UnknownArticle
from assistant.records import Answer, Filters, Turn
from assistant.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds"
FIRST = SEEDS / "articles" / "000_fbacd0f8f8eb0354.txt"
QUESTIONS = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("index") / "seeds", settings=Settings()) as opened:
        assert not opened.add([SEEDS / "articles"]).failures
        yield opened


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> list[Answer]:
    """The answers to a third of the sample questions; the floors look at the citations of all of them."""
    return [assistant.ask(row["question"], now="2026-01-01") for row in QUESTIONS[::3]]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def without_timings(answer: Answer) -> Answer:
    return replace(answer, timings={})


def test_every_short_answer_lies_inside_its_quote(answers: list[Answer]):
    marked = 0
    for answer in answers:
        for citation in answer.citations:
            if citation.focus is not None:
                marked += 1
                assert citation.span.start <= citation.focus.start < citation.focus.end <= citation.span.end
                assert citation.focus != citation.span
    assert marked > 20


def test_a_search_gives_the_hits_that_were_read_first_in_a_falling_order(assistant: Assistant):
    hits = assistant.search("siapa yang dilantik sebagai presiden?", k=10)
    assert [hit.rank for hit in hits] == list(range(1, 11))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[:3] == assistant.search("siapa yang dilantik sebagai presiden?", k=3)


def test_fast_answers_without_the_reader(tmp_path: Path):
    code = (
        "import sys; from assistant import Assistant; from assistant.settings import Settings\n"
        f"with Assistant.open(__import__('pathlib').Path({str(tmp_path / 'index')!r}), settings=Settings(quality='fast')) as assistant:\n"
        f"    assistant.add([{str(SEEDS / 'articles' / '000_fbacd0f8f8eb0354.txt')!r}])\n"
        "    answer = assistant.ask('kapan Biden dilantik?')\n"
        "    assert answer.citations and not any(c.focus for c in answer.citations)\n"
        "assert 'onnxruntime' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_citation_is_in_its_article_and_has_its_marker(assistant: Assistant, answers: list[Answer]):
    for answer in answers:
        for citation in (*answer.citations, *answer.nearest):
            article = assistant.article(citation.article_id)
            assert article.text[citation.span.start : citation.span.end] == citation.quote
        assert [m.number for m in answer.markers] == [c.number for c in answer.citations]
        for marker, citation in zip(answer.markers, answer.citations, strict=True):
            assert answer.text[: marker.offset].endswith(citation.quote)
        if answer.abstained:
            assert answer.citations == answer.markers == ()
            assert answer.text
        else:
            assert answer.nearest == ()
            assert answer.metadata or answer.citations


def test_no_answer_cites_furniture(assistant: Assistant):
    for article in assistant.articles():
        for words in ("Baca Juga:", "Baca juga:", "Read also:", "Lihat juga:", "Sumber:", "| Editor:"):
            assert words not in article.text


def test_the_same_question_gives_the_same_answer(assistant: Assistant):
    for row in QUESTIONS[::20]:
        first = assistant.ask(row["question"], now="2026-01-01")
        assert without_timings(first) == without_timings(assistant.ask(row["question"], now="2026-01-01"))


def test_many_threads_get_the_answers_that_one_gets(assistant: Assistant):
    questions = [row["question"] for row in QUESTIONS[:16]]
    alone = [without_timings(assistant.ask(q, now="2026-01-01")) for q in questions]
    together: dict[int, list[Answer]] = {}

    def ask(thread: int) -> None:
        together[thread] = [without_timings(assistant.ask(q, now="2026-01-01")) for q in questions]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(together[n] == alone for n in range(4))


@pytest.mark.parametrize("question", ["", "   \n\t ", "x" * 20_000, "word " * 4_000])
def test_an_empty_or_endless_question_is_one_clear_line(assistant: Assistant, question: str):
    with pytest.raises(BadQuestion) as caught:
        assistant.ask(question)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
    assert caught.value.hint


@pytest.mark.parametrize(
    "question",
    ["ባይደን ምን አለ?", "ბაიდენმა რა თქვა?", "<|endoftext|>", "????", "🙂🙂", "' OR 1=1 --", "AND OR NOT (", "\x00\x01", "[1]"],
)
def test_a_strange_question_gets_an_answer_record(assistant: Assistant, question: str):
    answer = assistant.ask(question)
    assert answer.abstained or answer.citations


def test_filters_restrict_the_articles(assistant: Assistant):
    wanted = next(a for a in assistant.articles() if a.language == "en")
    hits = assistant.search("what happened?", 50, Filters(article_ids=(wanted.id,)))
    assert hits
    assert {hit.passage.article_id for hit in hits} == {wanted.id}
    assert all(
        assistant.article(c.article_id).language == "de"
        for c in assistant.ask("what did the mayor say?", filters=Filters(language="de")).citations
    )


def test_an_empty_index_says_so(tmp_path: Path):
    with Assistant.open(tmp_path / "empty", settings=Settings()) as assistant:
        answer = assistant.ask("what did Biden say?")
        assert answer.abstained
        assert "assistant add" in answer.text


def test_a_changed_article_replaces_its_old_version_and_an_unchanged_one_is_skipped(tmp_path: Path):
    path = write(tmp_path, "a.txt", "Jembatan Maruwai ditutup pada 3 Mei 2024.\n\nWali Kota Sena Jaya mengatakan jembatan itu rusak.")
    with Assistant.open(tmp_path / "index", settings=Settings()) as assistant:
        assert len(assistant.add([path]).added) == 1
        assert assistant.add([path]).unchanged == 1
        path.write_text("Jembatan Maruwai ditutup pada 9 Juni 2024.\n\nWali Kota Sena Jaya mengatakan jembatan itu rusak.")
        assert len(assistant.add([path]).replaced) == 1
        texts = [a.text for a in assistant.articles()]
        assert len(texts) == 1
        assert "9 Juni" in texts[0]


def test_what_is_removed_is_never_shown_again(tmp_path: Path):
    path = write(tmp_path, "a.txt", "Wali Kota Sena Jaya mengatakan jembatan Maruwai rusak berat sejak Mei.")
    with Assistant.open(tmp_path / "index", settings=Settings()) as assistant:
        (article_id,) = assistant.add([path]).added
        assert assistant.ask("apa kata Sena Jaya?").citations
        assert assistant.remove(article_id) == 1
        assert not assistant.ask("apa kata Sena Jaya?").citations
        with pytest.raises(UnknownArticle):
            assistant.article(article_id)
        with pytest.raises(UnknownArticle):
            assistant.remove("999")


def test_a_bad_file_is_named_and_the_rest_goes_in(tmp_path: Path):
    folder = tmp_path / "in"
    write(folder, "good.txt", "Bendungan Lorana selesai dibangun pada 2023, kata Menteri Dewa Pratama.")
    write(folder, "empty.txt", "")
    (folder / "binary.txt").write_bytes(b"\x00\x01\x02" * 500)
    write(folder, "cut.json", '{"title": "x", "text": "unfinished')
    write(folder, "shell.html", "<html><body><script>1</script></body></html>")
    with Assistant.open(tmp_path / "index", settings=Settings()) as assistant:
        report = assistant.add([folder, tmp_path / "missing.txt"])
        assert len(report.added) == 1
        names = {Path(failure.origin).name for failure in report.failures}
        assert names == {"empty.txt", "binary.txt", "cut.json", "shell.html", "missing.txt"}
        assert all(f.error and "\n" not in f.error for f in report.failures)


def test_a_literal_marker_and_special_tokens_in_an_article_stay_text(tmp_path: Path):
    text = "The report [1] names <|endoftext|> as the cause of the Zorvath outage. The outage lasted nine hours [2]."
    path = write(tmp_path, "a.txt", text)
    with Assistant.open(tmp_path / "index", settings=Settings()) as assistant:
        assistant.add([path])
        answer = assistant.ask("what was the cause of the Zorvath outage?")
        assert answer.citations
        assert len(answer.markers) == len(answer.citations)
        assert "[1]" in assistant.article(answer.citations[0].article_id).text


def test_an_index_of_another_encoder_is_refused_with_a_way_out(tmp_path: Path):
    Assistant.open(tmp_path / "index", settings=Settings()).close()
    with pytest.raises(IndexMismatch) as caught:
        Assistant.open(tmp_path / "index", settings=Settings(encoder="intfloat/multilingual-e5-small"))
    assert caught.value.hint
    with pytest.raises(IndexMismatch):
        Assistant.open(tmp_path / "none", create=False, settings=Settings())


def test_an_encoder_that_is_not_there_is_one_clear_line(tmp_path: Path):
    with pytest.raises(EncoderUnavailable) as caught:
        Assistant.open(tmp_path / "index", settings=Settings(encoder=str(tmp_path / "no-model")))
    assert caught.value.hint


def test_an_index_of_an_older_bundled_model_is_encoded_again(tmp_path: Path):
    path = write(tmp_path, "a.txt", "Bendungan Lorana selesai dibangun pada 2023, kata Menteri Dewa Pratama.")
    with Assistant.open(tmp_path / "index", settings=Settings()) as assistant:
        assistant.add([path])
        encoder = assistant.encoder

        class Older:
            name, digest, dimensions = encoder.name, "older", encoder.dimensions

        assistant.index.reencode(Older(), lambda texts: encoder.encode_passages(["x"] * len(texts)))
    with Assistant.open(tmp_path / "index", settings=Settings()) as assistant:
        assert assistant.index.manifest.encoder.digest == encoder.digest
        assert assistant.search("when was the dam finished?", 1)


def test_a_question_about_the_article_means_the_one_cited_last(assistant: Assistant):
    first = assistant.ask("what did Biden say?")
    answer = assistant.ask("who wrote the article?", [Turn("what did Biden say?", first)])
    assert answer.metadata
    unclear = assistant.ask("who wrote the article?")
    assert unclear.abstained


def test_indexes_that_are_open_together_share_their_models(index: str, tmp_path: Path):
    with Assistant.open(index, create=False) as one, Assistant.open(tmp_path / "other") as other:
        assert one.encoder is other.encoder
        assert one.reader is other.reader is not None
