"""A payment of the town's list comes to its invoice, with its line in the journal."""

from chalicelib.rules.entries import received_entry
from chalicelib.rules.invoices import Invoice, Payment
from chalicelib.services.book_ports import Book, MoneyEvent, PaymentOn
from chalicelib.services.ports import Clock


class RecordLatePayment:
    def __init__(self, *, book: Book, clock: Clock) -> None:
        self.book = book
        self.clock = clock

    def __call__(self, invoice: Invoice, payment: Payment) -> None:
        """Write ``payment`` on the invoice as it was read. Raises StaleWrite when the invoice changed, or has a payment
        of that identifier; raises Unavailable."""
        entry = received_entry(invoice, payment)
        self.book.write(MoneyEvent(self.clock.now(), (entry,), (PaymentOn(invoice, payment),)))
