"""Compare adding on a Ray cluster with adding here: `python -m benchmarks.ray_adding --data DIR [--articles 2000] [--workers 1,2]`.

The cluster's nodes are processes of this machine, of one processor each; it is started, and its workers are warm, before the clock runs.
What reads and writes takes a processor's time too, so that on two processors two workers cannot be twice as fast as one.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.environment import quiet_ray
from assistant.records import AddReport
from assistant.settings import Settings
from benchmarks import made_up

SETTINGS = Settings(quality="fast")
NODE = {"include_dashboard": False, "node_ip_address": "127.0.0.1", "object_store_memory": 200_000_000}


def main() -> None:
    """Add the same articles in each way, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `train`")
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--workers", default="1,2", help="how many workers, divided by commas")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        source, few = Path(aside) / "made.jsonl", Path(aside) / "few.jsonl"
        made_up.write(source, made_up.articles(args.data, args.articles))
        made_up.write(few, made_up.articles(args.data, 200, seed=8))
        rows = [("here, without Ray", timed(Path(aside) / "here", source, few, lambda assistant, path: assistant.add([path])))]
        for n in map(int, args.workers.split(",")):
            with cluster(n) as address:

                def far(assistant: Assistant, path: Path, address: str = address) -> AddReport:
                    return assistant.add_by_ray([path], address)

                rows.append((f"Ray, {n} workers", timed(Path(aside) / f"ray{n}", source, few, far)))
    first = rows[0][1]
    print(f"{args.articles} articles of 2,000 characters, {os.cpu_count()} processors")
    print("| added | articles/s | of those without Ray |\n| --- | --- | --- |")
    for name, rate in rows:
        print(f"| {name} | {rate:.0f} | {rate / first:.2f} |")
    if len(rows) == 3:
        print(f"\ntwo workers against one: {rows[2][1] / rows[1][1]:.2f} times")


def timed(folder: Path, source: Path, few: Path, add: Callable[[Assistant, Path], AddReport]) -> float:
    """Return articles a second, after a few that warm everything up."""
    with Assistant.open(folder, settings=SETTINGS) as assistant:
        add(assistant, few)
        began = time.perf_counter()
        report = add(assistant, source)
        seconds = time.perf_counter() - began
        assert not report.failures, report.failures[0]
        return len(report.added) / seconds


@contextmanager
def cluster(n: int) -> Iterator[str]:
    """Start a cluster of `n` nodes of one processor, to which this process is connected."""
    quiet_ray(on_loopback=True)
    import ray
    from ray.cluster_utils import Cluster

    made: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, **NODE})
    for _ in range(n - 1):
        made.add_node(num_cpus=1, **NODE)
    ray.init(address=made.address, log_to_driver=False, logging_level=logging.ERROR)
    try:
        yield made.address
    finally:
        ray.shutdown()
        made.shutdown()


if __name__ == "__main__":
    main()
