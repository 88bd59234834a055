"""Play the golden conversations: `python -m benchmarks.dialogues [--half building|held|all] [--errors]`.

Each dialogue is asked turn by turn over the sample articles, with the assistant's own answers as history. A turn is right when one of the
first three cited sentences is golden; an abstention is a miss. Beside it stand the floor, the same questions without history, and the
ceiling, the questions that a careful person would write in their place, asked alone. Half of the dialogues, by the hash of their first
question, are held back: they are scored and never shown, so that rules are not made for them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.chat import stand_alone
from assistant.evaluate.corpus import Corpus, is_gold
from assistant.evaluate.datasets import EvaluationQuestion, Gold, QuestionSet
from assistant.evaluate.metrics import mean, percentile
from assistant.records import Answer, Citation, Span, Turn
from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden" / "dialogues.jsonl"
HALVES = ("building", "held", "all")
TOP = 3
"""A right sentence must be among so many first cited ones."""


@dataclass(frozen=True)
class Asked:
    """A golden turn; `kind` is first, follow_up, topic_change or stand_alone, `rewritten` what a careful person would ask."""

    question: str
    kind: str
    rewritten: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True)
class Dialogue:
    """A golden conversation."""

    name: str
    language: str
    now: str
    turns: tuple[Asked, ...]

    @property
    def held(self) -> bool:
        """Whether the dialogue is held back."""
        return hashlib.sha256(self.turns[0].question.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True)
class Played:
    """What one turn gave: as played, without history, and with the careful person's question."""

    dialogue: Dialogue
    asked: Asked
    answer: Answer
    right: bool
    floor: bool
    ceiling: bool
    near: bool
    milliseconds: float

    @property
    def told(self) -> bool:
        """Whether a follow-up was taken for one, and any other question not."""
        return (self.answer.query != self.answer.question) == (self.asked.kind == "follow_up")


def read_dialogues(path: Path = GOLDEN, half: str = "all") -> list[Dialogue]:
    """Read the dialogues of a half."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        turns = tuple(
            Asked(t["question"], t["kind"], t["rewritten"], tuple(Gold(g["article"], g["text"]) for g in t["gold"])) for t in row["turns"]
        )
        found.append(Dialogue(row["id"], row["language"], row["now"], turns))
    return [d for d in found if half == "all" or d.held == (half == "held")]


def play(corpus: Corpus, dialogue: Dialogue, alone: bool = True) -> Iterator[Played]:
    """Ask the turns one after another; without `alone` the floor and the ceiling are left out."""
    assistant = corpus.assistant
    history: list[Turn] = []
    for asked in dialogue.turns:
        gold = corpus.gold(EvaluationQuestion("", asked.question, "", "", "", asked.gold))
        began = time.perf_counter()
        stand_alone(asked.question, history, assistant.index, assistant.settings.history_tokens)
        spent = (time.perf_counter() - began) * 1000
        answer = assistant.ask(asked.question, history, now=dialogue.now)
        others = (asked.question, asked.rewritten) if alone else ()
        floor, ceiling = [_is_right(assistant.ask(other, now=dialogue.now).citations, gold) for other in others] or (False, False)
        near = answer.abstained and _is_right(answer.nearest, gold)
        right = _is_right(answer.citations, gold)
        yield Played(dialogue, asked, answer, right, floor, ceiling, near, spent)
        history.append(Turn(asked.question, answer))


def _is_right(cited: Sequence[Citation], gold: Sequence[tuple[str, Span]]) -> bool:
    return any(is_gold(citation.article_id, citation.span, g) for citation in cited[:TOP] for g in gold)


def play_all(dialogues: Sequence[Dialogue], alone: bool = True) -> list[Played]:
    """Play every dialogue over the sample articles, in an index of their own."""
    with Corpus.of(QuestionSet("dialogues", (), articles=ROOT / "seeds" / "articles"), Settings()) as corpus:
        return [played for dialogue in dialogues for played in play(corpus, dialogue, alone)]


def figures(played: Sequence[Played]) -> dict[str, float]:
    """Return the measures of some turns."""
    return {
        "right": mean(float(turn.right) for turn in played),
        "right_follow_ups": mean(float(turn.right) for turn in played if turn.asked.kind == "follow_up"),
        "told_apart": mean(float(turn.told) for turn in played),
    }


def table(played: Sequence[Played]) -> str:
    """Return the figures in all, by language of the dialogue and by kind of turn, as Markdown."""
    groups: dict[str, list[Played]] = {"all": list(played)}
    for turn in sorted(played, key=lambda t: ("id", "en", "mixed").index(t.dialogue.language)):
        groups.setdefault(f"dialogues {turn.dialogue.language}", []).append(turn)
    for turn in sorted(played, key=lambda t: ("first", "follow_up", "stand_alone", "topic_change").index(t.asked.kind)):
        groups.setdefault(turn.asked.kind, []).append(turn)
    lines = [
        "| turns | n | right in the top 3 | no history | careful question | abstained | of these near | told apart | rewrite p95 ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, group in groups.items():
        shares = [mean(float(getattr(t, field)) for t in group) for field in ("right", "floor", "ceiling")]
        abstained = [t for t in group if t.answer.abstained]
        near, told = sum(t.near for t in abstained), mean(float(t.told) for t in group)
        cells = [*(f"{share:.3f}" for share in shares), str(len(abstained)), str(near), f"{told:.3f}"]
        lines.append(f"| {name} | {len(group)} | {' | '.join(cells)} | {percentile([t.milliseconds for t in group], 0.95):.1f} |")
    return "\n".join(lines)


def errors(played: Sequence[Played]) -> Iterator[str]:
    """Yield what went wrong: how the turn was asked, what a careful person would ask, and what was cited first."""
    for turn in played:
        if (turn.right and turn.told) or turn.dialogue.held:
            continue
        marks = ("right" if turn.right else "WRONG", "" if turn.told else "TOLD", "" if turn.ceiling else "ceiling")
        yield f"{turn.dialogue.name} {turn.asked.kind} {' '.join(filter(None, marks))}: {turn.asked.question}"
        yield f"    as: {turn.answer.query}\n    careful: {turn.asked.rewritten}\n    gold: {turn.asked.gold[0].text}"
        cited = turn.answer.citations or turn.answer.nearest
        yield from (f"    {'-' if turn.answer.abstained else '+'} {citation.quote}" for citation in cited[:TOP])


def main() -> None:
    """Print the table, and with `--errors` what went wrong in the building half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES, default="building")
    parser.add_argument("--errors", action="store_true")
    args = parser.parse_args()
    played = play_all(read_dialogues(half=args.half))
    if args.errors:
        sys.stdout.writelines(line + "\n" for line in errors(played))
    sys.stdout.write(table(played) + "\n")


if __name__ == "__main__":
    main()
