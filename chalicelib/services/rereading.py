"""Reading and deciding again, when what was read changed before it was written."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from chalicelib.rules.errors import StaleWrite, Unavailable

Done = TypeVar("Done")
MOST_TRIES = 5


def rereading(about: str, once: Callable[[], Done]) -> Done:
    """What ``once`` returns, which reads, decides and writes; it is called again after a StaleWrite.

    Raises Unavailable, which names ``about``, when something changes each time.
    """
    for _ in range(MOST_TRIES):
        with suppress(StaleWrite):
            return once()
    raise Unavailable(f"{about} moves all the time")
