"""What an event of money makes of its invoices, its attempt and the points, once its lines have their numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from chalicelib.rules.book import BookLine, EntryKind
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Payment
from chalicelib.rules.payments import Attempt
from chalicelib.rules.points import Point, PointCode, code_of, overpaid_point
from chalicelib.values import Value


class Posted(Value):
    """What an event adds to an invoice as it was read (``before``)."""

    before: Invoice
    payments: tuple[Payment, ...] = ()
    cancelled_on: date | None = None

    @property
    def after(self) -> Invoice:
        payments = (*self.before.payments, *self.payments)
        return replace(self.before, payments=payments, cancelled_on=self.cancelled_on or self.before.cancelled_on)


def changes_of(
    payments: Iterable[tuple[Invoice, Payment]], cancelled: Iterable[Invoice], lines: Sequence[BookLine], today: date
) -> tuple[Posted, ...]:
    """One change for each invoice; each payment gets the number of its line.

    Raises ValueError for a payment that no line tells, with its amount: money enters an invoice with its line only.
    """
    named = {(line.entry.invoice, line.entry.payment): line for line in lines if line.entry.payment}
    changes: dict[InvoiceNumber, Posted] = {one.number: Posted(one, cancelled_on=today) for one in cancelled}
    for invoice, payment in payments:
        line = named.get((invoice.number, payment.id))
        if line is None or line.entry.amount != payment.amount:
            raise ValueError(f"payment {payment.id} of {invoice.number} has no line of its amount")
        there = changes.get(invoice.number, Posted(invoice))
        added = (*there.payments, replace(payment, line=line.name))
        changes[invoice.number] = replace(there, payments=added)
    return tuple(changes.values())


def attempt_after(after: Attempt, version: int, look_at: datetime | None, lines: Iterable[BookLine]) -> Attempt:
    """The attempt as it is kept: a line of money that no invoice explains is noted with it."""
    unclassified = after.unclassified
    for line in lines:
        entry = line.entry
        if entry.kind is EntryKind.UNCLASSIFIED and entry.attempt == after.id:
            unclassified = "" if entry.takes_back else line.name
    return replace(after, unclassified=unclassified, look_at=look_at, version=version)


def points_after(
    changes: Iterable[Posted], opens: Iterable[Point], closes: Iterable[PointCode], at: datetime
) -> Mapping[PointCode, Point | None]:
    """Each point that is opened or gets newer facts, and None for each that is closed. What the event says itself wins
    over what follows from its invoices."""
    points: dict[PointCode, Point | None] = {}
    for change in changes:
        point = overpaid_point(change.after, at)
        if point or overpaid_point(change.before, at):
            points[code_of(change.before.number)] = point
    points |= {point.code: point for point in opens}
    return points | dict.fromkeys(closes)
