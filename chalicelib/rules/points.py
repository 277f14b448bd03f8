"""What a person has to settle about money: the open points of ``a-verifier``. A point closes with what settles it."""

import hashlib
from datetime import datetime
from enum import Enum
from typing import NewType

from chalicelib.rules.answering import what_differs
from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, Doubt, received
from chalicelib.values import Value

PointCode = NewType("PointCode", str)
"""``KTRBWF``: how people name a point. It has letters only, because a spreadsheet rewrites what looks like a number."""
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


class PointKind(Enum):
    OVERPAID = "overpaid"
    """More was received for an invoice than is due: it is to be refunded. One point for each invoice."""
    TO_CHECK = "to-check"
    """An attempt to pay of which nobody knows whether, or why, money was taken. One point for each attempt."""
    DECLARED = "declared"
    """An unsigned return says paid: the bank's statement must confirm it. One point for each attempt."""


class Point(Value):
    """``asked`` and ``received`` are cents; ``received`` is None while nobody knows. For OVERPAID, ``asked`` is what
    was due, ``received`` what was received in all. ``opened_at`` is aware UTC. ``attempt`` is None for OVERPAID."""

    kind: PointKind
    invoice: InvoiceNumber
    family: FamilyId
    opened_at: datetime
    asked: Cents
    received: Cents | None = None
    attempt: AttemptId | None = None
    authorisation: str = ""
    bank_at: datetime | None = None
    letter: str = ""
    doubt: Doubt | None = None
    differs: tuple[str, ...] = ()
    """What was taken otherwise than asked, as ``what_differs`` names it."""

    @property
    def code(self) -> PointCode:
        about = self.invoice if self.kind is PointKind.OVERPAID else self.attempt or ""
        return code_of(about)


def code_of(about: str) -> PointCode:
    """The code of the point about an invoice (overpaid) or an attempt."""
    number = int.from_bytes(hashlib.sha256(about.encode()).digest()[:8])
    letters = []
    for _ in range(6):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return PointCode("".join(letters))


def code_written(text: str) -> str:
    """A point's code as a person writes it: ``ktr bwf`` and ``KTR-BWF`` are ``KTRBWF``."""
    return "".join(letter for letter in text if letter.isalnum()).upper()


def attempt_point(attempt: Attempt, at: datetime) -> Point:
    """The point of an attempt that a person has to look at. ``received`` is what the treasury says that it took."""
    answer = attempt.answer
    return Point(
        PointKind.DECLARED if attempt.state is AttemptState.DECLARED else PointKind.TO_CHECK,
        attempt.invoice,
        attempt.family,
        at,
        attempt.amount,
        received(attempt) if attempt.doubt is Doubt.DIFFERS else None,
        attempt.id,
        authorisation=answer.authorisation if answer else "",
        bank_at=answer.paid_at if answer else None,
        letter=answer.letter if answer else "",
        doubt=attempt.doubt,
        differs=what_differs(attempt),
    )


def overpaid_point(invoice: Invoice, at: datetime) -> Point | None:
    """The point of an invoice for which more was received than is due; None for others. What is left of a credit note
    waits for the family's next invoice: it is no point."""
    if invoice.is_credit_note or not invoice.overpaid:
        return None
    return Point(PointKind.OVERPAID, invoice.number, invoice.family, at, invoice.asked, invoice.paid)
