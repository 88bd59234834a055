"""Ask every question of a set and measure the answers."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluate.datasets import EvaluationQuestion, QuestionSet, read_question_set
from assistant.evaluate.gate import below_floors, read_floors
from assistant.evaluate.metrics import mean, middle, percentile, precision_recall_f1, reciprocal_rank, success_at
from assistant.ingest import encode_drafts, split_article
from assistant.records import Answer, Article, Span
from assistant.settings import Settings, load_settings
from assistant.text.language import detect_language

DEPTH = 100
"""How deep passages are ranked for RR."""
UNSPLIT = 1_000_000
"""A token budget that leaves every context one passage."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question gave."""

    question: EvaluationQuestion
    rr: float
    cited: tuple[bool, ...]
    abstained: bool
    exact: bool
    milliseconds: float


class Corpus:
    """The articles a set is asked of, in an index of their own, and where the gold lies in them."""

    def __init__(self, assistant: Assistant, by_name: dict[str, str]) -> None:
        self.assistant = assistant
        self._ids = by_name

    @classmethod
    @contextmanager
    def of(cls, questions: QuestionSet, settings: Settings):  # type: ignore[no-untyped-def]
        """Build the index in a temporary folder, and remove it afterwards."""
        if questions.contexts:
            settings = replace(settings, passage_tokens=UNSPLIT, passage_overlap=0)
        with (
            tempfile.TemporaryDirectory(prefix="evaluate-") as folder,
            Assistant.open(Path(folder) / "index", settings=settings) as assistant,
        ):
            if questions.articles is not None:
                assistant.add([questions.articles])
                names = {Path(a.origin).name: a.id for a in assistant.articles()}
            else:
                names = _add_contexts(assistant, questions.contexts)
            yield cls(assistant, names)

    @cached_property
    def now(self) -> str:
        """The day that stands for today: that of the newest article, so that "last year" means the same whenever it is measured."""
        return max((day[:10] for day in self.assistant.index.article_dates().values()), default="")

    def gold(self, question: EvaluationQuestion) -> list[tuple[str, Span]]:
        """Return the article and the sentences' span of each gold; a gold that is not in its article is left out."""
        found = []
        for gold in question.gold:
            article_id = self._ids.get(gold.article)
            if article_id is None:
                continue
            text = self.assistant.article(article_id).text
            at = text.find(gold.text)
            if at >= 0:
                found.append((article_id, self._sentence(article_id, Span(at, at + len(gold.text)))))
        return found

    def _sentence(self, article_id: str, span: Span) -> Span:
        """Widen a span to the sentences it touches: a short answer stands for its sentence."""
        touched = [s for s in self.assistant.index.sentences(article_id) if s.overlaps(span)]
        return Span(touched[0].start, touched[-1].end) if touched else span


