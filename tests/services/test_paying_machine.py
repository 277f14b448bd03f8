"""Parents, bank, notifications, jobs, the desk and crashes in any order: our books equal the bank's, always.

The bank is the simulator's own ledger, on the portal's clock; what it took is the truth that the portal must come to.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.rules.book import MONEY, BookHead, EntryKind, broken_links
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState
from chalicelib.rules.points import PointKind
from chalicelib.rules.town import PaymentFacts
from chalicelib.services.invoicing import AlreadyPaid, NotPayable
from chalicelib.services.reconciling import Reconcile
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import BeingOpened, StartPayment
from infra.local.bank.operations import TAKEN, Operation, Unusable
from tests.builders import a_family, a_payment, a_town, an_invoice
from tests.clock import FixedClock, paris
from tests.dying import Crashing, Process
from tests.fakes import MemoryAttempts, MemoryBook, MemoryInvoices, MemoryOutbox, MemoryTown
from tests.faults import Killed
from tests.money import at_the_desk
from tests.simulated_bank import Bank

INVOICES = [
    replace(an_invoice("2013-026-000335"), payments=()),
    replace(an_invoice("2013-026-000336"), total=Cents(1050), payments=()),
]
BROKEN = (Unavailable, Killed, StaleWrite)
chosen = st.sampled_from(INVOICES)


class Payments(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock(paris("lundi 2026-11-23 10:00"))
        self.bank = Bank(self.clock)
        self.bank.ledger.set_options({"abandon_lives": 120.0})
        self.outbox = MemoryOutbox()
        self.invoices = MemoryInvoices(self.outbox)
        for invoice in INVOICES:
            self.invoices.put(invoice, ())
        self.books = MemoryAttempts(self.invoices, self.outbox)
        self.book, self.process = MemoryBook(self.invoices, self.books, self.outbox), Process()
        self.attempts = Crashing(self.books, self.process)
        town = MemoryTown(a_town(payment=PaymentFacts("T5", "006382", online="web-service")))
        books: dict[str, Any] = {"attempts": self.attempts, "invoices": self.invoices}
        told: dict[str, Any] = {"clock": self.clock, "report": lambda _event, **_facts: None}
        self.settle = SettlePayment(
            **books, book=Crashing(self.book, self.process), providers={"web-service": self.bank}, **told
        )
        names = count(1)
        # Named in turn: hypothesis repeats a run to the letter, and jobs go through attempts in the order of names.
        self.start = StartPayment(
            **books,
            providers={"web-service": self.bank},
            settle=self.settle,
            town=town,
            links=self,
            **told,
            new_id=lambda: f"a-{next(names):03}",
        )
        self.show = ShowPayment(**books, settle=self.settle, **told)
        self.reconcile = Reconcile(attempts=self.attempts, settle=self.settle, **told)
        self.cash = 0
        self.ever_taken: dict[str, set[int]] = {}

    def notify(self) -> str:
        return "https://portail.example/n"

    def back(self) -> str:
        return "https://portail.example/r"

    @initialize(invoice=chosen)
    def a_parent_is_at_the_bank(self, invoice: Invoice) -> None:
        self.a_parent_goes_to_the_bank(invoice)

    @rule(invoice=chosen)
    def a_parent_goes_to_the_bank(self, invoice: Invoice) -> None:
        try:
            self.start(a_family(), invoice.number, "jamie.bond@server.fr")
        except (AlreadyPaid, NotPayable, BeingOpened, *BROKEN):
            pass

    @rule(letter=st.sampled_from("PPVRZA"), which=st.integers(0, 5))
    def somebody_ends_at_the_bank(self, letter: str, which: int) -> None:
        """Only who was sent to an operation can pay it: those that we know."""
        open_ones = [one.key for one in self.bank.ledger.all() if self.can_be_paid(one.key)]
        if open_ones:
            self.bank.ledger.finish(open_ones[which % len(open_ones)], letter)

    def can_be_paid(self, idop: str) -> bool:
        """Whether somebody was sent to this operation, and its page still takes her money: not used yet, or abandoned
        less than two minutes ago."""
        try:
            self.bank.ledger.payable(idop)
        except Unusable:
            return False
        return self.books.by_idop(idop) is not None

    @rule(cents=st.sampled_from([-1, 1, 100]), which=st.integers(0, 5))
    def the_bank_takes_another_amount(self, cents: int, which: int) -> None:
        open_ones = [one.key for one in self.bank.ledger.all() if self.can_be_paid(one.key)]
        if open_ones:
            self.bank.ledger.finish(open_ones[which % len(open_ones)], "P", extra=cents)

    @rule(which=st.integers(0, 5))
    def the_bank_changes_its_mind(self, which: int) -> None:
        """A success after a refusal, an abandon, a closed window, our own expiry; the right amount after another."""
        failed = [one.key for one in self.bank.ledger.all() if self.books.by_idop(one.key) and not _took_it(one)]
        if failed:
            self.bank.ledger.force(failed[which % len(failed)], "P", tell=False)

    @rule(which=st.integers(0, 5), times=st.integers(1, 3))
    def the_bank_notifies(self, which: int, times: int) -> None:
        operations = self.bank.ledger.all()
        for _ in range(times if operations else 0):
            self._quietly(lambda: self.settle.by_idop(operations[which % len(operations)].key))

    @rule(letter=st.sampled_from("PVRZA"), invoice=chosen)
    def somebody_ends_and_everybody_hears(self, letter: str, invoice: Invoice) -> None:
        self.somebody_ends_at_the_bank(letter, 0)
        for operation in self.bank.ledger.all():
            self._quietly(partial(self.settle.by_idop, operation.key))
        self.a_parent_looks(invoice)

    @rule(invoice=chosen)
    def a_parent_looks(self, invoice: Invoice) -> None:
        self._quietly(lambda: self.show(invoice.family, invoice.number))

    @rule()
    def the_job_runs(self) -> None:
        self._quietly(lambda: self.reconcile(lambda: 100.0))

    @rule(invoice=chosen, seconds=st.sampled_from([80, 100, 125]), late=st.sampled_from([0, 30]))
    def a_parent_gives_up_and_starts_again(self, invoice: Invoice, seconds: int, late: int) -> None:
        """The treasury tells minutes, without their seconds."""
        self.time_passes(late / 60)
        self.somebody_ends_and_everybody_hears("A", invoice)
        self.time_passes(seconds / 60)
        self.a_parent_goes_to_the_bank(invoice)

    @rule(minutes=st.sampled_from([0.4, 1, 1.3, 5, 16, 61, 136, 24 * 60]))
    def time_passes(self, minutes: float) -> None:
        self.clock.at = self.clock.now() + timedelta(minutes=minutes)

    @rule()
    def nobody_comes_back_for_hours(self) -> None:
        self.time_passes(136)
        self.the_job_runs()

    @rule()
    def the_night_comes(self) -> None:
        """The bank forgets what nobody used; our clock moves as far as its own."""
        before = self.bank.ledger.now()
        self.bank.ledger.night()
        passed = self.bank.ledger.now() - before
        self.bank.ledger.advance(-passed)
        self.clock.at = self.clock.now() + passed

    @rule(invoice=chosen, cents=st.integers(1, 1200))
    def the_desk_takes_cash(self, invoice: Invoice, cents: int) -> None:
        self.cash += 1
        at_the_desk(self.book, self.invoices, invoice.number, a_payment(cents, id=f"desk-{self.cash}"))

    @rule(crash=st.sampled_from(["before", "after"]))
    def the_next_write_kills_the_process(self, crash: str) -> None:
        self.process.crash = crash

    @rule()
    def the_next_answer_of_the_bank_is_lost(self) -> None:
        self.bank.mute = 1

    @invariant()
    def nothing_is_counted_that_the_bank_did_not_take(self) -> None:
        for idop, cents in self.bank.taken().items():
            self.ever_taken.setdefault(idop, set()).add(cents)
        for idop, cents in self.counted().items():
            assert cents in self.ever_taken[idop]

    @invariant()
    def no_invoice_can_be_paid_on_two_pages(self) -> None:
        """Whatever the bank said of the first a moment ago."""
        usable = [one.order.refdet for one in self.bank.ledger.all() if self.can_be_paid(one.key)]
        assert len(usable) == len(set(usable))

    @invariant()
    def payment_journal_and_receipt_are_one(self) -> None:
        lines = [line.entry.attempt for line in self.book.told if line.entry.kind is EntryKind.PAYMENT]
        paid = [attempt for attempt in lines if attempt]
        assert len(paid) == len(set(paid))
        assert Counter(payment.attempt for payment in self.online()) == Counter(paid)
        receipts = {name for name in self.outbox.mails if name.startswith("payment-receipt")}
        assert receipts == {f"payment-receipt-{name}" for name in paid}

    @invariant()
    def the_journal_is_whole_and_says_what_the_invoices_have(self) -> None:
        assert list(broken_links(self.book.told, BookHead(2026))) == []
        money = sum(line.entry.amount for line in self.book.told if line.entry.kind in MONEY)
        paid = sum(self.kept(invoice).paid for invoice in INVOICES)
        assert money == paid + sum(self.unclassified().values())
        by_name = {line.name: line.entry for line in self.book.told}
        for invoice in INVOICES:
            for payment in self.kept(invoice).payments:
                entry = by_name[payment.line]
                assert (entry.invoice, entry.payment, entry.amount) == (invoice.number, payment.id, payment.amount)

    @invariant()
    def what_is_open_is_what_a_person_has_to_settle(self) -> None:
        too_much = {invoice.number for invoice in INVOICES if self.kept(invoice).overpaid}
        assert {point.invoice for point in self.book.points() if point.kind is PointKind.OVERPAID} == too_much
        to_check = {name for name, attempt in self.books.kept.items() if attempt.needs_a_person}
        assert {point.attempt for point in self.book.points() if point.kind is not PointKind.OVERPAID} == to_check

    def teardown(self) -> None:
        """All faults over, the bank tells once more and the jobs run for two days: the books are equal, to the cent."""
        self.process.crash, self.bank.mute = "", 0
        for operation in self.bank.ledger.all():
            if operation.outcome:
                self.settle.by_idop(operation.key)
        for _ in range(60):
            self.clock.at = self.clock.now() + timedelta(minutes=50)
            self.reconcile(lambda: 100.0)
        assert self.counted() == self.bank.taken()
        assert self.books.looks == {}
        assert not [a for a in self.books.kept.values() if a.state is AttemptState.PENDING]
        self.payment_journal_and_receipt_are_one()

    def counted(self) -> dict[str, int]:
        """Cents by the bank's name of each operation that our books say was paid."""
        counted = {}
        for payment in self.online():
            assert payment.attempt
            counted[self.books.kept[payment.attempt].idop] = int(payment.amount)
        return counted | self.unclassified()

    def unclassified(self) -> dict[str, int]:
        """Cents by the bank's name of each operation whose money no invoice explains."""
        found: Counter[str] = Counter()
        for line in self.book.told:
            if line.entry.kind is EntryKind.UNCLASSIFIED:
                found[line.entry.idop] += line.entry.amount
        return {idop: cents for idop, cents in found.items() if cents}

    def kept(self, invoice: Invoice) -> Invoice:
        found = self.invoices.find(invoice.family, invoice.number)
        assert found
        return found

    def online(self) -> list[Payment]:
        return [payment for one in INVOICES for payment in self.kept(one).payments if payment.means is Means.ONLINE]

    def _quietly(self, step: Callable[[], object]) -> None:
        try:
            step()
        except BROKEN:
            return


def _took_it(operation: Operation) -> bool:
    """Whether the bank took what was asked."""
    outcome = operation.outcome
    return outcome is not None and outcome.letter in TAKEN and outcome.montant == operation.order.montant


Payments.TestCase.settings = settings(
    max_examples=300, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPayments = Payments.TestCase


def test_a_ledger_that_counts_twice_is_caught() -> None:
    """The machine can fail: a settling that forgets what it wrote is found at once."""
    machine = Payments()
    machine.a_parent_goes_to_the_bank(INVOICES[0])
    (operation,) = machine.bank.ledger.all()
    machine.bank.ledger.force(operation.key, "P", tell=False)
    machine.settle.by_idop(operation.key)
    machine.nothing_is_counted_that_the_bank_did_not_take()
    payment = machine.online()[0]
    at_the_desk(machine.book, machine.invoices, INVOICES[0].number, replace(payment, id="online-twice"))
    with pytest.raises(AssertionError):
        machine.payment_journal_and_receipt_are_one()
