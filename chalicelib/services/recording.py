"""Recording what the town's own lists say was paid."""

from collections.abc import Iterable, Sequence

from chalicelib.patience import rounds
from chalicelib.rules.deciding import confirms, decided_paid
from chalicelib.rules.entries import received_entry
from chalicelib.rules.errors import Crowded, NotFound, StaleWrite
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.payments import Attempt
from chalicelib.rules.points import Point
from chalicelib.services.book_ports import MOST_PAYMENTS, Book, MoneyEvent, PaymentOn
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.moving import money_event
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock

PATIENCE_SECONDS = 12.0
"""Seconds for which one payment is tried again while its invoice changes."""


class RecordPayments:
    """Received money is never lost: a payment is recorded on an invoice, paid or not, once.

    An online payment of the list may be the money of an attempt that a person had to look at: then it settles the
    attempt, so that this money is not counted twice.
    """

    def __init__(self, *, invoices: InvoiceStore, attempts: AttemptStore, book: Book, clock: Clock) -> None:
        self.invoices = invoices
        self.attempts = attempts
        self.book = book
        self.clock = clock

    def __call__(self, received: Sequence[PaymentOn]) -> None:
        """Record payments on their invoices as they were read; several go into one event. Raises NotFound for an
        invoice that is gone, Unavailable."""
        any_online = any(one.payment.means is Means.ONLINE for one in received)
        points = list(self.book.points()) if any_online else []
        waited_for = [one for one in received if _point_of(one.invoice, one.payment, points)]
        others = [one for one in received if one not in waited_for]
        for one in waited_for:
            self._record(one)
        for first in range(0, len(others), MOST_PAYMENTS):
            some = others[first : first + MOST_PAYMENTS]
            try:
                self._write(some)
            except StaleWrite:  # One of their invoices changed since it was read: each is read again.
                for one in some:
                    self._record(one)

    def _record(self, received: PaymentOn) -> None:
        """Record one payment, unless it is there."""
        family, number = received.invoice.family, received.invoice.number
        for _ in rounds(PATIENCE_SECONDS):
            invoice = self.invoices.find(family, number)
            if invoice is None:
                raise NotFound("invoice")
            if _is_there(received, invoice):
                return
            try:
                self._write_one(invoice, received.payment)
            except StaleWrite:
                continue
            return
        raise Crowded("payments.record")

    def _write_one(self, invoice: Invoice, payment: Payment) -> None:
        attempt = self._waiting(invoice, payment)
        if attempt is None:
            self._write([PaymentOn(invoice, payment)])
            return
        now = self.clock.now()
        after = decided_paid(
            attempt, now, amount=payment.amount, authorisation=payment.authorisation, day=payment.paid_on
        )
        self.book.write(money_event(attempt, after, invoice, now))

    def _waiting(self, invoice: Invoice, payment: Payment) -> Attempt | None:
        """The attempt whose money the payment is, when a person had to look at it."""
        if payment.means is not Means.ONLINE:
            return None
        point = _point_of(invoice, payment, self.book.points())
        attempt = self.attempts.find(point.attempt) if point and point.attempt else None
        return attempt if attempt and attempt.needs_a_person else None

    def _write(self, some: Sequence[PaymentOn]) -> None:
        entries = tuple(received_entry(one.invoice, one.payment) for one in some)
        self.book.write(MoneyEvent(self.clock.now(), entries, tuple(some)))


def _point_of(invoice: Invoice, payment: Payment, points: Iterable[Point]) -> Point | None:
    return next((one for one in points if one.invoice == invoice.number and confirms(payment, one)), None)


def _is_there(received: PaymentOn, invoice: Invoice) -> bool:
    """Whether the payment came meanwhile: by its name or, online, as money that the treasury has just told."""
    mine, known = received.payment, set(received.invoice.payments)
    came = [one for one in invoice.payments if one not in known]
    return any(one.id == mine.id or _same_online(one, mine) for one in came)


def _same_online(one: Payment, other: Payment) -> bool:
    if (one.means, one.amount, other.means) != (Means.ONLINE, other.amount, Means.ONLINE):
        return False
    return one.authorisation == other.authorisation or not (one.authorisation and other.authorisation)
