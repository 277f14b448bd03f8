"""Credit notes: which can be taken, and that credit only changes its place."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.crediting import (
    CreditFault,
    CreditPart,
    NoteFault,
    credit_left,
    has_part,
    part_at_once,
    payments_of,
    wrong_with_note,
    wrong_with_part,
)
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from tests.builders import a_payment, an_invoice

DAY = date(2026, 11, 25)
INVOICE = an_invoice(total=Cents(1000))
NOTE = an_invoice("2013-026-000336", total=Cents(-424), corrects=INVOICE.number)
OTHER = FamilyId("f-2")
AMOUNTS = st.integers(1, 2000)


def with_part(part: CreditPart, note: Invoice, invoice: Invoice) -> tuple[Invoice, Invoice]:
    """The note and the invoice after the part was given."""
    given_away, received = payments_of(part)
    return (
        replace(note, payments=(*note.payments, given_away)),
        replace(invoice, payments=(*invoice.payments, received)),
    )


@pytest.mark.parametrize(
    ("note", "corrected", "others", "why"),
    [
        (NOTE, INVOICE, (), None),
        (NOTE, INVOICE, (NOTE, INVOICE), None),
        (NOTE, None, (), NoteFault.UNKNOWN),
        (NOTE, replace(INVOICE, family=OTHER), (), NoteFault.OTHER_FAMILY),
        (NOTE, replace(INVOICE, total=Cents(-1)), (), NoteFault.OF_A_NOTE),
        (NOTE, replace(INVOICE, cancelled_on=DAY), (), NoteFault.CANCELLED),
        (replace(NOTE, total=Cents(-1000)), INVOICE, (), None),
        (replace(NOTE, total=Cents(-1001)), INVOICE, (), NoteFault.TOO_LARGE),
        (NOTE, INVOICE, (an_invoice("2013-1", total=Cents(-577), corrects=INVOICE.number),), NoteFault.TOO_LARGE),
        (NOTE, INVOICE, (an_invoice("2013-1", total=Cents(-577), corrects=None),), None),
        (
            NOTE,
            INVOICE,
            (an_invoice("2013-1", total=Cents(-577), corrects=INVOICE.number, cancelled_on=DAY),),
            None,
        ),
    ],
)
def test_which_credit_notes_can_be_taken(
    note: Invoice, corrected: Invoice | None, others: tuple[Invoice, ...], why: NoteFault | None
) -> None:
    assert wrong_with_note(note, corrected, others) is why


@pytest.mark.parametrize(
    ("amount", "note", "invoice", "why"),
    [
        (424, NOTE, INVOICE, None),
        (1, NOTE, None, CreditFault.NO_INVOICE),
        (1, None, INVOICE, CreditFault.NO_NOTE),
        (1, replace(INVOICE, number=NOTE.number), INVOICE, CreditFault.NO_NOTE),
        (1, replace(NOTE, family=OTHER), INVOICE, CreditFault.OTHER_FAMILY),
        (1, NOTE, replace(INVOICE, cancelled_on=DAY), CreditFault.CANCELLED),
        (1, NOTE, NOTE, CreditFault.CANCELLED),
        (425, NOTE, INVOICE, CreditFault.MORE_THAN_LEFT),
        (1, replace(NOTE, cancelled_on=DAY), INVOICE, CreditFault.MORE_THAN_LEFT),
        (424, NOTE, replace(INVOICE, payments=(a_payment(577),)), CreditFault.MORE_THAN_DUE),
    ],
)
def test_which_parts_can_be_given(
    amount: int, note: Invoice | None, invoice: Invoice | None, why: CreditFault | None
) -> None:
    part = CreditPart(NOTE.number, INVOICE.number, Cents(amount), DAY, "Jamie BOND", "town-1")
    assert wrong_with_part(part, note, invoice) is why


@given(credit=AMOUNTS, total=AMOUNTS, paid=st.integers(0, 3000))
def test_what_is_given_at_once_only_changes_its_place(credit: int, total: int, paid: int) -> None:
    payments = (a_payment(paid),) if paid else ()
    note = replace(NOTE, total=Cents(-credit))
    invoice = replace(INVOICE, total=Cents(total), payments=payments)
    part = part_at_once(note, invoice, day=DAY, payer="Jamie BOND")
    if part is None:
        assert invoice.remaining == 0
        return
    assert wrong_with_part(part, note, invoice) is None
    note_after, invoice_after = with_part(part, note, invoice)
    assert sum(payment.amount for payment in payments_of(part)) == 0
    assert credit_left(note) + invoice.paid == credit_left(note_after) + invoice_after.paid
    assert (note_after.remaining, invoice_after.overpaid) == (0, 0)
    assert not invoice_after.remaining or not credit_left(note_after)
    assert has_part(invoice_after, part)
    assert part_at_once(note_after, invoice_after, day=DAY, payer="Jamie BOND") is None
