"""How long to try again: until nobody waits for the answer any more, never a number of times.

Whoever is waited for says so once, around everything (``within``); whoever meets another's write then tries again as
long as that lasts (``rounds``).
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PAGE_SECONDS = 15.0
"""Seconds. API Gateway waits 29: a call that is under way when they end may take 12 more, three attempts of 4."""
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 0.8
"""Seconds waited at most before the second round, and before any."""
_ends: ContextVar[float | None] = ContextVar("ends", default=None)
_random = random.SystemRandom()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What runs in the block stops trying again after ``seconds``, or earlier when a block around it says so."""
    token = _ends.set(_end(seconds))
    try:
        yield
    finally:
        _ends.reset(token)


def rounds(seconds: float) -> Iterator[None]:
    """One round, then others for ``seconds``, or as long as the block around lasts.

    Between two is a random, growing wait: those who met once must not meet again.
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
