"""Adding on a Ray cluster of two nodes, which are real processes on loopback."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import ingest_ray
from assistant.assistant import Assistant
from assistant.environment import quiet_ray
from assistant.errors import SettingsError
from assistant.records import AddReport
from assistant.settings import Settings

quiet_ray(on_loopback=True)  # before it is imported
os.environ["RAY_raylet_start_wait_time_s"] = "120"  # noqa: SIM112  (its name; of a busy machine)
pytest.importorskip("ray", reason="Ray is not installed: pip install 'article-assistant[ray]'")
pytestmark = [pytest.mark.timeout(90), pytest.mark.filterwarnings("ignore")]  # Ray's own, of its sockets and processes

SETTINGS = Settings(quality="fast")
N_ARTICLES = 40


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and another node, of one processor each."""
    import ray
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, **NODE})
    made.add_node(num_cpus=1, **NODE)
    yield made
    ray.shutdown()
    made.shutdown()


NODE = {"include_dashboard": False, "node_ip_address": "127.0.0.1", "object_store_memory": 80_000_000}


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ingest_ray, "TASK_ARTICLES", 4)
    monkeypatch.setattr(ingest_ray, "BATCH_ARTICLES", 10)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Articles of two sentences, one of them twice, and something that is none."""
    rows = [{"text": f'Jembatan nomor {n} dibuka oleh Wali Kota Harno. "Panjangnya {n} meter," kata Harno.', "url": f"https://example.org/{n}"}
            for n in range(N_ARTICLES)]  # fmt: skip
    rows[7] = rows[3]
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n{broken\n")
    return path


def added(folder: Path, articles: Path, address: str = "", progress: Callable[[str], None] = lambda origin: None) -> AddReport:
    with Assistant.open(folder, settings=SETTINGS) as assistant:
        return assistant.add_by_ray([articles], address, progress) if address else assistant.add([articles], progress)


def held(folder: Path) -> list[tuple]:
    """Everything that an index holds, article by article."""
    with Assistant.open(folder, settings=SETTINGS) as assistant:
        index = assistant.index
        assert not index.check()
        return [
            (article, index.sentences(article.id), index.quotations((article.id,)), index.article_passages(article.id),
             index.passage_vectors(article.id).tolist(), index.original(article.id))
            for article in index.articles()
        ]  # fmt: skip


@pytest.fixture
def local(tmp_path: Path, articles: Path) -> list[tuple]:
    """What adding without Ray makes."""
    assert counted(added(tmp_path / "local", articles)) == (N_ARTICLES - 1, 1, 1)
    return held(tmp_path / "local")


def counted(report: AddReport) -> tuple[int, int, int]:
    return len(report.added), report.unchanged, len(report.failures)


@pytest.mark.soak  # a cluster takes minutes to start on two busy cores
def test_two_nodes_make_what_this_process_alone_makes(cluster, articles: Path, tmp_path: Path, local, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, "assistant.ingest_ray"):
        report = added(tmp_path / "far", articles, cluster.address)
    assert counted(report) == (N_ARTICLES - 1, 1, 1)
    assert held(tmp_path / "far") == local
    [by_node] = [record.args for record in caplog.records if "by node" in str(record.msg)]
    assert len(by_node) == 2, "both nodes work"


@pytest.mark.soak  # a cluster takes minutes to start on two busy cores
def test_nothing_is_lost_and_nothing_is_twice_when_a_node_dies_half_way(cluster, articles: Path, tmp_path: Path, local):
    """The node may take its tasks with it, or have given their results and not been asked for them."""
    [doomed] = cluster.worker_nodes
    n_read = 0

    def die_half_way(origin: str) -> None:
        nonlocal n_read
        n_read += 1
        if n_read == N_ARTICLES // 2:
            cluster.remove_node(doomed, allow_graceful=False)

    report = added(tmp_path / "far", articles, cluster.address, die_half_way)
    assert counted(report) == (N_ARTICLES - 1, 1, 1)
    assert held(tmp_path / "far") == local


@pytest.mark.soak  # a cluster takes minutes to start on two busy cores
def test_a_run_that_is_broken_off_is_gone_on_with(cluster, articles: Path, tmp_path: Path, local):
    n_read = 0

    def break_off(origin: str) -> None:
        nonlocal n_read
        n_read += 1
        if n_read == N_ARTICLES - 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        added(tmp_path / "far", articles, cluster.address, break_off)
    before = len(held(tmp_path / "far"))
    assert 0 < before < N_ARTICLES - 1
    report = added(tmp_path / "far", articles, cluster.address)
    assert (len(report.added), report.unchanged) == (N_ARTICLES - 1 - before, before + 1)
    assert [(one[0], *one[4:]) for one in held(tmp_path / "far")] == [(one[0], *one[4:]) for one in local]


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nowhere", "127.0.0.1:99999", ":6379"])
def test_a_cluster_that_is_not_there_is_told_in_one_line(articles: Path, tmp_path: Path, address: str):
    with pytest.raises(SettingsError, match="Ray cluster"):
        added(tmp_path / "far", articles, address)
