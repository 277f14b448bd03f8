"""The night's files: every kind in a folder of its own, ``exports/2026-11-25/modifications/``.

A kind whose list of files is there is whole. A night that ended anywhere is run again, and goes on with what is not.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from chalicelib.exports.run import BILLING, CHANGES, COMPLETE, LISTS, ORDERS, PAYMENTS, REGIE, Asked, Export
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.outgoing_ports import Shelf
from chalicelib.services.ports import Clock, Report, SecondsLeft

NIGHT = "nuit"
"""The consumer of the changes for whom the night writes."""
ENOUGH_SECONDS = 300.0
"""A kind is begun with so many seconds left, else by the next run: a month of a large town takes about two minutes."""
BILLS_FROM, BILLS_UNTIL = 25, 10
"""From the 25th on the month is billed each night, and until the 10th the month before; so are the régie's books."""


class WriteExports:
    """``shelf_of`` gives the place of a folder's files (``2026-11-25/modifications/``)."""

    def __init__(self, *, exports: Export, shelf_of: Callable[[str], Shelf], clock: Clock, report: Report) -> None:
        self.exports = exports
        self.shelf_of = shelf_of
        self.clock = clock
        self.report = report

    def __call__(self, seconds_left: SecondsLeft) -> None:
        """Write what is not there yet. Every kind has its turn, also after one that failed. Raises Unavailable when
        something is left: it is then run again."""
        today = paris_day(self.clock.now())
        left = [kind for kind, asked in nights_kinds(today) if not self._write(today, kind, asked, seconds_left)]
        if left:
            raise Unavailable(f"exports: {', '.join(left)} not written")
        self.report("exports.written", day=today.isoformat())

    def _write(self, today: date, kind: str, asked: Asked, seconds_left: SecondsLeft) -> bool:
        shelf = self.shelf_of(f"{today.isoformat()}/{kind}/")
        try:
            if shelf.has(COMPLETE):
                return True
            if seconds_left() < ENOUGH_SECONDS:
                return False
            self.exports([kind], asked, shelf)
        except (StaleWrite, Unavailable) as failed:
            self.report("exports.failed", kind=kind, why=str(failed))
            return False
        return True


def nights_kinds(today: date) -> Iterator[tuple[str, Asked]]:
    """What the night before ``today`` writes."""
    yield PAYMENTS, Asked(day=today - timedelta(days=1))
    yield LISTS, Asked()
    yield ORDERS, Asked()
    yield CHANGES, Asked(consumer=NIGHT, resuming=True)
    month = today.replace(day=1)
    if today.day <= BILLS_UNTIL:
        month = (month - timedelta(days=1)).replace(day=1)
    elif today.day < BILLS_FROM:
        return
    yield BILLING, Asked(month=month)
    yield REGIE, Asked(month=month)
