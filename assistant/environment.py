"""What is told to libraries, and to processes that are started from here, by variables of the environment."""

from __future__ import annotations

import os

COUNTS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def shared_counts() -> str:
    """Return the folder in which several worker processes count together, "" for one alone."""
    return os.environ.get(COUNTS_VARIABLE, "")


def quiet_ray(*, on_loopback: bool) -> None:
    """Have Ray, when it is imported from now on, report nothing to its makers, and for a cluster of this machine keep to loopback."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if on_loopback:  # the name is of the systems where Ray does so by itself
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"


def no_table_of_events() -> None:
    """Have pages of Gradio, when they are built from now on, make no table of their events.

    Nobody is shown it, and it is made anew from the last 10,000 events whenever one ends.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))


def one_core_a_question() -> None:
    """Have numpy, when it is imported from now on, here or in processes started from here, multiply on one core.

    A question's matrices are small: on two cores they took as long, and twice the processor time, that other questions then lacked.
    """
    for name in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(name, "1")


def share_counts(folder: str) -> None:
    """Have the processes that are started from now on count together in a folder."""
    os.environ[COUNTS_VARIABLE] = folder
