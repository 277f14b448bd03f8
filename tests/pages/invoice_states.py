"""A family whose invoices are in every state that a régie knows: one of each, with the words of its number."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState, Doubt
from chalicelib.rules.town import PaymentFacts
from tests.builders import a_payment, an_attempt, an_invoice
from tests.pages.conftest import World, the_manual_s_town

PAYING = PaymentFacts(
    "T5",
    "006382",
    means=("par chèque à l'ordre du Trésor public", "en espèces au guichet de la régie"),
    online="web-service",
    days_after_due=30,
)
UNDER_WAY, TO_CHECK, DECLARED = "2015-101-000001", "2015-102-000001", "2015-103-000001"
DEBITED, DEBITED_LATE, DEBIT_BOUNCED = "2015-104-000001", "2015-105-000001", "2015-106-000001"
TOO_LATE, TOO_SMALL, TOO_LARGE = "2015-107-000001", "2015-108-000001", "2015-109-000001"
CHEQUE_BOUNCED, ONLINE_BOUNCED, WITHDRAWN = "2015-110-000001", "2015-111-000001", "2015-112-000001"
CREDITED, SIMPLY_DUE = "2015-113-000001", "2015-114-000001"
CANCELLED, CANCELLED_PAID, CANCELLED_REFUNDED = "2015-201-000001", "2015-202-000001", "2015-203-000001"
REFUNDED, OVERPAID, PAID_BY_CREDIT = "2015-301-000001", "2015-302-000001", "2015-303-000001"
NOTE, NOTE_USED_UP = "2015-401-000001", "2015-402-000001"
DUE = date(2015, 12, 31)
PAID = a_payment(1200, id="paid", paid_on=date(2015, 12, 1), means=Means.CHEQUE)
IN_PART = replace(PAID, amount=Cents(500))


def back(payment: Payment, **changes: Any) -> Payment:
    taken = replace(payment, id=f"back-{payment.id}", amount=Cents(-payment.amount), takes_back=payment.id)
    return replace(taken, paid_on=date(2015, 12, 10), **changes)


def refund(amount: int) -> Payment:
    return a_payment(-amount, id="refund", paid_on=date(2015, 12, 15), means=Means.TRANSFER, reference="M-17")


def credit(amount: int, other: str) -> Payment:
    return a_payment(amount, id="credit", paid_on=date(2015, 12, 5), means=Means.CREDIT_NOTE, reference=other)


def one(number: str, label: str, total: int = 1200, **changes: Any) -> Invoice:
    facts: dict[str, Any] = {
        "issued_on": date(2015, 11, 30),
        "due_on": DUE,
        "label": label.upper(),
        "total": Cents(total),
    }
    return an_invoice(number, **(facts | changes))


def invoices() -> list[Invoice]:
    online = replace(PAID, means=Means.ONLINE, authorisation="A55A", bank_date=date(2015, 12, 2))
    cash = replace(PAID, means=Means.CASH)
    debit = replace(PAID, means=Means.DIRECT_DEBIT)
    on_debit: dict[str, Any] = {"means": Means.DIRECT_DEBIT}
    gone: dict[str, Any] = {"cancelled_on": date(2015, 12, 12)}
    return [
        one(UNDER_WAY, "Under way"),
        one(TO_CHECK, "To check"),
        one(DECLARED, "Announced"),
        one(DEBITED, "On direct debit", **on_debit),
        one(DEBITED_LATE, "Debited, not recorded", due_on=date(2015, 12, 5), **on_debit),
        one(DEBIT_BOUNCED, "Debit bounced", payments=(debit, back(debit)), **on_debit),
        one(TOO_LATE, "Too late", due_on=date(2015, 10, 15)),
        one(TOO_SMALL, "Too small", total=80),
        one(TOO_LARGE, "Too large", total=1_200_000),
        one(CHEQUE_BOUNCED, "Cheque bounced", payments=(PAID, back(PAID))),
        one(ONLINE_BOUNCED, "Debit online bounced", payments=(online, back(online))),
        one(WITHDRAWN, "Counted by mistake", payments=(cash, back(cash))),
        one(CREDITED, "Credited", payments=(IN_PART, credit(300, NOTE))),
        one(SIMPLY_DUE, "Simply due", due_on=date(2015, 12, 15)),
        one(CANCELLED, "Cancelled", **gone),
        one(CANCELLED_PAID, "Cancelled, paid", payments=(PAID,), **gone),
        one(CANCELLED_REFUNDED, "Cancelled, given back", payments=(PAID, refund(1200)), **gone),
        one(REFUNDED, "Paid twice, given back", payments=(PAID, replace(cash, id="p-2"), refund(1200))),
        one(OVERPAID, "Paid twice", payments=(PAID, replace(cash, id="p-2"))),
        one(PAID_BY_CREDIT, "Paid by a note", payments=(replace(PAID, amount=Cents(900)), credit(300, NOTE_USED_UP))),
        one(NOTE, "Credit note", total=-1540, corrects=CREDITED, payments=(credit(-300, CREDITED),)),
        one(NOTE_USED_UP, "Credit note, used", total=-300, corrects=CREDITED, payments=(credit(-300, PAID_BY_CREDIT),)),
    ]


def every_state() -> World:
    """On the manual's day, 22 December 2015 at 14:54."""
    world = World(town=replace(the_manual_s_town(), payment=PAYING))
    world.invoices.invoices.clear()
    for invoice in invoices():
        world.add(invoice)
    _attempted(world, UNDER_WAY, AttemptState.PENDING)
    _attempted(world, TO_CHECK, AttemptState.TO_CHECK, doubt=Doubt.LETTER)
    _attempted(world, DECLARED, AttemptState.DECLARED)
    return world


def _attempted(world: World, number: str, state: AttemptState, **changes: Any) -> None:
    invoice = world.invoices.invoices[InvoiceNumber(number)]
    attempt = an_attempt(invoice, world.clock.now() - timedelta(minutes=4), idop=f"idop-{number}")
    world.attempts.begin(attempt, invoice, None)
    world.attempts.settle(attempt, replace(attempt, state=state, **changes), None)
