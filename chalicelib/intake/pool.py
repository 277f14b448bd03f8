"""A few threads for a long stream: results come in order, and only a few of them wait at a time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def cores() -> int:
    """How many cores this process may use; on Lambda they come with memory."""
    may_use = getattr(os, "sched_getaffinity", None)  # Not on every system.
    return len(may_use(0)) if may_use else os.cpu_count() or 1


def chunked(listed: Iterable[Given], size: int) -> Iterator[list[Given]]:
    """``listed``, ``size`` at a time."""
    chunk: list[Given] = []
    for one in listed:
        chunk.append(one)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def in_order(pool: Executor, threads: int, make: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """Like ``map``, but ``given`` is read only two rounds of ``threads`` ahead (``Executor.map`` reads all of it)."""
    waiting: deque[Future[Made]] = deque()
    for one in given:
        waiting.append(pool.submit(make, one))
        if len(waiting) >= 2 * threads:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
