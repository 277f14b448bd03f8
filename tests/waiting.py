"""Waits that take no time: a clock that moves when somebody sleeps, so that what is tried for seconds ends at once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


@contextmanager
def without_waiting() -> Iterator[list[float]]:
    """Sleeping returns at once, and the monotonic clock tells the time as if it had not; gives the waits asked."""
    waits: list[float] = []
    monotonic = time.monotonic
    with (
        mock.patch("time.sleep", side_effect=waits.append),
        mock.patch("time.monotonic", side_effect=lambda: monotonic() + sum(waits)),
    ):
        yield waits
