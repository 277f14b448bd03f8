"""An import that ends before its process does: it stops between two steps, and the next run goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalicelib.intake.progress import Advance
from chalicelib.services.ports import SecondsLeft

MARGIN_SECONDS = 45.0
"""Seconds kept back for what was begun, and to give the lease back."""
LONGEST_WAIT_SECONDS = 75.0
"""What a step without writes may take besides: the minute after which places are counted again."""


class TimeIsOver(Exception):
    """The process ends soon. What is written stays, and the import of the same files does the rest."""


class UntilTimeIsOver:
    """``ImportProgress`` that nobody watches, and that raises TimeIsOver."""

    def __init__(self, seconds_left: SecondsLeft) -> None:
        self.seconds_left = seconds_left

    def reading(self, file: str) -> None:  # noqa: ARG002 - a bar would show it
        self._need(MARGIN_SECONDS)

    def waiting(self, why: str) -> None:  # noqa: ARG002 - a bar would show it
        self._need(MARGIN_SECONDS + LONGEST_WAIT_SECONDS)

    @contextmanager
    def step(self, label: str, total: int) -> Iterator[Advance]:  # noqa: ARG002 - a bar would show them
        advance: Callable[[int], None] = self._done
        self._need(MARGIN_SECONDS)
        yield advance

    def _done(self, _done: int) -> None:
        self._need(MARGIN_SECONDS)

    def _need(self, seconds: float) -> None:
        if self.seconds_left() < seconds:
            raise TimeIsOver
