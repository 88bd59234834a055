"""The pinned floors: answers can get worse with every other test green. The one run over the samples is measured in other ways too."""

import hashlib
import json
from pathlib import Path

import pytest
import pytrec_eval

from assistant.evaluate.datasets import read_question_set
from assistant.evaluate.figures import figures
from assistant.evaluate.gate import below_floors, read_floors
from assistant.evaluate.report import report
from assistant.evaluate.runner import Plan, run
from assistant.evaluate.runs import QRELS, TREC, Run, read_run
from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
FLOORS = Path(__file__).parent / "floors.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "samples"


@pytest.fixture(scope="module")
def made(folder: Path) -> Run:
    return run(read_question_set(ROOT / "seeds" / "questions.jsonl"), Settings(), Plan(folder=folder))


def test_no_figure_on_the_samples_falls_below_its_floor(made):
    assert below_floors(made.figures, read_floors(FLOORS, "questions")) == []


def test_the_held_out_half_keeps_its_own_floors(made):
    held_out = [row for row in made.rows if row.held_out]
    assert below_floors(figures(held_out), read_floors(FLOORS, "questions held out")) == []


def test_every_citation_is_exact(made):
    assert all(row.measures["exact_citations"] == 1 for row in made.rows)


def test_the_floors_were_pinned_for_these_samples():
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted((ROOT / "seeds" / "articles").iterdir()):
        digest.update(path.read_bytes())
    digest.update((ROOT / "seeds" / "questions.jsonl").read_bytes())
    pinned = json.loads(FLOORS.read_text("utf-8"))["questions"]["digest"]
    assert digest.hexdigest() == pinned, "the samples changed: measure again and pin new floors"


def test_the_files_of_the_run_give_pytrec_eval_the_same_figures(made, folder):
    with (folder / QRELS).open() as qrels, (folder / TREC).open() as ranked:
        judged, found = pytrec_eval.parse_qrel(qrels), pytrec_eval.parse_run(ranked)
    names = {
        "recip_rank": "passage_rr",
        "ndcg_cut_10": "passage_ndcg_at_10",
        "recall_10": "passage_recall_at_10",
        "success_5": "passage_success_at_5",
    }
    theirs = pytrec_eval.RelevanceEvaluator(judged, {"recip_rank", "ndcg_cut.10", "recall.10", "success.5"}).evaluate(found)
    ours = {row.id: row.measures for row in made.rows if "passage_rr" in row.measures}
    assert len(theirs) == len(ours) > 200
    for number, figures_of in theirs.items():
        for name, own in names.items():
            assert figures_of[name] == pytest.approx(ours[number][own], abs=1e-6), (number, name)


def test_the_run_is_read_back_as_it_was_made_and_its_report_asks_for_nothing_from_outside(made, folder):
    assert read_run(folder).rows == made.rows
    page = report(made)
    assert page.count("<svg") == 4
    assert not [word for word in ("http:", "https:", "src=", "@import", "url(") if word in page.replace("https://www.w3.org", "")]
