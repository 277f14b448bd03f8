"""Opening a payment and settling it: once, whoever tells, whatever fails. On DynamoDB's tables, with a bank of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.payments import AttemptState
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import PaymentFacts
from chalicelib.services.declaring import DeclarePayment
from chalicelib.services.invoicing import AlreadyPaid
from chalicelib.services.payment_ports import Kind, OrderRefused
from chalicelib.services.reconciling import Reconcile
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import BeingOpened, NotPayable, StartPayment
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.outbox import DynamoOutbox
from tests.aws_calls import counted
from tests.builders import BOND, a_family, a_payment, a_town, an_invoice
from tests.clock import FixedClock, paris
from tests.fake_bank import Treasury, posted
from tests.fakes import MemoryTown
from tests.faults import Case, Way, survives
from tests.stand_in import PEPPER, database_for, moto_town

NOW = paris("lundi 2026-11-23 10:00")
PAYING = PaymentFacts("T5", "006382", (), "", online="web-service")
INVOICE = replace(an_invoice(), total=424, payments=())
EMAIL = "jamie.bond@server.fr"


class Links:
    def notify(self):
        return "https://portail.example/payfip/notification"

    def back(self):
        return "https://portail.example/payfip/retour"


class World:
    def __init__(self, settings, payment=PAYING):
        database = database_for(settings)
        self.clock = FixedClock(NOW)
        self.treasury = Treasury(now=NOW)
        self.attempts, self.invoices = DynamoAttemptStore(database), DynamoInvoiceStore(database)
        self.outbox = DynamoOutbox(database, PEPPER)
        self.told = []
        self.town = MemoryTown(replace(a_town(), payment=payment))
        self.providers = {"web-service": self.treasury, "url": self.treasury}
        told = {"clock": self.clock, "report": lambda event, **_facts: self.told.append(event)}
        books = {"attempts": self.attempts, "invoices": self.invoices}
        self.settle = SettlePayment(**books, providers=self.providers, **told)
        self.start = StartPayment(
            **books,
            providers=self.providers,
            settle=self.settle,
            town=self.town,
            links=Links(),
            **told,
            new_id=self._next_id,
        )
        self.show = ShowPayment(**books, settle=self.settle, **told)
        self.declare = DeclarePayment(attempts=self.attempts, providers=self.providers, settle=self.settle, **told)
        self.reconcile = Reconcile(attempts=self.attempts, settle=self.settle, **told)
        self.ids = 0
        self.invoices.put(INVOICE, ())

    def _next_id(self):
        self.ids += 1
        return f"a-{self.ids}"

    def pay(self):
        return self.start(a_family(), INVOICE.number, EMAIL)

    def later(self, **time):
        self.clock.at = self.clock.now() + timedelta(**time)

    def invoice(self):
        return self.invoices.find(BOND, INVOICE.number)

    def receipts(self):
        return [mail.id for mail in self.outbox.due(self.clock.now(), 50)]

    def journal(self):
        return [entry.kind for entry in self.attempts.ledger(paris_day(self.clock.now()))]

    def notified(self, idop="idop-1"):
        return self.settle.by_idop(idop)


@contextmanager
def a_world(**changes) -> Iterator[World]:
    with moto_town() as settings:
        yield World(settings, **changes)


@pytest.fixture
def world():
    with a_world() as made:
        yield made


def test_a_payment_is_opened_paid_and_receipted(world):
    assert world.pay() == "https://bank.example/idop-1"
    ((attempt, notify, back),) = world.treasury.asked
    assert (attempt.amount, attempt.reference, attempt.exercice) == (424, INVOICE.reference.replace("-", ""), "2013")
    assert (notify, back) == (Links().notify(), Links().back())
    assert world.show(BOND, INVOICE.number).attempt.state is AttemptState.PENDING
    world.treasury.says("idop-1", "P")
    world.later(seconds=1)
    assert world.notified().state is AttemptState.PAID
    (payment,) = world.invoice().payments
    assert (payment.amount, payment.authorisation, payment.bank_date) == (424, "A55A", paris_day(NOW))
    assert world.receipts() == ["payment-receipt-a-1"]
    assert world.journal() == [Kind.PAID]
    with pytest.raises(AlreadyPaid):
        world.pay()


def test_being_told_again_and_again_changes_nothing(world):
    world.pay()
    world.treasury.says("idop-1", "P")
    for _ in range(3):
        world.notified()
        world.show(BOND, INVOICE.number)
        world.reconcile(lambda: 100.0)
    assert (world.invoice().paid, len(world.receipts()), world.journal()) == (424, 1, [Kind.PAID])


def test_a_second_click_finds_the_same_operation(world):
    assert world.pay() == world.pay()
    assert len(world.treasury.asked) == 1


def test_a_refused_card_may_be_tried_again_at_once(world):
    world.pay()
    world.treasury.says("idop-1", "R")
    assert world.pay() == "https://bank.example/idop-2"
    assert world.attempts.find(AttemptId("a-1")).state is AttemptState.REFUSED


def test_an_abandon_that_lives_on_keeps_the_invoice_for_two_minutes_and_can_be_paid(world):
    """She cancels, comes back, clicks « payer », then pays in the bank's window that she had left open."""
    world.pay()
    world.treasury.says("idop-1", "A")
    with pytest.raises(BeingOpened):
        world.pay()
    world.later(seconds=90)
    with pytest.raises(BeingOpened):
        world.pay()
    world.treasury.says("idop-1", "P")
    world.later(seconds=29)
    assert world.notified().state is AttemptState.PAID
    assert (len(world.treasury.asked), world.invoice().paid) == (1, 424)


