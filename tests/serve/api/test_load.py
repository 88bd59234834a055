"""The load at full size; `python -m benchmarks.load` prints the same figures."""

import argparse
import logging

import pytest

from benchmarks.load import measure

logger = logging.getLogger(__name__)


def test_a_hundred_requests_of_many_clients_are_all_answered():
    figures = measure(argparse.Namespace(workers=1, clients=8, seconds=300, requests=100, quality="fast"))
    assert (figures["asks"], figures["errors"]) == (100, 0)


@pytest.mark.soak
def test_memory_stays_flat_over_fifty_thousand_requests():
    first = measure(argparse.Namespace(workers=1, clients=32, seconds=3600, requests=5_000, quality="fast"))
    logger.info("%s", first)
    whole = measure(argparse.Namespace(workers=1, clients=32, seconds=3600, requests=50_000, quality="fast"))
    logger.info("%s", whole)
    assert first["errors"] == whole["errors"] == 0
    assert whole["MB after"] < 1.1 * first["MB after"]
