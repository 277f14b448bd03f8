"""Giving the credit of a credit note (*avoir*) to invoices of the same family.

Two doors. ``at_once`` gives the invoice that a note corrects what it still owes: the import calls it for each credit
note of factures.csv. ``part`` gives an invoice a part that somebody decided: a row of reglements.csv with the means
``avoir`` and the note's number as its reference. Both may be called again: they change nothing the second time. The
payment on the invoice has the note's number as its reference.
"""

from chalicelib.rules.book import EntryKind
from chalicelib.rules.crediting import (
    CreditFault,
    CreditPart,
    credit_left,
    has_part,
    part_at_once,
    payments_of,
    wrong_with_part,
)
from chalicelib.rules.entries import payment_entry
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import Book, MoneyEvent, PaymentOn
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.invoicing import UnderWay, live_attempts
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock
from chalicelib.services.rereading import rereading

NOTHING = Cents(0)


class NotCreditable(ValueError):
    """The credit cannot be given. ``why`` says why; ``left`` and ``due`` are cents: what the note still has, what the
    invoice still owes."""

    def __init__(self, why: CreditFault, *, left: Cents = NOTHING, due: Cents = NOTHING) -> None:
        super().__init__(why.value)
        self.why = why
        self.left = left
        self.due = due


class GiveCredit:
    """Writes both payments and both lines of the journal in one event, or nothing."""

    def __init__(self, *, book: Book, invoices: InvoiceStore, attempts: AttemptStore, clock: Clock) -> None:
        self.book = book
        self.invoices = invoices
        self.attempts = attempts
        self.clock = clock

    def at_once(self, note: InvoiceNumber, payer: str) -> Cents:
        """Give the invoice that the note corrects what it still owes, as far as the credit goes; the rest stays on the
        note. Returns the cents that were given now, 0 when there was nothing to give or when it was given before.

        Raises UnderWay while a payment of the invoice is under way or to check, Unavailable.
        """
        return rereading(f"credit.at_once: {note}", lambda: self._given_at_once(note, payer))

    def _given_at_once(self, note: InvoiceNumber, payer: str) -> Cents:
        giving = self.invoices.holder(note)
        corrected = self.invoices.holder(giving.corrects) if giving and giving.corrects else None
        if giving is None or corrected is None:
            return NOTHING
        part = part_at_once(giving, corrected, day=paris_day(self.clock.now()), payer=payer)
        if part is None or wrong_with_part(part, giving, corrected):
            return NOTHING
        self._write(part, giving, corrected)
        return part.amount

    def check(self, part: CreditPart) -> None:
        """Check that the part can be given, or was given, and write nothing. Raises NotCreditable, UnderWay."""
        note, invoice = self._found(part)
        if not has_part(invoice, part):
            self._no_payment_under_way(invoice)
            _possible(part, note, invoice)

    def part(self, part: CreditPart) -> bool:
        """Give the part. False when it was given before. Raises NotCreditable, UnderWay, Unavailable."""
        return rereading(f"credit.part: {part.invoice}", lambda: self._given(part))

    def _given(self, part: CreditPart) -> bool:
        note, invoice = self._found(part)
        if has_part(invoice, part):
            return False
        _possible(part, note, invoice)
        self._write(part, note, invoice)
        return True

    def _found(self, part: CreditPart) -> tuple[Invoice, Invoice]:
        """The note and the invoice. Raises NotCreditable."""
        invoice, note = self.invoices.holder(part.invoice), self.invoices.holder(part.note)
        if invoice is None or note is None:
            raise NotCreditable(CreditFault.NO_INVOICE if invoice is None else CreditFault.NO_NOTE)
        return note, invoice

    def _write(self, part: CreditPart, note: Invoice, invoice: Invoice) -> None:
        """Raises StaleWrite when the note or the invoice changed after it was read; raises UnderWay."""
        self._no_payment_under_way(invoice)
        given, received = payments_of(part)
        reason = f"avoir {note.number} pour la facture {invoice.number}"
        event = MoneyEvent(
            at=self.clock.now(),
            entries=(
                payment_entry(EntryKind.CREDIT, note, given, reason=reason),
                payment_entry(EntryKind.CREDIT, invoice, received, reason=reason),
            ),
            payments=(PaymentOn(note, given), PaymentOn(invoice, received)),
        )
        self.book.write(event)

    def _no_payment_under_way(self, invoice: Invoice) -> None:
        """What is under way was asked for without the credit: given now, it would be paid too much."""
        for attempt in live_attempts([invoice], self.attempts, self.clock.now()).values():
            raise UnderWay(attempt)


def _possible(part: CreditPart, note: Invoice, invoice: Invoice) -> None:
    if why := wrong_with_part(part, note, invoice):
        raise NotCreditable(why, left=credit_left(note), due=invoice.remaining)
