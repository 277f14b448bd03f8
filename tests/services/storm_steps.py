"""What parents, the bank, the desk and the town do in the storm."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from chalicelib.rules.crediting import CreditPart, credit_left
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.points import PointKind
from chalicelib.rules.refunds import Refund
from chalicelib.services.taking_back import Cause
from infra.local.bank.operations import TAKEN
from tests.builders import a_payment
from tests.services.regie_world import PAYER
from tests.services.storm import Step, Storm

ENDS = "PPPPPPVVVRZA"
BENDS = ("letter", "numcli", "refdet", "future", "unreadable", "dateless")


def pays(storm: Storm) -> None:
    """A parent goes to the bank, and mostly ends there."""
    regie = storm.regie
    due = storm.invoice_like(lambda one: not one.is_paid) if storm.chance.random() < 0.8 else None
    number = due.number if due else storm.any_invoice()
    storm.does("start", partial(regie.parent_goes_to_the_bank, number))
    if storm.chance.random() < 0.8:
        is_at_the_bank(storm)
    if storm.chance.random() < 0.5:
        storm.does("look", partial(regie.parent_looks, number))


def is_at_the_bank(storm: Storm) -> None:
    """Somebody ends: as most do, or with another amount, or abandons and pays after all."""
    ledger = storm.regie.bank.ledger
    open_ones = [one.key for one in ledger.all() if storm.regie.can_be_paid(one.key)]
    if not open_ones:
        return
    key, way = open_ones[0], storm.chance.random()
    if way < 0.05:
        ledger.finish(key, "P", extra=storm.chance.choice([100, -100]))
    elif way < 0.1:
        ledger.abandon(key, timedelta(seconds=90))
    elif way < 0.13:
        ledger.finish(key, "Q")
    elif way < 0.16:
        ledger.finish(key, "P", late=timedelta(minutes=storm.chance.choice([2, 200])))
    else:
        ledger.finish(key, storm.chance.choice(ENDS))
    if storm.chance.random() < 0.7:
        storm.does("notify", partial(storm.regie.bank_notifies, key, storm.chance.choice([1, 1, 3])))


def is_told_of(storm: Storm) -> None:
    """A notification that is late, or double, or nothing new."""
    every = storm.regie.bank.ledger.all()
    if every:
        storm.does("notify", partial(storm.regie.bank_notifies, storm.chance.choice(every).key))


def is_answered_about_wrongly(storm: Storm) -> None:
    """The service breaks down over one operation, or what it answers about it is wrong."""
    ledger = storm.regie.bank.ledger
    unknown = [one for one in ledger.all() if (found := storm.regie.attempts.by_idop(one.key)) and not found.is_final]
    if unknown:
        one = storm.chance.choice(unknown[:20])
        fault, wrong = storm.chance.choice([("999", ""), ("", storm.chance.choice(BENDS))])
        ledger.bend(one.key, fault, wrong)
        if storm.regie.can_be_paid(one.key):
            ledger.finish(one.key, "P")
        storm.does("notify", partial(storm.regie.bank_notifies, one.key))
        if storm.chance.random() < 0.5:
            ledger.bend(one.key, "", "")
            storm.does("notify", partial(storm.regie.bank_notifies, one.key))


def is_answered_about_at_last(storm: Storm) -> None:
    ledger = storm.regie.bank.ledger
    bent = [one for one in ledger.all() if one.fault or one.wrong]
    if bent:
        one = storm.chance.choice(bent)
        ledger.bend(one.key, "", "")
        storm.does("notify", partial(storm.regie.bank_notifies, one.key))


def bank_pays_late(storm: Storm) -> None:
    """A success after a refusal, an abandon, a closed window."""
    ledger = storm.regie.bank.ledger
    failed = [
        one.key
        for one in ledger.all()
        if storm.regie.attempts.by_idop(one.key) and one.outcome and one.outcome.letter in "RZA"
    ]
    if failed:
        storm.seen["late success"] += 1
        ledger.force(storm.chance.choice(failed), "P", tell=False)


def service_is_down(storm: Storm) -> None:
    storm.regie.bank.mute = storm.chance.randrange(1, 6)


def the_job(storm: Storm) -> None:
    storm.does("job", storm.regie.job_runs)


def desk(storm: Storm) -> None:
    invoice = storm.invoice_like(lambda one: not one.is_credit_note)
    if invoice:
        storm.seen["payment too much"] += invoice.is_paid
        means = storm.chance.choice([Means.CHEQUE, Means.CASH, Means.TRANSFER, Means.DIRECT_DEBIT])
        name = f"desk-{len(storm.regie.till)}"
        amount = storm.chance.choice([invoice.remaining or Cents(500), Cents(storm.chance.randrange(100, 4000))])
        payment = a_payment(amount, id=name, means=means, reference=name, paid_on=storm.regie.today)
        storm.imports(f"desk {means.value}", partial(storm.regie.desk_takes, invoice.number, payment))


def bounces(storm: Storm) -> None:
    """A cheque or a debit bounces, or the town withdraws what it wrote."""
    regie, withdrawn = storm.regie, storm.chance.random() < 0.3
    means = (Means.CASH, Means.CHEQUE) if withdrawn else (Means.CHEQUE, Means.DIRECT_DEBIT, Means.ONLINE)
    invoice = storm.invoice_like(lambda one: regie.standing(one.number, *means))
    if invoice:
        payment = storm.chance.choice(regie.standing(invoice.number, *means))
        cause = Cause.WITHDRAWN if withdrawn else Cause.BOUNCED
        act = partial(regie.is_not_there, invoice.number, payment, cause, regie.today)
        storm.imports(f"{cause.value} {payment.means.value}", act)


def refunds(storm: Storm) -> None:
    invoice = storm.invoice_like(lambda one: one.overpaid)
    if invoice:
        cents = invoice.overpaid if storm.chance.random() < 0.8 else Cents(invoice.overpaid + 1)
        warrant = f"M-{len(storm.regie.rows)}"
        refund = Refund(invoice.number, storm.regie.today, cents, Means.TRANSFER, warrant)
        storm.imports(
            "refund of a note" if invoice.is_credit_note else "refund", partial(storm.regie.gives_back, refund)
        )


def refunds_unexplained(storm: Storm) -> None:
    """Money that no invoice explains is given back, by its authorisation."""
    for point in storm.regie.book.points():
        if point.received and point.kind is PointKind.TO_CHECK and point.authorisation:
            refund = Refund(
                point.invoice,
                storm.regie.today,
                point.received,
                Means.TRANSFER,
                f"M-{len(storm.regie.rows)}",
                point.authorisation,
            )
            storm.imports("refund of what nothing explains", partial(storm.regie.gives_back, refund))
            return


def lists_confirm(storm: Storm) -> None:
    """The town's list has the money of a payment that is to check, as the bank's statement says."""
    regie = storm.regie
    for point in regie.book.points():
        attempt = regie.attempts.kept[point.attempt] if point.attempt else None
        outcome = regie.bank.ledger.get(attempt.idop).outcome if attempt and point.received else None
        if outcome and outcome.numauto and outcome.montant == point.received:
            facts = {"means": Means.ONLINE, "authorisation": outcome.numauto, "paid_on": regie.today}
            payment = a_payment(outcome.montant, id=f"list-{len(regie.rows)}", **facts)
            storm.imports("confirmed by the list", partial(regie.list_confirms, point.invoice, payment))
            return


def list_is_first(storm: Storm) -> None:
    """The town's list has money of the bank before the bank told the portal of it."""
    regie = storm.regie
    for operation in regie.bank.ledger.all():
        attempt, outcome = regie.attempts.by_idop(operation.key), operation.outcome
        if attempt and not attempt.needs_a_person and not attempt.is_final and outcome and outcome.letter in TAKEN:
            facts = {"means": Means.ONLINE, "authorisation": outcome.numauto, "paid_on": regie.today}
            payment = a_payment(outcome.montant, id=f"list-{len(regie.rows)}", **facts)
            storm.imports("listed before it was told", partial(regie.list_confirms, attempt.invoice, payment))
            return


