"""The régie's books of a month: open, they are written anew each time; closed by name, they are kept for good.

Closing is one conditional write, after the files are whole: two people who close at once, or a run that ends in
between, leave one closed month or none. Nothing enters a closed month: what comes later is a line of a later one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from chalicelib.exports import billed
from chalicelib.exports.bank_days import bank_days_file, bank_days_name
from chalicelib.exports.closing import ChainBroken, ClosedByOther, MonthIsOpen, StillOpen, walked
from chalicelib.exports.journal_file import journal_file, journal_name
from chalicelib.exports.run import Asked
from chalicelib.exports.slip import Split, Tally, slip_name, slip_rows, tally
from chalicelib.exports.slip_file import slip_file, slip_sheet
from chalicelib.exports.slip_kept import kept_tally, tally_of
from chalicelib.rules.book import MONEY, BookLine, Closing, EntryKind
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt
from chalicelib.rules.products import UNKNOWN, products_of, shared
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import Book
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.outgoing_ports import FEED_MAY_LACK, Shelf
from chalicelib.services.ports import Clock, TownStore
from chalicelib.services.slip_ports import SlipRenderer

CARRIED = "cumul.json"
"""Name of the sums that later months are carried forward from."""


class RegieFiles:
    """``FileKind``: journal, bordereau and reconciliation of a month; this month's when none is named."""

    def __init__(
        self,
        *,
        book: Book,
        invoices: InvoiceStore,
        still_open: Callable[[date], Sequence[Attempt]],
        archive: Shelf,
        render: SlipRenderer,
        town: TownStore,
        clock: Clock,
    ) -> None:
        self.book = book
        self.invoices = invoices
        self.still_open = still_open
        self.archive = archive
        self.render = render
        self.town = town
        self.clock = clock

    def __call__(self, asked: Asked, shelf: Shelf) -> Sequence[str]:
        """Of a closed month, the files as they were closed. With a name the month is closed first; by the same name
        again changes nothing. Raises MonthIsOpen, ClosedByOther, StillOpen, ChainBroken."""
        month = asked.month or paris_day(self.clock.now()).replace(day=1)
        closing = self._closing_of(month)
        if asked.closed_by and closing is None:
            closing = self._close(month, asked.closed_by)
        if closing and asked.closed_by not in {"", closing.by}:
            raise ClosedByOther(closing)
        if closing is None:
            self._write(month, None, shelf)
        else:
            for name in names_of(month):
                shelf.put(name, self.archive.read(f"{_folder(closing)}{name}"))
        return names_of(month)

    def _closing_of(self, month: date) -> Closing | None:
        return next((one for one in self.book.closings() if one.month == month), None)

    def _close(self, month: date, by: str) -> Closing:
        now = self.clock.now()
        if not billed.is_over(month, now - FEED_MAY_LACK):
            raise MonthIsOpen(month)
        if attempts := self.still_open(month):
            raise StillOpen(attempts)
        head, broken = walked(self._year_until(month), month.year)
        if broken:
            raise ChainBroken(broken)
        total = Cents(sum(line.entry.amount for line in self.book.lines(month) if line.entry.kind in MONEY))
        closing = Closing(month, by, now, head.number, head.hash, total)
        self._write(month, closing, _Within(self.archive, _folder(closing)))
        try:
            self.book.close(closing)
        except StaleWrite:
            there = self._closing_of(month)
            if there is None:
                raise
            return there  # The caller looks whose it is.
        return closing

    def _write(self, month: date, closing: Closing | None, shelf: "Shelf | _Within") -> None:
        lines, split = tuple(self.book.lines(month)), self._split()
        before = self._before(month, split)
        sums = tally(lines, split)
        rows = slip_rows(sums, before)
        at = closing.at if closing else self.clock.now()
        paper = self.render(slip_sheet(rows, month, closing), self.town.current().name, at)
        journal, slip, slip_paper, days = names_of(month)
        shelf.put(journal, journal_file(lines))
        shelf.put(slip, slip_file(rows, closing))
        shelf.put(slip_paper, [paper])
        shelf.put(days, bank_days_file(lines, closing))
        if closing:
            shelf.put(CARRIED, kept_tally(tally(lines, split, before)))

    def _before(self, month: date, split: Split) -> Tally:
        """The sums of the exercice's earlier months: as the last closed one left them, and those of open ones."""
        kept = [one for one in self.book.closings() if one.month.year == month.year and one.month < month]
        last = max(kept, key=lambda one: one.month, default=None)
        start = tally_of(self.archive.read(f"{_folder(last)}{CARRIED}")) if last else {}
        first = last.month.month + 1 if last else 1
        months = (month.replace(month=number) for number in range(first, month.month))
        return tally((line for one in months for line in self.book.lines(one)), split, start)

    def _year_until(self, month: date) -> Iterator[BookLine]:
        for number in range(1, month.month + 1):
            yield from self.book.lines(month.replace(month=number))

    def _split(self) -> Split:
        known: dict[tuple[FamilyId, InvoiceNumber], Mapping[str, Cents]] = {}

        def split(line: BookLine) -> Mapping[str, Cents]:
            entry = line.entry
            if entry.kind is EntryKind.UNCLASSIFIED:
                return {UNKNOWN: entry.amount}
            key = entry.family, entry.invoice
            if key not in known:
                known[key] = products_of(self.invoices.lines(*key))
            return shared(entry.amount, known[key])

        return split


def names_of(month: date) -> tuple[str, str, str, str]:
    """The files of a month."""
    slip = slip_name(month)
    return journal_name(month), f"{slip}.csv", f"{slip}.pdf", bank_days_name(month)


def _folder(closing: Closing) -> str:
    """Where the files of a closed month are kept: two people who close at once have two folders."""
    return f"{closing.month:%Y-%m}/{closing.at:%Y%m%dT%H%M%S%fZ}/"


class _Within:
    """A folder of a shelf."""

    def __init__(self, shelf: Shelf, folder: str) -> None:
        self.shelf = shelf
        self.folder = folder

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        self.shelf.put(f"{self.folder}{name}", chunks)
