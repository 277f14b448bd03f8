"""Recording what the town's own lists say was paid at its desk."""

from collections.abc import Sequence

from chalicelib.patience import rounds
from chalicelib.rules.entries import received_entry
from chalicelib.rules.errors import Crowded, NotFound, StaleWrite
from chalicelib.services.book_ports import MOST_PAYMENTS, Book, MoneyEvent, PaymentOn
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.ports import Clock

PATIENCE_SECONDS = 12.0
"""Seconds for which one payment is tried again while its invoice changes."""


class RecordPayments:
    """Received money is never lost: a payment is recorded on an invoice, paid or not, once."""

    def __init__(self, *, invoices: InvoiceStore, book: Book, clock: Clock) -> None:
        self.invoices = invoices
        self.book = book
        self.clock = clock

    def __call__(self, received: Sequence[PaymentOn]) -> None:
        """Record payments on their invoices as they were read; several go into one event. Raises NotFound for an
        invoice that is gone, Unavailable."""
        for first in range(0, len(received), MOST_PAYMENTS):
            some = received[first : first + MOST_PAYMENTS]
            try:
                self._write(some)
            except StaleWrite:  # One of their invoices changed since it was read: each is read again.
                for one in some:
                    self._record(one)

    def _record(self, received: PaymentOn) -> None:
        """Record one payment, unless it is there."""
        family, number, payment = received.invoice.family, received.invoice.number, received.payment
        for _ in rounds(PATIENCE_SECONDS):
            invoice = self.invoices.find(family, number)
            if invoice is None:
                raise NotFound("invoice")
            if any(there.id == payment.id for there in invoice.payments):
                return
            try:
                self._write([PaymentOn(invoice, payment)])
            except StaleWrite:
                continue
            return
        raise Crowded("payments.record")

    def _write(self, some: Sequence[PaymentOn]) -> None:
        entries = tuple(received_entry(one.invoice, one.payment) for one in some)
        self.book.write(MoneyEvent(self.clock.now(), entries, tuple(some)))
