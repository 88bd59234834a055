"""Work that is done in several processes: results come in order, and no more is held than is being worked on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TypeVar

from assistant.environment import one_core_a_question
from assistant.errors import WorkerLost

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 3
"""Pieces of work for each process that wait or are done and not yet taken: enough that none is idle while a batch is written."""
MOST_PROCESSES = 8
"""More than one writer can keep busy."""


def processes_here() -> int:
    """Return how many processes this machine has cores for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_PROCESSES)


def in_processes(work: Callable[[T], R], pieces: Iterable[T], n: int) -> Generator[R, None, None]:
    """Yield `work(piece)` for each piece, in their order, done by `n` processes.

    Pieces are taken as room comes: no more than `n * AHEAD` are held. Closing the iterator ends the processes; they end by themselves
    when this one is killed, and an interrupt at the keyboard reaches this one alone.

    Args:
        work: what to do; it and the pieces are sent to the processes, so it is a function of a module, or a `partial` of one.
        pieces: what to do it with.
        n: how many processes.

    Raises:
        WorkerLost: a process was killed; all results before that piece have been yielded.
    """
    one_core_a_question()
    # Spawned, not forked: threads of other libraries may hold locks here that nobody would release in a copy.
    pool = ProcessPoolExecutor(n, multiprocessing.get_context("spawn"), _begin)
    waiting: deque[Future[R]] = deque()
    done = False
    try:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) >= n * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        done = True
    except BrokenProcessPool as error:
        raise WorkerLost(
            "a process that prepares articles was ended from outside; what was prepared before is in the index",
            "run the same command again, it goes on from there; if memory ran out, with `ASSISTANT_ADD_PROCESSES=1`",
        ) from error
    finally:
        pool.shutdown(wait=done, cancel_futures=True)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one says when to end
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
