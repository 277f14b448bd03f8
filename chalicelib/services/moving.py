"""What is written when an attempt to pay moves: its money, its point, the parent's receipt."""

from datetime import datetime

from chalicelib.rules.book import Entry
from chalicelib.rules.entries import classified_entry, received_entry, unclassified_entry
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.looks import next_look
from chalicelib.rules.payments import Attempt, Doubt, received
from chalicelib.rules.points import attempt_point, code_of
from chalicelib.rules.receipts import payment_of, told_by_the_town
from chalicelib.services.book_ports import MoneyEvent, Moved, PaymentOn
from chalicelib.services.mails import payment_receipt


def money_event(before: Attempt, after: Attempt, invoice: Invoice | None, now: datetime) -> MoneyEvent:
    """``invoice`` is the attempt's as it was read; None when it is gone, or when no money moves.

    Money received for the invoice takes back the line that said that nothing explains it. Money that nothing explains
    is a line without a payment. Whatever a person has to look at opens the attempt's point, and whatever settles it
    closes the point. Money that the town's list brought already, under the bank's authorisation, is not counted again.
    """
    point = attempt_point(after, now) if after.needs_a_person else None
    moved = Moved(before, after, next_look(after, now))
    closes = (code_of(before.id),) if before.needs_a_person and not point else ()
    opens = (point,) if point else ()
    if not (after.is_received and invoice):
        return MoneyEvent(now, _unexplained(before, after, invoice, now), moved=moved, opens=opens, closes=closes)
    payment = payment_of(after, now)
    found = (classified_entry(before, invoice, now),) if before.unclassified else ()
    if told_by_the_town(invoice, payment.amount, payment.authorisation):
        return MoneyEvent(now, found, moved=moved, closes=closes)
    return MoneyEvent(
        now,
        (*found, received_entry(invoice, payment, after)),
        (PaymentOn(invoice, payment),),
        moved=moved,
        closes=closes,
        mails=(payment_receipt(after, invoice, now),),
    )


def _unexplained(before: Attempt, after: Attempt, invoice: Invoice | None, now: datetime) -> tuple[Entry, ...]:
    """What only somebody posted is no money: under the URL contract nothing proves it."""
    authorisation = after.answer.authorisation if after.answer else ""
    if invoice and told_by_the_town(invoice, received(after), authorisation):
        return ()
    if after.doubt is Doubt.DIFFERS and after.can_be_asked and not before.unclassified:
        return (unclassified_entry(after, invoice, now),)
    return ()
