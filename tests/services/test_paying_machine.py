"""Parents, bank, notifications, jobs, the desk, the town's lists and crashes in any order: the books are equal, always.

The bank is the simulator's own ledger, on the portal's clock; what it took is the truth that the portal must come to.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.rules.crediting import CreditPart, credit_left
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState
from chalicelib.rules.refunds import Refund
from chalicelib.services.taking_back import Cause
from infra.local.bank.operations import TAKEN
from tests.builders import a_payment
from tests.services import regie_truth as truth
from tests.services.regie_faults import BROKEN, OVERTAKEN, WAYS
from tests.services.regie_world import PAYER, Regie

FIRST, SECOND = InvoiceNumber("2026-026-000335"), InvoiceNumber("2026-026-000336")
DESK = (Means.CHEQUE, Means.CASH, Means.TRANSFER, Means.DIRECT_DEBIT)
WRONG = ("letter", "numcli", "refdet", "future", "unreadable", "dateless")
chosen = st.sampled_from([FIRST, SECOND])
which_one = st.integers(0, 5)


class Payments(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.regie = Regie()
        self.regie.issues(FIRST, 424)
        self.regie.issues(SECOND, 1050)
        self.ledger = self.regie.bank.ledger

    @initialize(number=chosen)
    def a_parent_is_at_the_bank(self, number: InvoiceNumber) -> None:
        self.a_parent_goes_to_the_bank(number)

    @rule(number=chosen)
    def a_parent_goes_to_the_bank(self, number: InvoiceNumber) -> None:
        self._quietly(partial(self.regie.parent_goes_to_the_bank, number))

    @rule(letter=st.sampled_from("PPVRZAQ"), which=which_one, extra=st.sampled_from([0, 0, 0, 100]))
    def somebody_ends_at_the_bank(self, letter: str, which: int, extra: int = 0) -> None:
        """Only who was sent to an operation can pay it: those that we know."""
        open_ones = [one.key for one in self.ledger.all() if self.regie.can_be_paid(one.key)]
        if open_ones:
            self.ledger.finish(open_ones[which % len(open_ones)], letter, extra=extra)

    @rule(which=which_one)
    def the_bank_changes_its_mind(self, which: int) -> None:
        """A success after a refusal, an abandon, a closed window, our own expiry."""
        ours = [one for one in self.ledger.all() if self.regie.attempts.by_idop(one.key)]
        failed = [one.key for one in ours if one.outcome is None or one.outcome.letter not in TAKEN]
        if failed:
            self.ledger.force(failed[which % len(failed)], "P", tell=False)

    @rule(which=which_one, wrong=st.sampled_from(["", "", *WRONG]), fault=st.sampled_from(["", "999"]))
    def the_bank_answers_wrongly_or_rightly(self, which: int, wrong: str, fault: str) -> None:
        operations = self.ledger.all()
        if operations:
            self.ledger.bend(operations[which % len(operations)].key, fault, wrong)

    @rule(which=which_one, times=st.integers(1, 3))
    def the_bank_notifies(self, which: int, times: int) -> None:
        operations = self.ledger.all()
        if operations:
            self._quietly(partial(self.regie.bank_notifies, operations[which % len(operations)].key, times))

    @rule(letter=st.sampled_from("PVRZA"), number=chosen)
    def somebody_ends_and_everybody_hears(self, letter: str, number: InvoiceNumber) -> None:
        self.somebody_ends_at_the_bank(letter, 0)
        for operation in self.ledger.all():
            self._quietly(partial(self.regie.bank_notifies, operation.key))
        self.a_parent_looks(number)

    @rule(number=chosen, wrong=st.sampled_from(WRONG))
    def a_payment_is_told_wrongly_then_rightly(self, number: InvoiceNumber, wrong: str) -> None:
        self.a_parent_goes_to_the_bank(number)
        for said in (wrong, ""):
            for operation in self.ledger.all()[:1]:
                self.ledger.bend(operation.key, "", said)
            self.somebody_ends_and_everybody_hears("P", number)

    @rule(number=chosen)
    def a_parent_looks(self, number: InvoiceNumber) -> None:
        self._quietly(partial(self.regie.parent_looks, number))

    @rule()
    def the_job_runs(self) -> None:
        self._quietly(self.regie.job_runs)

    @rule(number=chosen, seconds=st.sampled_from([80, 100, 125]), late=st.sampled_from([0, 30]))
    def a_parent_gives_up_and_starts_again(self, number: InvoiceNumber, seconds: int, late: int) -> None:
        """The treasury tells minutes, without their seconds."""
        self.time_passes(late / 60)
        self.somebody_ends_and_everybody_hears("A", number)
        self.time_passes(seconds / 60)
        self.a_parent_goes_to_the_bank(number)

    @rule(minutes=st.sampled_from([0.4, 1, 1.3, 5, 16, 61, 136, 24 * 60]))
    def time_passes(self, minutes: float) -> None:
        self.regie.time_passes(minutes=minutes)

    @rule()
    def nobody_comes_back_for_hours(self) -> None:
        self.time_passes(136)
        self.the_job_runs()

    @rule()
    def the_night_comes(self) -> None:
        """The bank forgets what nobody used; our clock moves as far as its own."""
        before = self.ledger.now()
        self.ledger.night()
        passed = self.ledger.now() - before
        self.ledger.advance(-passed)
        self.regie.clock.at += passed

    @rule(number=chosen, cents=st.integers(1, 1200), means=st.sampled_from(DESK))
    def the_desk_takes_money(self, number: InvoiceNumber, cents: int, means: Means) -> None:
        name = f"desk-{len(self.regie.till)}"
        payment = a_payment(cents, id=name, reference=name, means=means, paid_on=self.regie.today)
        self._imports(partial(self.regie.desk_takes, number, payment))

    @rule(number=chosen, which=which_one, cause=st.sampled_from(Cause))
    def a_payment_is_not_there(self, number: InvoiceNumber, which: int, cause: Cause) -> None:
        """A cheque or a debit bounced, or the town withdraws what it wrote."""
        standing = self.regie.standing(number, *DESK, Means.ONLINE)
        if standing:
            payment = standing[which % len(standing)]
            self._imports(partial(self.regie.is_not_there, number, payment, cause, self.regie.today))

    @rule(number=chosen, beyond=st.sampled_from([0, 0, -1, 1]))
    def the_town_gives_back(self, number: InvoiceNumber, beyond: int) -> None:
        cents = Cents(self.regie.invoice(number).overpaid + beyond)
        if cents > 0:
            refund = Refund(number, self.regie.today, cents, Means.TRANSFER, f"M-{len(self.regie.rows)}")
            self._imports(partial(self.regie.gives_back, refund))

    @rule(which=which_one)
    def the_town_gives_back_what_nothing_explains(self, which: int) -> None:
        points = [one for one in self.regie.book.points() if one.received and one.attempt and one.authorisation]
        if points:
            point, warrant = points[which % len(points)], f"M-{len(self.regie.rows)}"
            facts = (self.regie.today, point.received or Cents(0), Means.TRANSFER, warrant, point.authorisation)
            self._imports(partial(self.regie.gives_back, Refund(point.invoice, *facts)))

    @rule(which=which_one)
    def somebody_decides(self, which: int) -> None:
        points = list(self.regie.book.points())
        decision = self.regie.honest_decision(points[which % len(points)]) if points else None
        if decision:
            self._imports(partial(self.regie.decides, decision))

    @rule(number=chosen, cents=st.integers(1, 424))
    def the_town_credits(self, number: InvoiceNumber, cents: int) -> None:
        note = InvoiceNumber(number.replace("-026-", "-027-"))
        if note not in self.regie.invoices.invoices:
            self.regie.issues(note, -cents, corrects=number)
            self._imports(partial(self.regie.credits, note))

    @rule(note=chosen, number=chosen)
    def credit_goes_to_an_invoice(self, note: InvoiceNumber, number: InvoiceNumber) -> None:
        giving = self.regie.invoices.holder(InvoiceNumber(note.replace("-026-", "-027-")))
        left = min(credit_left(giving), self.regie.invoice(number).remaining) if giving else 0
        if giving and left:
            part = CreditPart(
                giving.number, number, Cents(left), self.regie.today, PAYER, f"part-{len(self.regie.rows)}"
            )
            self._imports(partial(self.regie.credits_part, part))

    @rule(number=chosen)
    def the_town_cancels(self, number: InvoiceNumber) -> None:
        self._imports(partial(self.regie.cancels, number))

    @rule()
    def the_town_s_lists_come_again(self) -> None:
        for row in self.regie.rows:
            self._quietly(row)

    @rule(left=st.integers(0, 6), way=st.sampled_from(WAYS), number=chosen)
    def a_call_goes_wrong(self, left: int, way: str, number: InvoiceNumber) -> None:
        """One of the next calls: the process ends, an answer is lost, or another process comes first."""
        operations = self.ledger.all()
        told = partial(self.regie.bank_notifies, operations[0].key) if operations else partial(self.regie.job_runs)
        self.regie.faults.strike(left, way, told if way == OVERTAKEN else partial(self.regie.parent_looks, number))

    @rule()
    def the_next_answer_of_the_bank_is_lost(self) -> None:
        self.regie.bank.mute = 1

    @invariant()
    def nothing_is_counted_that_nobody_took(self) -> None:
        truth.nothing_is_counted_that_nobody_took(self.regie)

    @invariant()
    def no_invoice_can_be_paid_on_two_pages(self) -> None:
        truth.no_page_is_open_twice(self.regie)

    @invariant()
    def the_journal_is_whole(self) -> None:
        truth.the_journal_is_whole(self.regie)
        truth.each_payment_is_told_once(self.regie)

    def teardown(self) -> None:
        """All faults over, everybody says once more what is known: the books are equal, to the cent."""
        self.regie.ends()
        truth.the_books_are_one(self.regie)
        truth.the_points_are_what_a_person_must_see(self.regie)
        self.the_journal_is_whole()
        assert self.regie.attempts.looks == {}
        assert not [one for one in self.regie.attempts.kept.values() if one.state is AttemptState.PENDING]

    def _imports(self, row: Callable[[], object]) -> None:
        self.regie.rows.append(row)
        self._quietly(row)

    def _quietly(self, step: Callable[[], object]) -> None:
        try:
            step()
        except BROKEN:
            return


Payments.TestCase.settings = settings(
    max_examples=300, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPayments = Payments.TestCase


def test_books_that_count_twice_are_caught() -> None:
    """The machine can fail: a line that is written a second time is found at once."""
    machine = Payments()
    machine.a_parent_goes_to_the_bank(FIRST)
    machine.somebody_ends_and_everybody_hears("P", FIRST)
    machine.nothing_is_counted_that_nobody_took()
    (line,) = machine.regie.book.told
    machine.regie.book.told.append(replace(line, number=2, before=line.hash, at=line.at + timedelta(seconds=1)))
    with pytest.raises(AssertionError):
        machine.nothing_is_counted_that_nobody_took()
