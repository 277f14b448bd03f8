"""What keeps a month of the régie from being closed."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from chalicelib.rules.book import BookHead, BookLine, Closing, broken_links
from chalicelib.rules.payments import Attempt
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock

MOST_OPEN = 1_000
FAR = timedelta(days=366)
"""Longer than anybody waits to look at an attempt."""


class MonthIsOpen(ValueError):
    """A month of the régie is closed when its last day has passed."""


class ClosedByOther(ValueError):
    def __init__(self, closing: Closing) -> None:
        super().__init__(closing.month)
        self.closing = closing


class StillOpen(ValueError):
    """Payments that were begun in the month, and of which nobody knows yet whether they were paid."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        super().__init__(len(attempts))
        self.attempts = attempts


class ChainBroken(ValueError):
    def __init__(self, lines: Sequence[BookLine]) -> None:
        super().__init__([line.name for line in lines])
        self.lines = lines


class OpenAttempts:
    """Finds the attempts that were begun in a month and may still bring money: someone is on the treasury's page, or
    the reconciliation still looks."""

    def __init__(self, attempts: AttemptStore, clock: Clock) -> None:
        self.attempts = attempts
        self.clock = clock

    def __call__(self, month: date | None) -> Sequence[Attempt]:
        """Of this month when none is named, the oldest first."""
        now = self.clock.now()
        wanted = month or paris_day(now).replace(day=1)
        waiting = self.attempts.to_look_at(now + FAR, MOST_OPEN)
        begun = (one for one in waiting if paris_day(one.created_at).replace(day=1) == wanted)
        return sorted(begun, key=lambda one: one.created_at)


def walked(lines: Iterable[BookLine], exercice: int) -> tuple[BookHead, Sequence[BookLine]]:
    """Where the chain of a year's lines ends, and the lines that do not follow the one before them."""
    head = BookHead(exercice)
    broken: list[BookLine] = []
    for line in lines:
        broken += broken_links([line], head)
        head = BookHead(line.exercice, line.number, line.hash, line.at)
    return head, broken