def test_an_abandon_is_looked_up_again_before_another_operation_opens(world):
    world.pay()
    world.treasury.says("idop-1", "A")
    world.notified()
    world.later(minutes=2)
    assert world.pay() == "https://bank.example/idop-2"
    assert looked_up(world) == 2
    assert world.attempts.find(AttemptId("a-1")).state is AttemptState.ABANDONED
    world.treasury.says("idop-2", "A")
    world.later(minutes=1)
    world.notified("idop-2")
    world.later(minutes=2)
    world.treasury.says("idop-2", "P")
    with pytest.raises(AlreadyPaid):
        world.pay()


def test_an_abandon_becomes_true_without_anybody(world):
    world.pay()
    world.treasury.says("idop-1", "A")
    world.notified()
    world.later(minutes=2)
    assert world.reconcile(lambda: 100.0) == 1
    assert world.attempts.find(AttemptId("a-1")).state is AttemptState.ABANDONED


def test_a_result_that_nobody_told_is_looked_up_before_a_second_payment(world):
    world.pay()
    world.treasury.says("idop-1", "P")
    world.later(minutes=20)
    with pytest.raises(AlreadyPaid):
        world.pay()
    assert world.invoice().is_paid


def test_two_operations_that_both_end_paid_are_both_kept_and_one_is_to_refund(world):
    world.pay()
    world.later(minutes=20)
    world.pay()
    for idop in ("idop-1", "idop-2"):
        world.treasury.says(idop, "P")
        world.notified(idop)
    assert (world.invoice().paid, world.invoice().overpaid) == (848, 424)
    (entry,) = world.attempts.to_refund_or_check()
    assert (entry.kind, entry.amount) == (Kind.OVERPAID, 424)
    assert "payment.overpaid" in world.told


def test_cash_at_the_desk_in_between_makes_it_too_much(world):
    world.pay()
    world.invoices.record(BOND, INVOICE.number, a_payment(400))
    world.treasury.says("idop-1", "P")
    world.notified()
    (entry,) = world.attempts.to_refund_or_check()
    assert (entry.kind, entry.amount, world.invoice().overpaid) == (Kind.OVERPAID, 400, 400)