def _add_contexts(assistant: Assistant, contexts: Sequence[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for at in range(0, len(contexts), 1000):
        drafts = []
        for number, context in enumerate(contexts[at : at + 1000], at):
            text = context.strip()
            digest = blake2b(f"{number}\n{text}".encode(), digest_size=16).hexdigest()
            article = Article("", text[:60], text, language=detect_language(text), content_hash=digest,
                              origin=f"context:{number}", inferred=("title",))  # fmt: skip
            drafts.append(split_article(article, text.encode(), assistant.settings))
        ids = assistant.index.add(list(encode_drafts(drafts, assistant.encoder)))
        names.update({str(number): article_id for number, article_id in enumerate(ids, at)})
    return names


def run(
    questions: QuestionSet,
    settings: Settings,
    retrieval_only: bool = False,
    progress: Callable[[Iterable[EvaluationQuestion]], Iterable[EvaluationQuestion]] = lambda q: q,
) -> list[Outcome]:
    """Ask every question and return what each gave, in order."""
    with Corpus.of(questions, settings) as corpus:
        return [_ask(corpus, question, retrieval_only) for question in progress(questions.questions)]


def _ask(corpus: Corpus, question: EvaluationQuestion, retrieval_only: bool) -> Outcome:
    gold = corpus.gold(question)
    rr = 0.0
    if question.answerable:
        hits = corpus.assistant.search(question.question, DEPTH)
        rr = reciprocal_rank([any(_touches(h.passage.article_id, h.passage.span, g) for g in gold) for h in hits])
    if retrieval_only:
        return Outcome(question, rr, (), False, True, 0.0)
    began = time.perf_counter()
    answer = corpus.assistant.ask(question.question, now=corpus.now)
    spent = (time.perf_counter() - began) * 1000
    cited = tuple(any(is_gold(c.article_id, c.span, g) for g in gold) for c in answer.citations)
    return Outcome(question, rr, cited, answer.abstained, _is_exact(corpus, answer), spent)


def _touches(article_id: str, span: Span, gold: tuple[str, Span]) -> bool:
    return article_id == gold[0] and span.overlaps(gold[1])


def is_gold(article_id: str, span: Span, gold: tuple[str, Span]) -> bool:
    """Say whether a citation is the gold sentence: they share at least half of the shorter one."""
    if not _touches(article_id, span, gold):
        return False
    shared = min(span.end, gold[1].end) - max(span.start, gold[1].start)
    return 2 * shared >= min(span.end - span.start, gold[1].end - gold[1].start)


def _is_exact(corpus: Corpus, answer: Answer) -> bool:
    return all(c.span.of(corpus.assistant.article(c.article_id).text) == c.quote for c in (*answer.citations, *answer.nearest))


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the measures of some outcomes.

    Success@k counts a question as 1 when one of the first k cited sentences is gold, an abstention as 0; over answerable questions.
    Abstention: precision and recall of abstaining, where right is to abstain exactly on the unanswerable.
    """
    answerable = [o for o in outcomes if o.question.answerable]
    precision, recall, f1 = precision_recall_f1([o.abstained for o in outcomes], [not o.question.answerable for o in outcomes])
    times = [o.milliseconds for o in outcomes]
    return {
        "n": float(len(outcomes)),
        "n_answerable": float(len(answerable)),
        "passage_rr": mean(o.rr for o in answerable),
        "success_at_1": mean(success_at(1, o.cited) for o in answerable),
        "success_at_3": mean(success_at(3, o.cited) for o in answerable),
        "abstention_precision": precision,
        "abstention_recall": recall,
        "abstention_f1": f1,
        "exact_citations": mean(float(o.exact) for o in outcomes),
        "median_ms": middle(times),
        "p95_ms": percentile(times, 0.95),
    }


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the figures in all, per half, per language pair and per kind, as Markdown."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups["all"].append(outcome)
        groups["held-out half" if outcome.question.held_out else "tuning half"].append(outcome)
    for outcome in sorted(outcomes, key=lambda o: o.question.pair):
        groups[f"pair {outcome.question.pair}"].append(outcome)
    for outcome in sorted(outcomes, key=lambda o: o.question.kind):
        groups[f"kind {outcome.question.kind or '-'}"].append(outcome)
    lines = [
        "| questions | n | passage RR | Success@1 | Success@3 | abstention P | R | F1 | exact | median ms | p95 ms |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, group in groups.items():
        f = figures(group)
        ranked = ("passage_rr", "success_at_1", "success_at_3") if f["n_answerable"] else (None,) * 3
        abstained = ("abstention_precision", "abstention_recall", "abstention_f1") if f["n_answerable"] < f["n"] else (None,) * 3
        cells = ["-" if measure is None else f"{f[measure]:.3f}" for measure in (*ranked, *abstained, "exact_citations")]
        lines.append(f"| {name} | {len(group)} | {' | '.join(cells)} | {f['median_ms']:.1f} | {f['p95_ms']:.1f} |")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `assistant evaluate`."""
    parser.add_argument("set", type=Path, help="question set: JSON lines, also .xz")
    parser.add_argument("--gate", type=Path, metavar="FLOORS", help="exit 1 if a figure is below its floor in this file")
    parser.add_argument("--corpus", type=Path, nargs="+", default=[], metavar="FILE", help="more SQuAD-like files for the corpus")
    parser.add_argument("--question-field", default="question", help="the field to ask, such as question_en")
    parser.add_argument("--retrieval-only", action="store_true", help="measure passages only")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="write what each question gave as JSON lines")


def main(args: argparse.Namespace) -> int:
    """Run `assistant evaluate` and return its exit code."""
    questions = read_question_set(args.set, args.corpus, args.question_field)
    floors = read_floors(args.gate, questions.name) if args.gate else {}
    from tqdm import tqdm

    outcomes = run(questions, load_settings(), args.retrieval_only, lambda qs: tqdm(qs, unit=" questions", disable=None))
    measured = figures(outcomes)
    if args.rows:
        args.rows.write_text("".join(json.dumps(asdict(o), ensure_ascii=False) + "\n" for o in outcomes), "utf-8")
    if getattr(args, "json", False):
        sys.stdout.write(json.dumps({"set": questions.name, **measured}, indent=1) + "\n")
    else:
        sys.stdout.write(table(outcomes) + "\n")
    failed = below_floors(measured, floors)
    for line in failed:
        sys.stderr.write(f"below the floor: {line}\n")
    return 1 if failed else 0
