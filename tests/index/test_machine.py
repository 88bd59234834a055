"""Any sequence of changes, reopenings and damages leaves an index that holds what a dictionary says."""

import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assistant.errors import UnknownArticle
from assistant.index import snapshots
from tests.index.conftest import MEMORY
from tests.index.made import article, assert_holds, open_index


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


DAMAGES = {
    "snapshot deleted": lambda p: (p / "vectors.faiss").unlink(missing_ok=True),
    "snapshot cut": lambda p: (p / "vectors.faiss").exists() and cut(p / "vectors.faiss"),
    "snapshot flipped": lambda p: (p / "vectors.faiss").exists() and flip(p / "vectors.faiss"),
    "manifest deleted": lambda p: (p / "manifest.json").unlink(missing_ok=True),
    "manifest garbled": lambda p: (p / "manifest.json").write_bytes(b'{"format": 1, "encoder": 7}'),
    "manifest cut": lambda p: (p / "manifest.json").exists() and cut(p / "manifest.json"),
    "lexical deleted": lambda p: shutil.rmtree(p / "lexical"),
    "lexical emptied": lambda p: [f.unlink() for f in (p / "lexical").iterdir()],
    "lexical segment cut": lambda p: [cut(f) for f in (p / "lexical").glob("*.term")],
    "lexical meta cut": lambda p: cut(p / "lexical" / "meta.json"),
    "lexical meta empty": lambda p: (p / "lexical" / "meta.json").write_bytes(b""),
    "all derived parts deleted": lambda p: [
        shutil.rmtree(f) if f.is_dir() else f.unlink() for f in p.iterdir() if not f.name.startswith("store")
    ],
}


class Machine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.minimum, snapshots.SNAPSHOT_MIN = snapshots.SNAPSHOT_MIN, 4
        self.path = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.index = open_index(self.path)
        self.words: dict[str, str] = {}
        self.origins: dict[str, str] = {}
        self.gone: set[str] = set()
        self.n = 0

    def teardown(self):
        self.index.close()
        shutil.rmtree(self.path)
        snapshots.SNAPSHOT_MIN = self.minimum

    @rule(batch=st.lists(st.tuples(st.sampled_from(["", "/a", "/b", "/c"]), st.integers(0, 4)), max_size=4))
    def add(self, batch):
        made = []
        for origin, n_passages in batch:
            self.n += 1
            made.append(article(f"kata{self.n}", origin, n_passages))
        for number, (new, prepared) in enumerate(zip(self.index.add(made), made, strict=True)):
            if prepared.article.origin in self.origins:
                self.gone.add(self.words.pop(self.origins.pop(prepared.article.origin)))
            if prepared.article.origin:
                self.origins[prepared.article.origin] = new
            self.words[new] = f"kata{self.n - len(made) + number + 1}"

    @precondition(lambda self: self.words)
    @rule(data=st.data(), compact=st.booleans())
    def remove(self, data, compact):
        chosen = data.draw(st.lists(st.sampled_from(sorted(self.words)), min_size=1, max_size=3, unique=True))
        with pytest.raises(UnknownArticle):
            self.index.remove([*chosen, "999999"])
        assert self.index.remove(chosen, compact=compact) == len(chosen)
        for article_id in chosen:
            self.gone.add(self.words.pop(article_id))
        self.origins = {origin: i for origin, i in self.origins.items() if i in self.words}

    @rule(damage=st.sampled_from(sorted(DAMAGES)))
    def damage_and_reopen(self, damage):
        self.index.close()
        DAMAGES[damage](self.path)
        self.index = open_index(self.path)

    @rule(damage=st.sampled_from([name for name in sorted(DAMAGES) if "lexical" in name or "manifest" in name]))
    def damage_under_an_open_index_and_add(self, damage):
        DAMAGES[damage](self.path)
        self.add([("", 1)])

    @rule()
    def go_on_with_another_opening(self):
        other = open_index(self.path)
        self.index.close()
        self.index = other

    @invariant()
    def holds_what_the_model_holds(self):
        assert_holds(self.index, self.words, self.gone)

    @invariant()
    def is_sound(self):
        damaged = [problem for problem in self.index.check() if "snapshot" not in problem.message]
        assert damaged == []


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_any_sequence_leaves_what_the_model_holds():
    run(max_examples=12, steps=10)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_very_many_sequences_leave_what_the_model_holds():
    run(max_examples=400, steps=30)


def run(max_examples: int, steps: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    given = settings(
        max_examples=max_examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    np.random.seed(0)
    run_state_machine_as_test(Machine, settings=given)


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_every_damage_is_healed_by_opening(tmp_path, monkeypatch, damage):
    monkeypatch.setattr(snapshots, "SNAPSHOT_MIN", 4)
    with open_index(tmp_path) as index:
        index.add([article(f"kata{n}", n_passages=2) for n in range(5)])
        index.add([article("kata5")])
        assert index.manifest.vectors is not None
    DAMAGES[damage](tmp_path)
    with open_index(tmp_path) as index:
        assert_holds(index, {str(n + 1): f"kata{n}" for n in range(6)})
        assert index.check() == []
        assert index.add([article("baru")]) == ["7"]
    with open_index(tmp_path) as index:
        assert index.check() == []
        assert index.manifest.generation == 3
