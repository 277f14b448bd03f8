"""How long to try again: until nobody waits for the answer any more. It is never a number of times.

The code that somebody waits for says once how long (``within``). Code that meets another write tries again as long as
that time lasts (``rounds``).
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PAGE_SECONDS = 15.0
"""Seconds. API Gateway waits 29. A call that is under way at the end may take 12 more: three attempts of 4."""
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 0.8
"""Longest waits in seconds: before the second round, and before any round."""
_ends: ContextVar[float | None] = ContextVar("ends", default=None)
_random = random.SystemRandom()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Nothing in the block tries again after ``seconds``, or earlier when a block around it says so."""
    token = _ends.set(_end(seconds))
    try:
        yield
    finally:
        _ends.reset(token)


def rounds(seconds: float) -> Iterator[None]:
    """One round, then more rounds for ``seconds``, or as long as the block around lasts.

    Between two rounds it waits for a random, growing time: two writers who met once must not meet again.
    """
    end, longest = _end(seconds), SHORTEST_PAUSE_SECONDS
    yield
    while True:
        wait = _random.uniform(0, longest)
        if time.monotonic() + wait >= end:
            return
        time.sleep(wait)
        longest = min(LONGEST_PAUSE_SECONDS, longest * 2)
        yield


def _end(seconds: float) -> float:
    end, around = time.monotonic() + seconds, _ends.get()
    return end if around is None else min(end, around)
