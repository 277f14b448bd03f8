"""The régie's journal in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from chalicelib.rules.book import BookHead, BookLine, Closing, end_of, follows, numbered
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.points import Point, PointCode
from chalicelib.rules.posting import Posted, attempt_after, changes_of, points_after
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import MoneyEvent
from tests.fakes.attempts import MemoryAttempts
from tests.fakes.instants import aware
from tests.fakes.invoices import MemoryInvoices
from tests.fakes.mails import MemoryOutbox


class MemoryBook:
    """``Book``. ``told``: every line, in the order in which it was written."""

    def __init__(self, invoices: MemoryInvoices, attempts: MemoryAttempts, outbox: MemoryOutbox) -> None:
        self.invoices = invoices
        self.attempts = attempts
        self.outbox = outbox
        self.told: list[BookLine] = []
        self.heads: dict[int, BookHead] = {}
        self.open: dict[PointCode, Point] = {}
        self.closed: dict[date, Closing] = {}

    def write(self, event: MoneyEvent) -> tuple[BookLine, ...]:
        aware(event.at)
        head, at = self.head(paris_day(event.at).year), event.at
        while not follows(head, at):
            at = max(at, head.at or at)
            head = self.head(paris_day(at).year)
        lines = numbered(event.entries, head, at)
        payments = ((one.invoice, one.payment) for one in event.payments)
        changes = changes_of(payments, event.cancelled, lines, paris_day(event.at))
        self._check(event, changes)
        for line in lines:
            self.told.append(line)
            self.heads[line.exercice] = BookHead(line.exercice, line.number, line.hash, line.at)
        for change in changes:
            self._change(change)
        self._move(event, lines)
        for code, point in points_after(changes, event.opens, event.closes, event.at).items():
            self._point(code, point)
        self.outbox.bring(event.mails)
        return lines

    def head(self, exercice: int) -> BookHead:
        return self.heads.get(exercice, BookHead(exercice))

    def lines(self, month: date) -> Iterator[BookLine]:
        return iter([line for line in self.told if line.month == month])

    def points(self) -> Iterator[Point]:
        return iter(sorted(self.open.values(), key=lambda point: (point.opened_at, point.code)))

    def point(self, code: PointCode) -> Point | None:
        return self.open.get(code)

    def closings(self) -> Sequence[Closing]:
        return tuple(closing for _, closing in sorted(self.closed.items()))

    def close(self, closing: Closing) -> None:
        aware(closing.at)
        if self.closed.get(closing.month) == closing:
            return
        year, end = closing.month.year, end_of(closing.month)
        before = [line for line in self.told if line.exercice == year and line.at < end]
        last = (before[-1].number, before[-1].hash) if before else (0, "")
        if closing.month in self.closed or (closing.last, closing.hash) != last:
            raise StaleWrite("book.close")
        self.closed[closing.month] = closing
        head = self.head(year)
        self.heads[year] = replace(head, at=max(end, head.at or end))

    def _check(self, event: MoneyEvent, changes: Sequence[Posted]) -> None:
        for change in changes:
            there = self.invoices.holder(change.before.number)
            names = {payment.id for payment in change.before.payments}
            if there is None or _money(there) != _money(change.before):
                raise StaleWrite("book.write")
            if any(payment.id in names for payment in change.payments):
                raise StaleWrite("book.write")
        if event.moved and self.attempts.kept[event.moved.before.id].version != event.moved.before.version:
            raise StaleWrite("book.write")

    def _change(self, change: Posted) -> None:
        there = self.invoices.invoices[change.before.number]
        payments = sorted((*there.payments, *change.payments), key=lambda one: one.id)
        cancelled_on = change.cancelled_on or there.cancelled_on
        self.invoices.invoices[there.number] = replace(there, payments=tuple(payments), cancelled_on=cancelled_on)

    def _move(self, event: MoneyEvent, lines: Sequence[BookLine]) -> None:
        if event.moved:
            before, look_at = event.moved.before, event.moved.look_at
            after = attempt_after(event.moved.after, before.version + 1, look_at, lines)
            self.attempts.keep(after)

    def _point(self, code: PointCode, point: Point | None) -> None:
        there = self.open.pop(code, None)
        if point:
            self.open[code] = replace(point, opened_at=there.opened_at) if there else point


def _money(invoice: Invoice) -> tuple[object, ...]:
    return invoice.family, invoice.total, invoice.cancelled_on, set(invoice.payments)
