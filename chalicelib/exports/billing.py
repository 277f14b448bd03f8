"""The billing of a month: open, it is written anew each time; closed by name, it is kept for good.

Closing is one conditional write, after the files are whole: two people who close at once, or a run that ends in
between, leave one closed month or none. Changes of a closed month are in the file of every month that is still open,
until one of these is closed in its turn.
"""

from collections.abc import Container, Iterator
from datetime import date, datetime

from chalicelib.exports import billed
from chalicelib.exports.billed import BilledLine, BookingsOn, Judgements, Key
from chalicelib.exports.billing_file import billing_file, kept_copy, lines_of
from chalicelib.rules.billing import BillingCode
from chalicelib.rules.directory import Directory
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.services.outgoing_ports import (
    FEED_MAY_LACK,
    BillingBook,
    ChangeFeed,
    ClosedMonth,
    DirectoryStore,
    Shelf,
)
from chalicelib.services.ports import Clock, TownStore

MOST_CORRECTED = 24
"""How many of the last closed months are still corrected: what is older is settled by hand."""


class MonthNotOver(ValueError):
    """A month is closed when its last day has passed."""


class AlreadyClosed(ValueError):
    def __init__(self, closed: ClosedMonth) -> None:
        super().__init__(closed.month)
        self.closed = closed


class ExportBilling:
    """Writes the file of a month, and closes it when somebody gives her name."""

    def __init__(
        self,
        *,
        town: TownStore,
        bookings: BookingsOn,
        feed: ChangeFeed,
        directory: DirectoryStore,
        book: BillingBook,
        archive: Shelf,
        clock: Clock,
    ) -> None:
        self.town = town
        self.bookings = bookings
        self.feed = feed
        self.directory = directory
        self.book = book
        self.archive = archive
        self.clock = clock

    def __call__(self, month: date, shelf: Shelf, closed_by: str = "") -> list[str]:
        """Write ``facturation-<month>.csv``: of a closed month, the file as it was closed. Returns its name.

        With ``closed_by`` the month is closed first. Raises MonthNotOver and AlreadyClosed.
        """
        name = name_of(month)
        closed = self.book.closed()
        found = next((one for one in closed if one.month == month), None)
        if closed_by:
            if found:
                raise AlreadyClosed(found)
            found = self._close(month, closed_by, closed)
        if found:
            shelf.put(name, self.archive.read(f"{found.file}.csv"))
        else:
            at = self.clock.now() - FEED_MAY_LACK
            shelf.put(name, self._file(self._lines(month, at, closed), at))
        return [name]

    def _close(self, month: date, by: str, closed: tuple[ClosedMonth, ...]) -> ClosedMonth:
        now = self.clock.now()
        at = now - FEED_MAY_LACK
        if not billed.is_over(month, at):
            raise MonthNotOver(month)
        closing = ClosedMonth(month, by, at, now, f"{month:%Y-%m}/{now:%Y%m%dT%H%M%S%fZ}")
        self.archive.put(f"{closing.file}.lignes.gz", kept_copy(self._lines(month, at, closed)))
        kept = lines_of(self.archive.read(f"{closing.file}.lignes.gz"))
        self.archive.put(f"{closing.file}.csv", self._file(kept, at))
        try:
            self.book.close(closing)
        except StaleWrite:
            raise AlreadyClosed(next(one for one in self.book.closed() if one.month == month)) from None
        return closing

    def _file(self, lines: Iterator[BilledLine], at: datetime) -> Iterator[bytes]:
        return billing_file(lines, self.town.current(), self._directory().children, at)

    def _lines(self, month: date, at: datetime, closed: tuple[ClosedMonth, ...]) -> Iterator[BilledLine]:
        judge = Judgements(self.town.days(), self._directory().children)
        yield from self._corrections(at, closed, judge)
        yield from billed.month_lines(month, at, bookings=self.bookings, feed=self.feed, judge=judge)

    def _corrections(self, at: datetime, closed: tuple[ClosedMonth, ...], judge: Judgements) -> Iterator[BilledLine]:
        """What changed in closed months since the last of them was closed: its file has what changed before."""
        if not closed:
            return
        months = sorted(one.month for one in closed)[-MOST_CORRECTED:]
        moves = billed.moves_in(months, self.feed.between(closed[-1].at, at), judge)
        if moves:
            yield from billed.corrections(self._told(closed, moves), moves)

    def _told(self, closed: tuple[ClosedMonth, ...], wanted: Container[Key]) -> dict[Key, BillingCode | None]:
        """What the closed files say of these slots; a later one corrects those before it."""
        told: dict[Key, BillingCode | None] = {}
        for one in closed:
            for line in lines_of(self.archive.read(f"{one.file}.lignes.gz")):
                if (line.family, line.slot) in wanted:
                    told[line.family, line.slot] = line.code
        return told

    def _directory(self) -> Directory:
        """Empty before the first import that made one: names are then left out."""
        try:
            return self.directory.read()
        except Unavailable:
            return Directory(self.clock.now(), {})


def name_of(month: date) -> str:
    return f"facturation-{month:%Y-%m}.csv"
