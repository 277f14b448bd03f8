"""An invoice as an item: its head with what was paid for it, its lines."""

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.rules.ids import ActivityId, AttemptId, ChildId, FamilyId, InvoiceNumber
from chalicelib.rules.instants import instant_of
from chalicelib.rules.invoices import Begun, Invoice, InvoiceLine, Means, Payment, last_paid_on
from chalicelib.rules.money import Cents
from chalicelib.storage import keys
from chalicelib.storage.database import RawItem
from chalicelib.storage.json_text import facts_of, json_text
from chalicelib.storage.rows import InvoiceRow

if TYPE_CHECKING:
    from chalicelib.rules.posting import Posted


def listed(invoice: Invoice) -> str:
    """Where the invoice stands in its family's list. Whoever writes a payment or a total writes this too."""
    if invoice.is_open:
        return keys.due_invoice(invoice.number)
    return keys.paid_invoice(last_paid_on(invoice), invoice.number)


def changing(rows: type[InvoiceRow], change: "Posted") -> tuple[list[Action], Condition]:
    """What an event of money changes of an invoice's head, and the condition that it still is as it was read.

    Payments are only added, so their number tells whether others came.
    """
    before, after = change.before, change.after
    names = [Path(["payments", keys.payment_name(payment.id)]) for payment in change.payments]
    texts = map(_payment_text, change.payments)
    actions: list[Action] = [name.set(text) for name, text in zip(names, texts, strict=True)]
    actions += [rows.paid.set(after.paid), rows.listed.set(listed(after))]
    if change.cancelled_on:
        actions.append(rows.cancelled_on.set(change.cancelled_on.isoformat()))
    received = (rows.paid == before.paid) & (size(rows.payments) == len(before.payments))  # type: ignore[no-untyped-call]
    as_read: Condition = received & (rows.total == before.total) & _cancelled_as(rows, before)
    for name in names:
        as_read &= name.does_not_exist()
    return actions, as_read


def _cancelled_as(rows: type[InvoiceRow], invoice: Invoice) -> Condition:
    day = invoice.cancelled_on
    return rows.cancelled_on == day.isoformat() if day else rows.cancelled_on.does_not_exist()


def invoice_of(item: RawItem) -> Invoice:
    return Invoice(
        number=InvoiceNumber(item["number"]["S"]),
        reference=item["reference"]["S"],
        family=FamilyId(item["family"]["S"]),
        issued_on=date.fromisoformat(item["issued_on"]["S"]),
        due_on=date.fromisoformat(item["due_on"]["S"]),
        label=item["label"]["S"],
        regie=item["regie"]["S"],
        total=Cents(int(item["total"]["N"])),
        published_at=instant_of(item["published_at"]["S"]),
        pdf_bytes=int(item["pdf_bytes"]["N"]),
        pdf_tag=item["pdf_tag"]["S"] if "pdf_tag" in item else "",
        begun=Begun(AttemptId(item["attempt"]["S"]), instant_of(item["begun_at"]["S"])) if "attempt" in item else None,
        payments=tuple(_payment(text["S"]) for _, text in sorted(item["payments"]["M"].items())),
        cancelled_on=date.fromisoformat(item["cancelled_on"]["S"]) if "cancelled_on" in item else None,
        corrects=InvoiceNumber(item["corrects"]["S"]) if "corrects" in item else None,
        means=Means(item["means"]["S"]) if "means" in item else None,
    )


def _payment_text(payment: Payment) -> str:
    bank_date = payment.bank_date.isoformat() if payment.bank_date else ""
    facts = {**facts_of(payment), "paid_on": payment.paid_on.isoformat(), "means": payment.means.value}
    return json_text({**facts, "bank_date": bank_date})


def _payment(text: str) -> Payment:
    facts = json.loads(text)
    read = {
        "paid_on": date.fromisoformat(facts["paid_on"]),
        "amount": Cents(facts["amount"]),
        "means": Means(facts["means"]),
        "bank_date": date.fromisoformat(facts["bank_date"]) if facts["bank_date"] else None,
    }
    return Payment(**{**facts, **read})


def line_text(line: InvoiceLine) -> str:
    said = [line.what, line.child, str(line.quantity), str(line.unit_price), line.amount]
    more = [line.days, line.activity or "", line.child_id or ""]
    return json_text([*said, *more] if any(more) else said)


def line_of(text: str) -> InvoiceLine:
    what, child, quantity, unit_price, amount, *more = json.loads(text)
    days, activity, child_id = more or ("", "", "")
    return InvoiceLine(
        what=what,
        child=child,
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        amount=Cents(amount),
        days=days,
        activity=ActivityId(activity) if activity else None,
        child_id=ChildId(child_id) if child_id else None,
    )