def test_money_of_another_amount_is_kept_for_a_person(world):
    world.pay()
    world.treasury.says("idop-1", "P", amount=100)
    assert world.notified().state is AttemptState.TO_CHECK
    (entry,) = world.attempts.to_refund_or_check()
    assert (entry.kind, entry.amount, entry.why) == (Kind.TO_CHECK, 100, "differs:amount")
    assert not world.invoice().payments


def test_the_treasury_down_at_creation_leaves_no_attempt_hanging(world):
    world.treasury.down = True
    with pytest.raises(Unavailable):
        world.pay()
    assert world.attempts.find(AttemptId("a-1")).state is AttemptState.FAILED
    world.treasury.down = False
    assert world.pay() == "https://bank.example/idop-1"


def test_the_treasury_refusing_the_address_is_told(world):
    world.treasury.refuses = "A2"
    with pytest.raises(OrderRefused):
        world.pay()
    assert world.attempts.find(AttemptId("a-1")).why == "refused:A2"


def test_a_lost_notification_is_made_up_for_and_a_late_success_counts(world):
    world.pay()
    world.later(minutes=6)
    assert world.reconcile(lambda: 100.0) == 1
    assert world.reconcile(lambda: 100.0) == 0, "the next look is in five minutes"
    world.later(hours=2)
    world.reconcile(lambda: 100.0)
    assert world.attempts.find(AttemptId("a-1")).state is AttemptState.EXPIRED
    world.treasury.says("idop-1", "P")
    world.later(minutes=15)
    world.reconcile(lambda: 100.0)
    assert world.invoice().is_paid


def test_the_treasury_down_at_look_up_is_asked_again(world):
    world.pay()
    world.treasury.down = True
    world.later(minutes=6)
    with pytest.raises(Unavailable):
        world.reconcile(lambda: 100.0)
    assert world.show(BOND, INVOICE.number).attempt.state is AttemptState.PENDING
    world.treasury.down = False
    assert world.reconcile(lambda: 100.0) == 0, "the next look is in five minutes"
    world.later(minutes=5)
    assert world.reconcile(lambda: 100.0) == 1


def test_an_operation_that_is_not_ours_does_nothing(world):
    assert world.notified("idop-9") is None


def test_a_town_without_contract_and_amounts_that_the_treasury_does_not_take():
    with a_world(payment=PaymentFacts()) as closed, pytest.raises(NotPayable, match="closed"):
        closed.pay()
    with a_world() as world:
        world.invoices.record(BOND, INVOICE.number, a_payment(400))
        with pytest.raises(NotPayable, match="amount"):
            world.pay()


def signs(world, online, **changes):
    world.town.town = replace(world.town.town, payment=replace(PAYING, online=online, **changes))


@pytest.mark.parametrize("online", ["", "url"])
def test_what_the_town_decides_later_does_not_touch_payments_under_way(world, online):
    """Closed, another contract, another client number: what was opened is settled by what it was opened under."""
    world.pay()
    signs(world, online, client_number="", saisie="W")
    assert world.pay() == "https://bank.example/idop-1", "the parent goes on with what is open"
    world.treasury.says("idop-1", "P")
    world.later(seconds=1)
    assert world.notified().state is AttemptState.PAID
    assert world.invoice().is_paid


@pytest.mark.parametrize("step", ["show", "reconcile"])
def test_a_closed_town_still_asks_the_treasury(world, step):
    world.pay()
    signs(world, "")
    world.treasury.says("idop-1", "P")
    world.later(minutes=6)
    if step == "show":
        assert world.show(BOND, INVOICE.number).attempt.state is AttemptState.PAID
    else:
        assert world.reconcile(lambda: 100.0) == 1
    assert world.invoice().is_paid


