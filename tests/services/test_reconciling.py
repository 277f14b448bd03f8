"""The job that asks the treasury: those over which it breaks down never stand before the others."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any

import pytest

from chalicelib.rules.book import EntryKind
from chalicelib.rules.ids import AttemptId, InvoiceNumber
from chalicelib.rules.payments import AttemptState, Doubt
from chalicelib.rules.points import PointKind
from chalicelib.rules.town import PaymentFacts
from chalicelib.services.reconciling import MARGIN_SECONDS, Reconcile
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import StartPayment
from tests.builders import BOND, a_family, a_town, an_invoice
from tests.clock import FixedClock, paris
from tests.fake_bank import Treasury
from tests.fakes import MemoryAttempts, MemoryBook, MemoryInvoices, MemoryOutbox, MemoryTown
from tests.services.paying_world import Links

BROKEN, SOUND = 50, 20
FIRST = InvoiceNumber("2026-026-000001")
TIME_OUT = 15.0
"""Seconds that a look-up takes when the treasury does not answer."""


class World:
    """Payments of as many invoices as operations; ``log`` are the events of the log, ``failures`` the runs that failed
    and when."""

    def __init__(self) -> None:
        self.clock = FixedClock(paris("lundi 2026-11-23 10:00"))
        self.treasury = Treasury(now=self.clock.now())
        outbox = MemoryOutbox()
        self.invoices = MemoryInvoices(outbox)
        self.attempts = MemoryAttempts(self.invoices, outbox)
        self.log: list[tuple[datetime, str, dict[str, object]]] = []
        self.failures: list[tuple[datetime, float]] = []
        told: dict[str, Any] = {"clock": self.clock, "report": self._hear}
        self.book = MemoryBook(self.invoices, self.attempts, outbox)
        books: dict[str, Any] = {"attempts": self.attempts, "invoices": self.invoices}
        providers = {"web-service": self.treasury}
        self.settle = SettlePayment(**books, book=self.book, providers=providers, **told)
        names = count(1)
        town = MemoryTown(a_town(payment=PaymentFacts("T5", "006382", online="web-service")))
        new_id = lambda: f"a-{next(names):03}"  # noqa: E731
        self.start = StartPayment(
            **books, providers=providers, settle=self.settle, town=town, links=Links(), **told, new_id=new_id
        )
        self.show = ShowPayment(**books, settle=self.settle, **told)
        self.job = Reconcile(attempts=self.attempts, settle=self.settle, **told)

    @property
    def told(self) -> list[tuple[str, dict[str, object]]]:
        return [(event, facts) for _, event, facts in self.log]

    def _hear(self, event: str, **facts: object) -> None:
        self.log.append((self.clock.now(), event, facts))

    def pays(self, operations: int = 1) -> None:
        for number in range(len(self.treasury.asked) + 1, len(self.treasury.asked) + operations + 1):
            invoice = replace(an_invoice(f"2026-026-{number:06}"), payments=())
            self.invoices.put(invoice, ())
            self.start(a_family(), invoice.number, "jamie.bond@server.fr")

    def breaks_down(self, *numbers: int) -> None:
        self.treasury.broken = {f"idop-{number}" for number in numbers}

    def run(self, seconds: float = 300.0) -> int:
        """One run of the job, which has so much time."""
        begun = self.treasury.looked.copy()

        def left() -> float:
            now = self.treasury.looked - begun
            return seconds - TIME_OUT * sum(now[idop] for idop in self.treasury.broken)

        return self.job(left)

    def later(self, **time: int) -> None:
        self.clock.forward(**time)

    def state(self, number: int = 1) -> AttemptState:
        return self.attempts.kept[AttemptId(f"a-{number:03}")].state


@pytest.fixture
def world() -> World:
    return World()


def test_those_that_break_down_do_not_stop_the_others(world: World) -> None:
    """Fifty stood first in the list, for ever: it was read by fifties."""
    world.pays(BROKEN + SOUND)
    world.breaks_down(*range(1, BROKEN + 1))
    for number in range(BROKEN + 1, BROKEN + SOUND + 1):
        world.treasury.says(f"idop-{number}", "P")
    world.later(minutes=6)
    for _ in range(12):
        world.run()
        world.later(minutes=5)
    assert {world.state(number) for number in range(BROKEN + 1, BROKEN + SOUND + 1)} == {AttemptState.PAID}
    assert {world.state(number) for number in range(1, BROKEN + 1)} == {AttemptState.PENDING}


def test_a_run_ends_in_its_time_and_says_what_it_left(world: World) -> None:
    world.pays(BROKEN)
    world.breaks_down(*range(1, BROKEN + 1))
    world.later(minutes=6)
    world.run(MARGIN_SECONDS + 3 * TIME_OUT - 1)
    assert world.told[-1] == ("payment.reconciled", {"looked": 3, "silent": 3, "unanswered": 3, "left": BROKEN - 3})
    world.run(MARGIN_SECONDS + 3 * TIME_OUT - 1)
    assert sum(world.treasury.looked.values()) == 6, "the next run takes others"
    assert max(world.treasury.looked.values()) == 1


def test_one_that_breaks_down_is_asked_about_less_and_less_then_is_a_person_s(world: World) -> None:
    world.pays()
    world.breaks_down(1)
    asked, begun = [], world.clock.now()
    while world.attempts.looks and world.clock.now() < begun + timedelta(days=9):
        before = world.treasury.looked["idop-1"]
        world.run()
        if world.treasury.looked["idop-1"] > before:
            asked.append(world.clock.now() - begun)
        world.later(minutes=5)
    gaps = [later - sooner for sooner, later in pairwise(asked)]
    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (timedelta(minutes=5), timedelta(hours=2))
    assert timedelta(days=2) <= asked[-1] < timedelta(days=2, hours=2)
    assert len(asked) < 50
    assert world.state() is AttemptState.TO_CHECK
    (point,) = world.book.points()
    assert (point.kind, point.doubt, point.received) == (PointKind.TO_CHECK, Doubt.SILENT, None)
    assert world.book.told == [], "nobody knows whether it is money"
    assert ("payment.to_check", "silent") in [(event, facts.get("why")) for event, facts in world.told]


@pytest.mark.parametrize(("letter", "state"), [("P", AttemptState.PAID), ("", AttemptState.EXPIRED)])
def test_a_treasury_that_answers_at_last_is_believed(world: World, letter: str, state: AttemptState) -> None:
    world.pays()
    world.breaks_down(1)
    for _ in range(4):
        world.later(hours=13)
        world.run()
    assert world.state() is AttemptState.TO_CHECK
    world.breaks_down()
    if letter:
        world.treasury.says("idop-1", letter)
    shown = world.show(BOND, FIRST).attempt
    assert shown
    assert shown.state is state
    assert list(world.book.points()) == []


def test_one_that_was_refused_is_not_a_person_s_because_the_treasury_went_silent(world: World) -> None:
    world.pays()
    world.treasury.says("idop-1", "R")
    world.later(minutes=6)
    world.run()
    world.breaks_down(1)
    for _ in range(5):
        world.later(hours=13)
        world.run()
    assert world.state() is AttemptState.REFUSED
    assert not world.attempts.looks


def test_money_for_an_invoice_that_is_gone_is_a_person_s(world: World) -> None:
    """Asking again for ever brings no invoice back."""
    world.pays(2)
    del world.invoices.invoices[FIRST]
    world.treasury.says("idop-1", "P")
    world.treasury.says("idop-2", "P")
    world.later(minutes=6)
    assert world.run() == 2
    for _ in range(3):
        world.later(minutes=6)
        world.run()
    (point,) = world.book.points()
    assert (point.differs, point.received) == (("invoice",), an_invoice().total)
    unclassified, paid = (line.entry for line in world.book.told)
    assert (unclassified.kind, unclassified.amount, unclassified.regie) == (EntryKind.UNCLASSIFIED, 424, "")
    assert paid.kind is EntryKind.PAYMENT
    assert world.state(2) is AttemptState.PAID