def decides(storm: Storm) -> None:
    points = list(storm.regie.book.points())
    decision = storm.regie.honest_decision(storm.chance.choice(points)) if points else None
    if decision:
        storm.imports(f"decision {decision.word.value}", partial(storm.regie.decides, decision))


def gives_credit(storm: Storm) -> None:
    """A credit note for a part of an invoice, paid or not."""
    regie = storm.regie
    of = storm.invoice_like(lambda one: one.total > 400 and not one.is_credit_note and not one.cancelled_on)
    if of is None or any(one.corrects == of.number for one in regie.invoices.invoices.values()):
        return
    family = [one.id for one in regie.families].index(of.family)
    number, cents = f"2026-027-{len(regie.invoices.invoices):06}", storm.chance.randrange(100, of.total)
    note = regie.issues(number, -cents, family, corrects=of.number)
    storm.imports("credit note", partial(regie.credits, note))


def credits_part(storm: Storm) -> None:
    """What is left of a note pays another invoice of the family."""
    note = storm.invoice_like(lambda one: one.is_credit_note and credit_left(one))
    other = storm.invoice_like(lambda one: note and one.family == note.family and one.remaining)
    if note and other:
        amount = Cents(min(credit_left(note), other.remaining))
        part = CreditPart(note.number, other.number, amount, storm.regie.today, PAYER, f"part-{len(storm.regie.rows)}")
        storm.imports("part of a credit", partial(storm.regie.credits_part, part))


def cancels(storm: Storm) -> None:
    invoice = storm.invoice_like(lambda one: not one.is_credit_note and not one.cancelled_on)
    if invoice:
        name = "cancellation of a paid one" if invoice.paid else "cancellation"
        storm.imports(name, partial(storm.regie.cancels, invoice.number))


PLAN: Mapping[Step, int] = {
    pays: 30, is_at_the_bank: 8, is_told_of: 8, is_answered_about_wrongly: 4, is_answered_about_at_last: 3,
    bank_pays_late: 1, service_is_down: 2, the_job: 10, desk: 6, bounces: 4, refunds: 4, refunds_unexplained: 1,
    lists_confirm: 1, list_is_first: 1, decides: 4, gives_credit: 2, credits_part: 2, cancels: 1,
}  # fmt: skip
EVERY_EVENT = frozenset(
    {
        "start", "look", "notify", "job", "late success", "payment too much", "desk cheque", "desk cash",
        "desk transfer", "desk direct-debit", "bounced cheque", "bounced direct-debit", "bounced online",
        "withdrawn cheque", "withdrawn cash", "refund", "refund of a note", "refund of what nothing explains",
        "confirmed by the list", "listed before it was told",
        "decision payee", "decision non-payee", "decision conservee", "credit note",
        "part of a credit", "cancellation", "cancellation of a paid one",
    }
)  # fmt: skip