def test_a_closed_town_opens_nothing_not_even_after_a_refusal(world):
    world.pay()
    signs(world, "")
    world.treasury.says("idop-1", "R")
    with pytest.raises(NotPayable, match="closed"):
        world.pay()
    assert len(world.treasury.asked) == 1


def test_an_unsigned_word_about_an_operation_that_can_be_looked_up_is_a_reason_to_do_so(world):
    world.pay()
    world.treasury.says("idop-1", "P")
    paid = world.treasury.answers["idop-1"]
    for forged in ("P", "R", "Q"):
        world.treasury.answers["idop-1"] = None
        world.later(seconds=6)
        world.declare("idop-1", posted(paid, resultrans=forged, montant="1"))
        assert world.attempts.find(AttemptId("a-1")).state is AttemptState.PENDING
    assert list(world.attempts.to_refund_or_check()) == []
    world.treasury.answers["idop-1"] = paid
    world.later(seconds=6)
    world.declare("idop-1", posted(paid, resultrans="R", montant="1"))
    assert world.invoice().is_paid


def test_two_unsigned_words_at_once_are_both_heard():
    """The one that lost the race may be the one that speaks of money."""
    with a_world(payment=replace(PAYING, online="url")) as world:
        world.pay()
        world.treasury.says("idop-1", "P")
        paid, world.treasury.answers["idop-1"] = world.treasury.answers["idop-1"], None
        by_idop = world.attempts.by_idop

        def read_then_overtaken(idop):
            found = by_idop(idop)
            world.attempts.by_idop = by_idop
            world.declare(idop, posted(paid, resultrans="R"))
            return found

        world.attempts.by_idop = read_then_overtaken
        world.declare("idop-1", posted(paid))
        assert world.attempts.find(AttemptId("a-1")).state is AttemptState.DECLARED


def test_the_unsigned_return_is_a_hint_that_settles_nothing():
    with a_world(payment=replace(PAYING, online="url")) as world:
        world.pay()
        world.treasury.says("idop-1", "P")
        answer, world.treasury.answers["idop-1"] = world.treasury.answers["idop-1"], None
        for _ in range(2):
            world.declare("idop-1", posted(answer))
        assert world.attempts.find(AttemptId("a-1")).state is AttemptState.DECLARED
        assert not world.invoice().payments
        assert [entry.kind for entry in world.attempts.to_refund_or_check()] == [Kind.DECLARED]
        world.later(days=9)
        with pytest.raises(BeingOpened):
            world.pay()
        world.later(days=1)
        world.pay()
        world.declare("idop-2", posted(answer, montant="100"))
        assert world.attempts.find(AttemptId("a-2")).state is AttemptState.TO_CHECK


def test_opening_survives_every_fault():
    def whole(world: World) -> None:
        attempt = world.attempts.latest(world.invoice())
        assert attempt is not None
        assert attempt.state is AttemptState.PENDING
        assert world.attempts.by_idop(attempt.idop) == attempt
        assert not world.invoice().payments

    def again(world: World) -> None:
        world.later(minutes=1)
        world.pay()

    tried = survives(Case(fresh=a_world, run=World.pay, recover=again, check=whole))
    assert {fault.way for fault in tried} == set(Way)


def test_settling_survives_every_fault():
    @contextmanager
    def fresh() -> Iterator[World]:
        with a_world() as world:
            world.pay()
            world.treasury.says("idop-1", "P")
            yield world

    def job(world: World) -> None:
        world.later(minutes=6)
        world.reconcile(lambda: 100.0)

    def once(world: World) -> None:
        assert world.invoice().paid == 424
        assert world.receipts() == ["payment-receipt-a-1"]
        assert world.journal() == [Kind.PAID]

    survives(Case(fresh=fresh, run=World.notified, recover=job, check=once))


def looked_up(world):
    return world.treasury.looked["idop-1"]


