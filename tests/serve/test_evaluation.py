"""Questions from the chat to the evaluation and back: opinions, reviewing, runs of the page, links of the report, explanations."""

import json
import shutil
from pathlib import Path

import pytest

from assistant.accounts.store import Accounts
from assistant.accounts.users import User
from assistant.assistant import Assistant
from assistant.cli import main
from assistant.errors import QuestionSetError
from assistant.evaluate.datasets import EvaluationQuestion
from assistant.evaluate.kept import Evaluations
from assistant.evaluate.report import link
from assistant.evaluate.reviewing import Review as Pile
from assistant.evaluate.rows import Row
from assistant.evaluate.runs import Run, read_run
from assistant.links import parameters
from assistant.records import Filters, Turn
from assistant.serve.ui.address import asked_of
from assistant.serve.ui.bench import Bench
from assistant.serve.ui.chat import Chat
from assistant.serve.ui.evaluation import Evaluation
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.review import Review
from assistant.serve.ui.sitting import Sitting, Visitor
from assistant.serve.ui.why import why_page
from assistant.serve.ui.wording import Words
from assistant.settings import Settings, accounts_path

ADMIN, READER = Visitor(), Visitor(User(7, "Budi", "reader"))
STORY = (
    "Harbour news\n\nThe harbour master Odile Brantz said on Friday that the {ferry} ferry will sail again in May.\n"
    "The {ferry} ferry was built by a yard in Bergen in 1931."
)
FERRIES = ("Quennebec", "Tarrowmere")
ASKED = "when will the Tarrowmere ferry sail again?"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a checkout, whose index holds two articles with one title and one file name."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "seeds").mkdir()
    for ferry in FERRIES:
        (folder / "news" / ferry).mkdir(parents=True)
        (folder / "news" / ferry / "story.txt").write_text(STORY.format(ferry=ferry))
    with Assistant.open(folder / "indexes" / "news") as assistant:
        assistant.add([folder / "news"])
    return folder


@pytest.fixture
def checkout(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = shutil.copytree(built, tmp_path / "checkout")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def indexes(checkout: Path):
    opened = OpenIndexes(Settings(index="news", quality="fast"))
    yield opened
    opened.close()


def thumbs(indexes: OpenIndexes, question: str, good: bool, reason: str = "", filters: Filters = Filters()) -> Sitting:
    """Ask in Python and say what one thinks of the answer, as the page does."""
    accounts = Accounts.open(accounts_path())
    sitting = Sitting(filters=filters).with_turn(Turn(question, indexes.open("news").ask(question, filters=filters)))
    Chat(indexes, accounts).opinion(0, good, reason, "news", sitting, ADMIN)
    accounts.close()
    return sitting


def test_a_thumb_up_becomes_a_question_whose_row_is_right_though_two_articles_share_file_name_and_title(indexes, checkout, capsys):
    answer = thumbs(indexes, ASKED, good=True, filters=Filters(language="en")).turns[0].answer
    thumbs(indexes, "who won the football match in Oslo?", good=False, reason="not_there")
    thumbs(indexes, "when was the ferry built?", good=False, reason="missing")
    assert "Tarrowmere" in answer.citations[0].quote
    assert main(["feedback"]) == 0
    told = capsys.readouterr()
    assert "1 of 3 opinions say that an answer is wrong" in told.err
    Path("feedback.jsonl").write_text(told.out)
    assert json.loads(told.out.splitlines()[0])["filters"] == {"language": "en"}
    assert main(["evaluate", "feedback.jsonl", "--index", "news", "--out", "run", "--workers", "1"]) == 0
    good, missing = read_run(Path("run")).rows
    assert (good.question, good.right, good.measures["success_at_1"], good.limits) == (ASKED, True, 1.0, {"language": "en"})
    assert good.citations[0].gold
    assert good.citations[0].article.endswith("Tarrowmere/story.txt")
    assert missing.answerable is False
    assert main(["questions", "check", "feedback.jsonl", "--index", "news"]) == 0


def test_opinions_wait_with_what_the_reader_said_and_a_person_completes_them(indexes, capsys, monkeypatch):
    thumbs(indexes, ASKED, good=False, reason="missing: the month")
    assert main(["feedback", "--keep", "--index", "news"]) == 0
    (row,) = Pile(Evaluations("news")).waiting()
    assert (row["gold"], row["note"]) == ([], "missing: the month")
    typed = iter(["a\n", "g It will rain.\n", "a\n", "g said on Friday that the\u00a0 Tarrowmere ferry will sail again in May.\n", "a\n"])
    monkeypatch.setattr("sys.stdin.readline", lambda: next(typed, ""), raising=False)
    assert main(["questions", "review", "--index", "news"]) == 0
    out = capsys.readouterr().out
    assert "it is not known what answers it" in out
    assert "no article says 'It will rain.'" in out
    assert main(["evaluate", "--index", "news", "--workers", "1", "--keep"]) == 0
    (kept,) = Evaluations("news").runs()
    (made,) = Evaluations("news").run(kept.name).rows
    assert made.right
    assert "Tarrowmere" in made.wanted[0]


def test_drafts_are_accepted_corrected_rejected_and_taken_back_and_nothing_is_lost(indexes):
    page = Review(indexes, None)
    page.propose("news", ADMIN)
    pile = Pile(Evaluations("news"))
    first, second, third = [row["id"] for row in pile.waiting()][:3]
    n = len(pile.waiting())
    assert "Rejected" in page.reject("news", {"id": first}, ADMIN)
    gold = pile.waiting()[0]["gold"]
    form = {"id": second, "question": "kapan feri berlayar?", "article-0": gold[0]["article"], "gold-0": gold[0]["text"], "answer": "May"}
    wrong = page.accept("news", {**form, "gold-0": "The ferry sank."}, ADMIN)
    assert "No article says" in wrong
    assert f'data-id="{second}"' in wrong
    assert "Accepted" in page.accept("news", form, ADMIN)
    assert page.accept("news", {"id": third, "question": "who owns it?", "unanswerable": "yes"}, ADMIN)
    questions = Evaluations("news").read("questions").questions  # as another process would find them
    assert [(q.question, q.language, q.answerable, q.answers) for q in questions] == [
        ("kapan feri berlayar?", "id", True, ("May",)),
        ("who owns it?", "en", False, ()),
    ]
    page.propose("news", ADMIN)
    assert len(Pile(Evaluations("news")).waiting()) == n - 3  # what was decided does not come again
    assert 'data-id="' + second in page.back("news", {"id": second}, ADMIN)
    assert [q.question for q in Evaluations("news").read("questions").questions] == ["who owns it?"]


def test_a_set_is_uploaded_measured_compared_downloaded_and_removed(indexes, tmp_path):
    page = Evaluation(indexes, Bench())
    upload = tmp_path / "upload.jsonl"
    rows = [{"question": ASKED, "gold": [{"article": "", "text": "Tarrowmere ferry will sail again in May."}]}]
    upload.write_text(json.dumps(rows[0]) + '\n{"question": "x"}\n')
    assert "line 2" in page.take("news", [(upload, "../../mine.jsonl")], ADMIN)
    assert Evaluations("news").sets() == {}
    upload.write_text(json.dumps(rows[0]) + "\n")
    assert "1 questions" in page.take("news", [(upload, "../../mine.jsonl")], ADMIN)
    assert list(Evaluations("news").sets()) == ["mine.jsonl"]
    names = []
    for against in ("", "first"):
        given = {"set": "mine.jsonl", "label": "a <b>", "against": against and names[0]}
        assert page.measure("news", given, ADMIN) == ""
        assert "1 questions asked" in list(page.follow(ADMIN))[-1]
        names.insert(0, Evaluations("news").runs()[0].name)
    assert "both runs gave the same" in page.shown("news", {"run": names[0], "against": names[1]}, ADMIN)
    file = page.file("news", {"run": names[0], "chat": "https://chat.example/news"}, ADMIN)
    assert file["text"].startswith("<!doctype html>")
    assert "a &lt;b&gt;" in file["text"]
    page.remove("news", {"run": names[0]}, ADMIN)
    assert [one.name for one in Evaluations("news").runs()] == names[1:]
    for bad in ("../news", "..", names[0], "20260101-000000-x/../../.."):
        with pytest.raises(QuestionSetError):
            Evaluations("news").remove_run(bad)
    assert "no run" in page.measure("news", {"set": "mine.jsonl", "against": names[0]}, ADMIN)


def test_one_evaluation_runs_at_a_time_and_a_stopped_one_leaves_nothing(indexes, tmp_path):
    bench = Bench()
    page = Evaluation(indexes, bench)
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps({"question": f"who is number {n}?", "answerable": False}) + "\n" for n in range(39)))
    page.take("news", [(path, "many.jsonl")], ADMIN)
    assert page.measure("news", {"set": "many.jsonl"}, ADMIN) == ""
    assert "being asked already" in page.measure("news", {"set": "many.jsonl"}, ADMIN)
    bench.stop()
    assert "Stopped" in list(page.follow(ADMIN))[-1]
    assert Evaluations("news").runs() == []
    assert not bench.job.folder.exists()
    assert bench.job.done < 39


