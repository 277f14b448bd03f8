"""Invoices, their payments and their payment reference at the treasury."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from chalicelib.rules.ids import ActivityId, AttemptId, ChildId, FamilyId, InvoiceNumber
from chalicelib.rules.money import Cents
from chalicelib.values import Value

_NUMBER = re.compile(r"([0-9]{4})-([0-9]{1,5}(?:-[0-9]{1,13})*)")
LONGEST_DEBT = 13
"""How many digits the treasury leaves for the debt's number (ROLDET)."""


class Means(Enum):
    """How an invoice was paid. The portal records ONLINE, the town records the others."""

    ONLINE = "online"
    CHEQUE = "cheque"
    CASH = "cash"
    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct-debit"
    CARD = "card"
    """Paid by card at the town hall's desk."""
    OTHER = "other"
    CREDIT_NOTE = "credit-note"
    """Part of a credit note: no money moves."""


class InvoiceLine(Value):
    """One line: what was sold, to which child (as printed, may be empty), how many, the price of one, the amount.

    The amount is the town's: it may differ from quantity times price by the town's own rounding. ``unit_price`` is
    cents with their parts: ``Decimal("212.5")`` is 2,125 €.
    """

    what: str
    child: str
    quantity: Decimal
    unit_price: Decimal
    amount: Cents
    days: str = ""
    """On which days, as the town wrote them for people: ``3, 5, 10 et 12 novembre``."""
    activity: ActivityId | None = None
    child_id: ChildId | None = None

    @property
    def is_far_off(self) -> bool:
        """Whether the amount is more than a cent a unit from quantity times price: no rounding explains that."""
        return abs(self.amount - self.quantity * self.unit_price) > max(Decimal(1), abs(self.quantity))


class Payment(Value):
    """Money received for an invoice. ``id`` is unique within the invoice and stays the same when the file is imported
    again.

    ``authorisation`` and ``bank_date`` come from the bank, for ONLINE only. For other means ``reference`` is what the
    town wrote (a cheque's number). ``attempt`` is the attempt by which the portal took the money, or took it back (a
    negative amount); None for what the town recorded.
    """

    id: str
    payer: str
    paid_on: date
    amount: Cents
    means: Means
    authorisation: str = ""
    bank_date: date | None = None
    reference: str = ""
    attempt: AttemptId | None = None
    line: str = ""
    """Number of its line in the régie's journal (``2026-000123``)."""
    takes_back: str = ""
    """Identifier of the payment that this negative one takes back; empty for a refund, which takes back no payment."""


class Begun(Value):
    """The attempt to pay online that was begun last: its name, and when (aware UTC). Its own record has everything
    else."""

    attempt: AttemptId
    at: datetime


class Invoice(Value):
    """An invoice as parents see it. Its lines are kept apart (``InvoiceStore.lines``): only the PDF shows them.

    ``published_at`` is when it came online (aware UTC). ``pdf_bytes`` is the size of its PDF, 0 while there is none.
    ``pdf_tag`` tells whether another PDF is the same; it is empty for a PDF that the portal made.
    ``begun`` is None as long as nobody tried to pay it online.

    A credit note (*avoir*) is an invoice with a negative total: nothing is due for it, and ``overpaid`` is the credit
    that is left. Giving credit to an invoice, or a refund, is a negative payment on the note.
    """

    number: InvoiceNumber
    reference: str
    """The payment reference as printed, ``2013-T5-00-26000335``."""
    family: FamilyId
    issued_on: date
    due_on: date
    label: str
    regie: str
    total: Cents
    published_at: datetime
    pdf_bytes: int = 0
    pdf_tag: str = ""
    begun: Begun | None = None
    payments: tuple[Payment, ...] = ()
    cancelled_on: date | None = None
    """Since when nothing is due for it any more (*annulée*). It stays readable; what was paid is to be refunded."""
    corrects: InvoiceNumber | None = None
    """The invoice that this credit note corrects."""
    means: Means | None = None
    """How the town will collect it: DIRECT_DEBIT when the family is on direct debit; None when the family pays."""

    @property
    def is_credit_note(self) -> bool:
        return self.total < 0

    @property
    def asked(self) -> Cents:
        """What the town asks for: the total, or nothing once it is cancelled. Negative for a credit note."""
        return Cents(0) if self.cancelled_on else self.total

    @property
    def paid(self) -> Cents:
        return Cents(sum(payment.amount for payment in self.payments))

    @property
    def remaining(self) -> Cents:
        """What is still due, in cents. It is never below zero: ``overpaid`` says what was paid too much."""
        return Cents(max(0, self.asked - self.paid))

    @property
    def overpaid(self) -> Cents:
        return Cents(max(0, self.paid - self.asked))

    @property
    def is_paid(self) -> bool:
        return self.remaining == 0

    @property
    def credit(self) -> Cents:
        """What is left of a credit note, in cents; nothing for an invoice, and for a note that was cancelled."""
        return self.overpaid if self.is_credit_note and not self.cancelled_on else Cents(0)

    @property
    def is_open(self) -> bool:
        """Whether its family is to see it however old it is: something is due, or credit is left."""
        return not self.is_paid or self.credit > 0

    def is_overdue(self, today: date) -> bool:
        return not self.is_paid and self.due_on < today


def reference_of(number: str, code: str) -> str:
    """The payment reference of an invoice number at the treasury: ``2013-026-000335`` with code ``T5`` ->
    ``2013-T5-00-26000335``.

    Its parts: exercice, recette code (ROLREC, two characters), ``00``, then what follows the year, read as one integer
    without its leading zeros. Raises ValueError for a number of another shape. Source: the manual's examples and the
    treasury's mask.
    """
    match = _NUMBER.fullmatch(number)
    if match is None or not re.fullmatch(r"[A-Z0-9]{2}", code):
        raise ValueError(f"{number!r} with {code!r} makes no payment reference")
    debt = str(int(match.group(2).replace("-", "")))
    if len(debt) > LONGEST_DEBT:
        raise ValueError(f"{number!r} has more than {LONGEST_DEBT} digits after the year")
    return f"{match.group(1)}-{code}-00-{debt}"


def bare_reference(reference: str) -> str:
    """``2013-T5-00-26000335`` -> ``2013T50026000335``: dashes are only for people. Raises ValueError for what the
    treasury would refuse (it takes six to thirty letters and digits)."""
    bare = reference.replace("-", "")
    if not re.fullmatch(r"[A-Za-z0-9]{6,30}", bare):
        raise ValueError(f"{reference!r} is no payment reference")
    return bare


def plain_reference(text: str) -> str:
    """A payment's reference in the form in which two are compared: spreadsheets lose leading zeros, clerks change case
    and spaces."""
    bare = "".join(text.split()).casefold()
    return bare.lstrip("0") or bare[:1]


def standing(payments: Iterable[Payment]) -> tuple[Payment, ...]:
    """Payments that are still money: those that were taken back are left out, and so are the negative ones that took
    them back."""
    there = tuple(payments)
    taken_back = {one.takes_back for one in there if one.takes_back}
    return tuple(one for one in there if one.amount > 0 and one.id not in taken_back)


def in_order_to_pay(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Invoices still due, oldest due date first."""
    return sorted((i for i in invoices if not i.is_paid), key=lambda i: (i.due_on, i.number))


def last_paid_on(invoice: Invoice) -> date:
    """The day of its last payment, or of its cancellation. For an invoice of nothing, which nobody pays, the day when
    it was issued."""
    days = [payment.paid_on for payment in invoice.payments]
    return max([*days, invoice.cancelled_on] if invoice.cancelled_on else days, default=invoice.issued_on)
