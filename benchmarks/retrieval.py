"""Passage RR of lexical, dense and hybrid retrieval on public sets: `python benchmarks/retrieval.py --data DIR`.

The corpus of each set is all distinct contexts, unsplit; the questions are the answerable ones of the test file; RR at 100.
Every configuration ranks the same passages in the same run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from assistant.evaluate.datasets import QuestionSet, read_question_set
from assistant.evaluate.metrics import mean, reciprocal_rank
from assistant.evaluate.runner import DEPTH, Corpus
from assistant.settings import Settings

IDK = ["eval/idk_mrc_test.id", "eval/idk_mrc_valid.id", "train/qa.idk_mrc_train.id"]
FACQA = ["eval/facqa_test.id", "train/qa.facqa_train.id", "train/qa.facqa_valid.id"]
SETS = {
    "IDK-MRC, id-id": (IDK[0], IDK[1:], "question"),
    "FacQA, id-id": (FACQA[0], FACQA[1:], "question"),
    "xquad_mt, en-id": ("eval/xquad_mt.id", IDK, "question_en"),
    "xquad_mt, id-id": ("eval/xquad_mt.id", IDK, "question"),
}


def main() -> None:
    """Measure every set and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `train` and `eval`")
    parser.add_argument("--encoder", default="static", help="another sentence model, by name or path")
    args = parser.parse_args()
    print("| set | questions | passages | lexical | dense | hybrid |")
    print("|---|---|---|---|---|---|")
    for name, (file, corpus, field) in SETS.items():
        files = [args.data / f"{other}.jsonl.xz" for other in corpus]
        questions = read_question_set(args.data / f"{file}.jsonl.xz", files, field)
        print(measure(name, questions, args.encoder), flush=True)


def measure(name: str, questions: QuestionSet, encoder: str) -> str:
    """Return the table's row for one set."""
    asked = [q for q in questions.questions if q.answerable]
    with Corpus.of(questions, Settings(encoder=encoder)) as corpus:
        hybrid = corpus.assistant.retriever
        cells = []
        for retriever in (hybrid.lexical, hybrid.dense, hybrid):
            rrs = []
            for question in asked:
                gold = {article for article, _ in corpus.gold(question)}
                hits = retriever.search(question.question, DEPTH)
                rrs.append(reciprocal_rank([hit.passage.article_id in gold for hit in hits]))
            cells.append(f"{mean(rrs):.3f}")
    return f"| {name} | {len(asked)} | {len(questions.contexts)} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
