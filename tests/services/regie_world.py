"""A régie in one process: parents, the bank's own book, the desk, the town's lists, the job.

What the bank and the desk took is the truth. Every act may be broken off at any call and done again.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.invoices.following import Aside, Follow
from chalicelib.intake.invoices.money_rows import PAYMENTS, MoneyRow, RowKind
from chalicelib.rules.book import EntryKind
from chalicelib.rules.crediting import CreditPart
from chalicelib.rules.decisions import Decision, Word
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.points import Point, PointKind
from chalicelib.rules.refunds import Refund
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.taking_back import NotThere
from chalicelib.rules.town import PaymentFacts
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.book_ports import PaymentOn
from chalicelib.services.cancelling import CancelInvoice, NotCancellable
from chalicelib.services.crediting import GiveCredit, NotCreditable
from chalicelib.services.deciding import Decide, NotDecided
from chalicelib.services.invoicing import AlreadyPaid, NotPayable, UnderWay
from chalicelib.services.money_desk import money_desk
from chalicelib.services.reconciling import Reconcile
from chalicelib.services.recording import RecordPayments
from chalicelib.services.refunding import NotRefunded, RecordRefund
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import BeingOpened, StartPayment
from chalicelib.services.taking_back import Cause, NotTakenBack, TakeBack, TakingBack
from infra.local.bank.operations import Unusable
from tests.builders import a_family, a_town, an_invoice
from tests.clock import FixedClock, paris
from tests.fake_bank import nobody_reads
from tests.fakes import (
    MemoryAttempts,
    MemoryBook,
    MemoryFamilies,
    MemoryInvoices,
    MemoryNotices,
    MemoryOutbox,
    MemoryTown,
)
from tests.services.paying_world import Links
from tests.services.regie_faults import Failing, Faults
from tests.simulated_bank import Bank

ASIDE = (
    AlreadyPaid, BeingOpened, NotPayable, UnderWay, NotTakenBack, NotRefunded, NotDecided, NotCreditable,
    NotCancellable,
)  # fmt: skip
"""What a person reads instead: nothing was written."""
PAYER = "Jamie BOND"
MOST_ROUNDS = 5


class Regie:
    """``till``: what the desk took, by invoice and payment. ``gone``: payments that are not there, as the town's bank
    says. ``given``: refunds by warrant. ``kept``: overpaid invoices whose surplus stays, as they were then. ``rows``:
    what the town's lists say, each of which is imported again."""

    def __init__(self, families: int = 1) -> None:
        self.clock = FixedClock(paris("lundi 2026-11-23 10:00"))
        self.bank = Bank(self.clock)
        self.bank.ledger.set_options({"abandon_lives": 120.0})
        self.outbox = MemoryOutbox()
        self.invoices = MemoryInvoices(self.outbox)
        self.attempts = MemoryAttempts(self.invoices, self.outbox)
        self.book = MemoryBook(self.invoices, self.attempts, self.outbox)
        self.families = [a_family(id=FamilyId(f"f-{number:03}")) for number in range(families)]
        self.faults = Faults()
        self.till: dict[tuple[InvoiceNumber, str], Cents] = {}
        self.gone: dict[tuple[InvoiceNumber, str], Payment] = {}
        self.given: dict[str, Cents] = {}
        self.kept: dict[InvoiceNumber, Invoice] = {}
        self.rows: list[Callable[[], object]] = []
        self._services()

    def _services(self) -> None:
        ports = {name: Failing(getattr(self, name), self.faults) for name in ("invoices", "attempts", "book")}
        told: dict[str, Any] = {"clock": self.clock, "report": nobody_reads}
        desk: dict[str, Any] = {**ports, "clock": self.clock}
        payments: dict[str, Any] = {"invoices": ports["invoices"], "attempts": ports["attempts"], **told}
        notices = MemoryNotices(self.outbox)
        addresses = ConcernedAddresses(families=MemoryFamilies(self.families), notices=notices, outbox=self.outbox)
        providers: dict[str, Any] = {"web-service": self.bank}
        self.settle = SettlePayment(**payments, book=ports["book"], providers=providers)
        names = count(1)
        # Named in turn: a run is then repeated to the letter.
        self.start = StartPayment(
            **payments,
            providers=providers,
            settle=self.settle,
            town=MemoryTown(a_town(payment=PaymentFacts("T5", "006382", online="web-service"))),
            links=Links(),
            new_id=lambda: f"a-{next(names):03}",
        )
        self.show = ShowPayment(**payments, settle=self.settle)
        self.reconcile = Reconcile(attempts=ports["attempts"], settle=self.settle, **told)
        self.record = RecordPayments(invoices=ports["invoices"], book=ports["book"], clock=self.clock)
        self.follow = Follow(money_desk(**desk, addresses=addresses))
        self.take_back = TakeBack(**desk, addresses=addresses)
        self.refund = RecordRefund(**desk, addresses=addresses)
        self.credit = GiveCredit(**desk)
        self.cancel = CancelInvoice(**desk)
        self.desk: dict[str, Any] = desk

    @property
    def today(self) -> date:
        return paris_day(self.clock.now())

    def invoice(self, number: InvoiceNumber) -> Invoice:
        return self.invoices.invoices[number]

    def issues(self, number: str, cents: int, family: int = 0, **changes: Any) -> InvoiceNumber:
        invoice = an_invoice(number, family=self.families[family].id, total=Cents(cents), payments=(), **changes)
        self.invoices.put(replace(invoice, issued_on=self.today, due_on=self.today + timedelta(days=30)), ())
        return invoice.number

    def is_set_aside(self, act: Callable[[], object]) -> bool:
        """Do an act; True when the town is told that a person has to look, and nothing was written."""
        try:
            act()
        except ASIDE:
            return True
        return False

    # Acts. Each may be done again, and then changes nothing.

    def parent_goes_to_the_bank(self, number: InvoiceNumber) -> None:
        family = next(one for one in self.families if one.id == self.invoice(number).family)
        self.is_set_aside(lambda: self.start(family, number, family.email))

    def parent_looks(self, number: InvoiceNumber) -> None:
        self.show(self.invoice(number).family, number)

    def bank_notifies(self, idop: str, times: int = 1) -> None:
        for _ in range(times):
            self.time_passes(seconds=2)
            self.settle.by_idop(idop)

    def job_runs(self) -> None:
        self.reconcile(lambda: 300.0)

    def desk_takes(self, number: InvoiceNumber, payment: Payment) -> None:
        """A row of reglements.csv."""
        self.till[number, payment.id] = payment.amount
        invoice = self.invoice(number)
        if payment.id not in {one.id for one in invoice.payments}:
            self.record([PaymentOn(invoice, payment)])

    def list_confirms(self, number: InvoiceNumber, payment: Payment) -> None:
        """A row « en ligne » of reglements.csv about money of the bank."""
        about: dict[str, Any] = {"means": payment.means, "mark": payment.authorisation, "payer": payment.payer}
        where = FileLine(PAYMENTS, 2)
        row = MoneyRow(where, RowKind.ONLINE, payment.paid_on, number, payment.amount, payment=payment.id, **about)
        with suppress(Aside):
            self.follow(row)

    def is_not_there(self, number: InvoiceNumber, payment: Payment, cause: Cause, day: date) -> None:
        """A negative row, a row ``annule``, or a row of contrepassations.csv."""
        row = NotThere(day, payment.reference or payment.authorisation, payment.amount, payment.means)
        asked = TakingBack(number, cause, row, "compte clos", payment.id)
        if not self.is_set_aside(lambda: self.take_back(asked)):
            self.gone[number, payment.id] = payment

    def gives_back(self, refund: Refund) -> None:
        """A row of remboursements.csv."""
        if not self.is_set_aside(lambda: self.refund(refund)):
            self.given[refund.warrant] = refund.amount

    def decides(self, decision: Decision) -> None:
        """A row of decisions.csv."""
        point, lines = self.book.point(decision.point), len(self.book.told)
        try:
            self.is_set_aside(lambda: Decide(**self.desk)(decision))
        finally:  # It may be written though nobody heard so.
            if point and decision.word is Word.KEPT and len(self.book.told) > lines:
                self.kept[point.invoice] = self.invoice(point.invoice)

    def credits(self, note: InvoiceNumber) -> None:
        self.is_set_aside(lambda: self.credit.at_once(note, PAYER))

    def credits_part(self, part: CreditPart) -> None:
        """A row of reglements.csv with the means ``avoir``."""
        self.is_set_aside(lambda: self.credit.part(part))

    def cancels(self, number: InvoiceNumber) -> None:
        """A row of factures.csv with ``etat = annulee``."""
        self.is_set_aside(lambda: self.cancel(number, payer=PAYER, reason="erreur de facturation"))

    def honest_decision(self, point: Point) -> Decision | None:
        """What somebody decides who reads the bank's statement; None while the bank may still take money."""
        if point.kind is PointKind.OVERPAID:
            return Decision(point.code, self.today, Word.KEPT, "Mme Petit")
        attempt = self.attempts.kept[point.attempt] if point.attempt else None
        if attempt is None or self.clock.now() < attempt.created_at + timedelta(hours=2):
            return None
        taken = self.bank.taken().get(attempt.idop)
        if taken is None:
            return Decision(point.code, self.today, Word.NOT_PAID, "Mme Petit")
        outcome = self.bank.ledger.get(attempt.idop).outcome
        found = outcome.numauto if outcome else ""
        return Decision(point.code, self.today, Word.PAID, "Mme Petit", amount=Cents(taken), authorisation=found)

    def can_be_paid(self, idop: str) -> bool:
        """Whether somebody was sent to this operation, and its page still takes money: not used yet, or abandoned less
        than two minutes ago."""
        try:
            self.bank.ledger.payable(idop)
        except Unusable:
            return False
        return self.attempts.by_idop(idop) is not None

    def time_passes(self, **time: float) -> None:
        self.clock.forward(**time)

    def standing(self, number: InvoiceNumber, *means: Means) -> list[Payment]:
        """Payments by these means that were not taken back."""
        payments = self.invoice(number).payments
        backs = {one.takes_back for one in payments}
        return [one for one in payments if one.amount > 0 and one.means in means and one.id not in backs]

    def ends(self) -> None:
        """All faults are over. The bank tells what it knows, the job runs, the town's lists come again, until nothing
        is written any more: a row that was set aside may be possible once another was followed."""
        self.faults.none()
        self.bank.mute = 0
        for operation in self.bank.ledger.all():
            self.bank.ledger.bend(operation.key, "", "")
        for _ in range(MOST_ROUNDS):
            lines = len(self.book.told)
            self._is_told_and_looks()
            for row in self.rows:
                row()
            if len(self.book.told) == lines:
                return
        raise AssertionError("it is never quiet")

    def _is_told_and_looks(self) -> None:
        """The bank tells of every operation that ended, and the job runs for two days."""
        for operation in self.bank.ledger.all():
            if operation.outcome:
                self.bank_notifies(operation.key)
        for _ in range(60):
            self.time_passes(minutes=50)
            self.job_runs()

    def lines_of(self, *kinds: EntryKind) -> int:
        """Cents of the journal's lines of these kinds."""
        return sum(line.entry.amount for line in self.book.told if line.entry.kind in kinds)
