"""Every call to the bank fails in every way, in the whole of a payment; then what comes next in life comes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer
from chalicelib.services.payment_ports import PaymentProvider
from tests.faults import Killed
from tests.services.paying_world import INVOICE, World, a_world

LOST, ANSWER_LOST, KILLED_BEFORE, KILLED_AFTER = "request lost", "answer lost", "killed before", "killed after"
WAYS = (LOST, ANSWER_LOST, KILLED_BEFORE, KILLED_AFTER)


T = TypeVar("T")


@dataclass
class Faulty:
    """The treasury of a world, whose call number ``at`` (from 0) goes wrong in ``way``."""

    treasury: PaymentProvider
    at: int
    way: str
    calls: int = 0

    def create(self, attempt: Attempt, *, notify: str, back: str) -> str:
        return self._bent(lambda: self.treasury.create(attempt, notify=notify, back=back))

    def result_of(self, idop: str) -> BankAnswer:
        return self._bent(lambda: self.treasury.result_of(idop))

    def page(self, attempt: Attempt) -> str:
        return self.treasury.page(attempt)

    def declared(self, told: Mapping[str, str]) -> BankAnswer:
        return self.treasury.declared(told)

    def _bent(self, call: Callable[[], T]) -> T:
        number, self.calls = self.calls, self.calls + 1
        if number != self.at:
            return call()
        if self.way == KILLED_BEFORE:
            raise Killed
        if self.way == LOST:
            raise Unavailable("payfip: the request was lost")
        call()
        if self.way == KILLED_AFTER:
            raise Killed
        raise Unavailable("payfip: the answer was lost")


def tries(world: World, *steps: Callable[[], object]) -> Iterator[str]:
    """Run steps as separate requests: one that fails or is killed does not stop the next."""
    for step in steps:
        try:
            step()
        except Unavailable:
            yield "unavailable"
        except Killed:
            yield "killed"


def whole_payment(world: World) -> list[str]:
    """A parent opens, pays at the bank, is notified of, comes back, looks; the job runs."""

    def at_the_bank() -> None:
        for number in range(1, len(world.treasury.asked) + 1):
            if world.attempts.by_idop(f"idop-{number}"):
                world.treasury.says(f"idop-{number}", "P")

    return list(
        tries(
            world,
            world.pay,
            at_the_bank,
            world.notified,
            lambda: world.show.by_idop("idop-1"),
            lambda: world.show(INVOICE.family, INVOICE.number),
            lambda: world.later(minutes=6),
            lambda: world.reconcile(lambda: 100.0),
        )
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", range(4))
def test_a_payment_survives_every_fault_of_the_bank(at: int, way: str) -> None:
    with a_world() as world:
        bank = Faulty(world.treasury, at, way)
        world.providers["web-service"] = bank
        told = whole_payment(world)
        bank.at = -1
        if not world.invoice().is_paid:
            # The bank never opened it, or nobody heard its answer: the parent comes back, and so does the bank.
            world.later(minutes=1)
            whole_payment(world)
            for idop in world.treasury.answers:
                if world.attempts.by_idop(idop):
                    world.treasury.says(idop, "P")
                    world.notified(idop)
        told += whole_payment_again(world)
        assert world.invoice().paid == 424
        assert len(world.receipts()) == 1
        paid = [a for idop in world.treasury.answers if (a := world.attempts.by_idop(idop))]
        assert [a.state for a in paid if a.state is AttemptState.PAID] == [AttemptState.PAID]
        assert told == [] or at < bank.calls


def whole_payment_again(world: World) -> list[str]:
    """The notification and the job once more, when all is said."""
    return list(tries(world, world.notified, lambda: world.reconcile(lambda: 100.0)))


def test_the_faults_do_happen() -> None:
    with a_world() as world:
        bank = Faulty(world.treasury, -1, LOST)
        world.providers["web-service"] = bank
        assert whole_payment(world) == []
        assert bank.calls >= 2
    with a_world() as world:
        world.providers["web-service"] = Faulty(world.treasury, 0, LOST)
        assert "unavailable" in whole_payment(world)
