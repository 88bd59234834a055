"""What is counted, for Prometheus. The home of prometheus-client."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Counts:
    """The counts of a server. With several worker processes each adds to the same ones, in a folder that they share."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        name, registry = "assistant_", self.registry
        self.requests = Counter(name + "requests", "Requests by route, method and status", ("route", "method", "status"), registry=registry)
        self.seconds = Histogram(name + "request_seconds", "Time of a request", ("route",), registry=registry, buckets=SECONDS)
        self.stages = Histogram(name + "stage_seconds", "Time of a stage of an answer", ("stage",), registry=registry, buckets=SECONDS)
        self.answers = Counter(name + "answers", "Answers by outcome: answered or abstained", ("outcome",), registry=registry)
        self.under_way = Gauge(name + "requests_under_way", "Requests under way", registry=registry, multiprocess_mode="livesum")

    def answered(self, abstained: bool, timings: Mapping[str, float]) -> None:
        """Count an answer; `timings` are milliseconds per stage."""
        self.answers.labels("abstained" if abstained else "answered").inc()
        for stage, spent in timings.items():
            self.stages.labels(stage).observe(spent / 1000)

    def text(self, shared: str = "") -> bytes:
        """Return all counts in Prometheus' text form; `shared` is the folder of several workers."""
        if not shared:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=shared)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
