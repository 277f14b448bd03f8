"""A few threads over a long stream: results in order, and never more than a few of them waiting."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_order(pool: Executor, threads: int, make: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """``map``, but reading ``given`` only as far as two rounds of ``threads`` ahead (``Executor.map`` reads it all)."""
    waiting: deque[Future[Made]] = deque()
    for one in given:
        waiting.append(pool.submit(make, one))
        if len(waiting) >= 2 * threads:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