@pytest.mark.parametrize(
    ("come", "times"),
    [
        pytest.param(World.notified, 200, id="notifications"),
        pytest.param(lambda world: world.show.by_idop("idop-1"), 60, id="returns"),
        pytest.param(lambda world: world.show(BOND, INVOICE.number), 60, id="the waiting page"),
        pytest.param(World.pay, 60, id="clicks on pay"),
        pytest.param(lambda world: world.reconcile(lambda: 100.0), 60, id="jobs"),
    ],
)
def test_many_who_come_at_once_are_one_look_up(world, come, times):
    world.pay()
    world.later(minutes=6)
    for _ in range(times):
        come(world)
    assert looked_up(world) == 1


def test_the_treasury_is_asked_again_after_five_seconds_or_one_when_it_tells(world):
    world.pay()
    for seconds, come, asked in (
        (0, world.show.by_idop, 1), (0.9, world.notified, 1), (0.1, world.notified, 2), (4.9, world.show.by_idop, 2),
        (0.1, world.show.by_idop, 3), (1, world.notified, 4),
    ):  # fmt: skip
        world.later(seconds=seconds)
        come("idop-1")
        assert looked_up(world) == asked


def test_many_who_read_before_any_wrote_are_one_look_up(world):
    """Two Lambdas, no memory in common: the table lets one ask."""
    world.pay()
    read = world.attempts.by_idop("idop-1")
    for _ in range(3):
        assert world.settle(read).state is AttemptState.PENDING
    assert looked_up(world) == 1


@pytest.mark.parametrize("old", [{"seconds": 30}, {"days": 3}], ids=["young", "off the list"])
def test_a_notification_that_comes_too_soon_after_noise_is_looked_up_soon(world, old):
    """The treasury tells once; that a stranger knocked half a second before must not cost it its word."""
    world.pay()
    for moment in ({"hours": 3}, {"days": 1}) if "days" in old else ():
        world.later(**moment)
        world.reconcile(lambda: 100.0)
    world.later(**old)
    world.notified()
    world.treasury.says("idop-1", "P")
    world.later(milliseconds=500)
    assert not world.notified().is_received
    world.later(minutes=6)
    assert world.reconcile(lambda: 100.0) == 1
    assert world.invoice().is_paid


def test_what_no_longer_keeps_the_invoice_is_asked_about_whenever_a_new_payment_would_open(world):
    """A stranger who looked a moment ago, and heard nothing because the treasury was down, is no reason not to."""
    world.pay()
    world.later(minutes=20)
    world.treasury.down = True
    with pytest.raises(Unavailable):
        world.notified()
    with pytest.raises(Unavailable):
        world.pay()
    world.treasury.down = False
    world.treasury.says("idop-1", "P")
    with pytest.raises(AlreadyPaid):
        world.pay()
    assert len(world.treasury.asked) == 1


def test_an_answer_that_meets_another_writer_is_not_asked_for_again(world):
    world.pay()
    world.treasury.says("idop-1", "P")
    find, world.invoices.find = world.invoices.find, None

    def then_paid_at_the_desk(family, number):
        found = find(family, number)
        world.invoices.find = find
        world.invoices.record(BOND, INVOICE.number, a_payment(400))
        return found

    world.invoices.find = then_paid_at_the_desk
    assert world.notified().state is AttemptState.PAID
    assert looked_up(world) == 1
    assert world.invoice().overpaid == 400


def test_calls_to_the_tables_are_few(world):
    """Each is 5 to 10 ms of a parent's wait, and counted in the town's bill. One of asking and of settling is the write
    that lets one of many ask: who comes too soon does without it."""
    with counted() as opening:
        world.pay()
    with counted() as waiting:
        world.show(BOND, INVOICE.number)
    world.treasury.says("idop-1", "P")
    world.later(seconds=1)
    with counted() as settling:
        world.notified()
    with counted() as again:
        world.notified()
    assert [len(calls.names) for calls in (opening, waiting, settling, again)] == [5, 5, 6, 2]
