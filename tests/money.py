"""Events of money for tests: what a desk would write, in one call."""

from datetime import datetime
from typing import Any

from chalicelib.rules.book import BookLine, Entry, EntryKind
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Payment
from chalicelib.services.book_ports import Book, MoneyEvent, PaymentOn
from chalicelib.services.invoice_ports import InvoiceStore
from tests.clock import paris
from tests.fakes import MemoryAttempts, MemoryBook, MemoryInvoices

NOW = paris("lundi 2026-11-23 10:00")


def an_entry(invoice: Invoice, payment: Payment, /, **changes: Any) -> Entry:
    """What the journal says of a payment."""
    facts: dict[str, Any] = {
        "kind": EntryKind.PAYMENT,
        "regie": invoice.regie,
        "invoice": invoice.number,
        "reference": invoice.reference,
        "family": invoice.family,
        "payer": payment.payer,
        "amount": payment.amount,
        "day": payment.paid_on,
        "means": payment.means,
        "payment": payment.id,
        **changes,
    }
    return Entry(**facts)


def an_event(invoice: Invoice, *payments: Payment, at: datetime = NOW, **changes: Any) -> MoneyEvent:
    entries = tuple(an_entry(invoice, payment) for payment in payments)
    facts: dict[str, Any] = {
        "entries": entries,
        "payments": tuple(PaymentOn(invoice, payment) for payment in payments),
        **changes,
    }
    return MoneyEvent(at, **facts)


def receive(book: Book, invoice: Invoice | None, *payments: Payment, at: datetime = NOW) -> tuple[BookLine, ...]:
    """Write ``payments`` on the invoice as it was just read."""
    assert invoice
    return book.write(an_event(invoice, *payments, at=at))


def at_the_desk(
    book: Book, invoices: InvoiceStore, number: InvoiceNumber, *payments: Payment, at: datetime = NOW
) -> tuple[BookLine, ...]:
    """The same for the invoice of that number, as it is now."""
    return receive(book, invoices.holder(number), *payments, at=at)


def memory_book(invoices: MemoryInvoices) -> MemoryBook:
    """The journal of a town where nobody ever paid online."""
    return MemoryBook(invoices, MemoryAttempts(invoices, invoices.outbox), invoices.outbox)