def test_only_an_admin_measures_and_reviews(indexes):
    page, review = Evaluation(indexes, Bench()), Review(indexes, None)
    seen = [
        page.page("news", READER), page.measure("news", {"set": "questions"}, READER), page.take("news", [], READER),
        *(act("news", READER) for act in (review.page, review.propose, review.opinions)),
        *(act("news", {"id": "x"}, READER) for act in (review.accept, review.reject, review.back, review.later)),
    ]  # fmt: skip
    assert all("Only an administrator" in shown and "<form" not in shown for shown in seen)
    assert page.file("news", {}, READER) is None
    assert page.shown("news", {}, READER) == ""
    assert not Evaluations("news").folder.exists()


def test_the_chat_reads_the_links_that_a_report_writes():
    given = Filters(("3", "4"), outlet="Warta & Co", since="2020", until="2021-02")
    question = EvaluationQuestion("q", "apa kata «X»?", "id", "id", "", (), filters=given)
    row = Row("q", question.question, "id-id", "", (), True, False, query="apa kata «X» & Y?", limits=parameters(given))
    run = Run("set", (row,), ({},), {"index": "news", "now": "2020-02-01"})
    assert link("", run, row) == ""
    address = link("http://127.0.0.1:7860/news", run, row)
    assert address.startswith("http://127.0.0.1:7860/news/?q=")
    asked = asked_of(address.partition("?")[2])
    assert (asked.question, asked.index, asked.filters, asked.now) == (row.query, "news", given, "2020-02-01")


def test_why_shows_the_steps_of_the_answer_that_was_given(indexes):
    sitting = Sitting().with_turn(Turn(ASKED, indexes.open("news").ask(ASKED)))
    shown = why_page(Chat(indexes), "news", sitting, 0, Words("id"))
    answer = sitting.turns[0].answer
    assert f"{answer.confidence:.3f}" in shown
    assert shown.count("dikutip</span>") == len(answer.citations) >= 1
    assert shown.count("tertulis di sana") == len(answer.citations)
    assert "tarrowmere" in shown
