"""A régie: invoices, money that comes and goes, months that are written and closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from chalicelib.exports.closing import OpenAttempts
from chalicelib.exports.regie import RegieFiles
from chalicelib.exports.run import Asked
from chalicelib.rules.book import BookLine, Entry, EntryKind
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import MoneyEvent, PaymentOn
from chalicelib.services.slip_ports import SlipSheet
from tests.builders import a_town, an_invoice
from tests.clock import FixedClock, paris
from tests.exports.reading import cells_of
from tests.fakes import MemoryAttempts, MemoryInvoices, MemoryOutbox, MemoryShelf, MemoryTown
from tests.fakes.book import MemoryBook

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


def render(sheet: SlipSheet, town: str, at: datetime) -> bytes:
    """``SlipRenderer`` whose paper can be compared."""
    return f"{town} {at} {sheet}".encode()


@dataclass
class Regie:
    clock: FixedClock = field(default_factory=lambda: FixedClock(paris("lundi 2026-10-26 12:00")))
    archive: MemoryShelf = field(default_factory=MemoryShelf)
    shelf: MemoryShelf = field(default_factory=MemoryShelf)

    def __post_init__(self) -> None:
        outbox = MemoryOutbox()
        self.invoices = MemoryInvoices(outbox)
        self.attempts = MemoryAttempts(self.invoices, outbox)
        self.book = MemoryBook(self.invoices, self.attempts, outbox)
        self.payments = 0

    def bill(self, number: str, products: Mapping[str, int], **changes: Any) -> InvoiceNumber:
        total = Cents(sum(products.values()))
        invoice = an_invoice(number, total=total, **changes)
        lines = [InvoiceLine(what, "", Decimal(1), Decimal(amount), Cents(amount)) for what, amount in products.items()]
        self.invoices.add(invoice, lines)
        return invoice.number

    def pay(self, number: InvoiceNumber, amount: int, **changes: Any) -> BookLine:
        """Money on an invoice, online by card unless ``changes`` of the entry say otherwise."""
        self.payments += 1
        invoice = self.invoices.invoices[number]
        day = paris_day(self.clock.now())
        entry = replace(_entry(invoice, amount, day, f"p-{self.payments}"), **changes)
        assert entry.means
        payment = Payment(entry.payment, entry.payer, entry.day, entry.amount, entry.means, takes_back=entry.takes_back)
        (line,) = self.book.write(MoneyEvent(self.clock.now(), (entry,), (PaymentOn(invoice, payment),)))
        return line

    def tell(self, entry: Entry) -> BookLine:
        """A line without a payment: money to classify, a decision."""
        (line,) = self.book.write(MoneyEvent(self.clock.now(), (entry,)))
        return line

    def unclassified(self, number: InvoiceNumber, amount: int, **changes: Any) -> BookLine:
        invoice = self.invoices.invoices[number]
        entry = _entry(invoice, amount, paris_day(self.clock.now()), "")
        return self.tell(replace(entry, kind=EntryKind.UNCLASSIFIED, **changes))

    @property
    def files(self) -> RegieFiles:
        return RegieFiles(
            book=self.book,
            invoices=self.invoices,
            still_open=OpenAttempts(self.attempts, self.clock),
            archive=self.archive,
            render=render,
            town=MemoryTown(a_town()),
            clock=self.clock,
        )

    def export(self, month: date = NOVEMBER, by: str = "") -> Mapping[str, bytes]:
        """The files of a month, exported now, by their name without the month."""
        self.shelf.files.clear()
        names = self.files(Asked(month=month, closed_by=by), self.shelf)
        assert sorted(names) == sorted(self.shelf.files)
        return {name.replace(f"-{month:%Y-%m}", ""): self.shelf.files[name] for name in names}

    def rows(self, name: str, month: date = NOVEMBER) -> Sequence[Mapping[str, str]]:
        heads, *rows = cells_of(self.export(month)[name])
        return [dict(zip(heads, row, strict=True)) for row in rows]


def _entry(invoice: Invoice, amount: int, day: date, payment: str) -> Entry:
    return Entry(
        kind=EntryKind.PAYMENT,
        regie=invoice.regie,
        invoice=invoice.number,
        reference=invoice.reference,
        family=invoice.family,
        payer="Jamie BOND",
        amount=Cents(amount),
        day=day,
        means=Means.ONLINE,
        payment=payment,
        letter="P",
    )
