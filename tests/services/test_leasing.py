"""One import at a time: who is away too long writes no more, and who died is waited for a minute at most."""

import time

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.services.lease_ports import Holder
from chalicelib.services.leasing import LEASE_SECONDS, Busy, Lease, LeaseLost, leased
from tests.clock import FixedClock, paris
from tests.fakes.lease import MemoryLease
from tests.waiting import without_waiting

CLOCK = FixedClock(paris("mercredi 2026-11-25 10:00"))


class Watch:
    """The monotonic seconds of one process."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_it_is_held_as_long_as_the_block_lasts() -> None:
    store = MemoryLease()
    with leased(store, "un dépôt", CLOCK) as lease:
        lease.check()
        with pytest.raises(Busy) as busy, leased(store, "make import", CLOCK):
            raise AssertionError("two at a time")
        assert busy.value.holder.who == "un dépôt"
    assert store.holder is None
    with pytest.raises(LeaseLost):
        lease.check()


def test_it_is_given_back_also_when_the_block_fails() -> None:
    store = MemoryLease()
    with pytest.raises(ZeroDivisionError), leased(store, "un dépôt", CLOCK):
        _ = 1 / 0
    assert store.holder is None


def test_who_was_away_writes_no_more_and_asks_nobody() -> None:
    watch, store = Watch(), MemoryLease()
    lease = Lease(store, "un dépôt", CLOCK, watch)
    lease.take()
    watch.seconds = LEASE_SECONDS / 2
    lease.check()
    lease.renew()
    watch.seconds += LEASE_SECONDS / 2
    lease.check()
    watch.seconds += LEASE_SECONDS / 2
    with pytest.raises(LeaseLost):
        lease.check()


def test_a_lease_that_somebody_took_is_lost_at_once() -> None:
    watch, clock, store = Watch(), FixedClock(CLOCK.at), MemoryLease()
    slow, quick = Lease(store, "un dépôt", clock, watch), Lease(store, "make import", clock, watch)
    slow.take()
    clock.forward(seconds=LEASE_SECONDS)
    quick.take()
    with pytest.raises(LeaseLost):
        slow.renew()
    with pytest.raises(LeaseLost):
        slow.check()
    slow.release()
    assert store.holder
    assert store.holder.who == "make import"


def test_a_renewal_that_aws_does_not_answer_leaves_the_time_that_was_granted() -> None:
    class Silent(MemoryLease):
        def renew(self, holder: Holder) -> bool:
            raise Unavailable("lease.renew")

    lease = Lease(Silent(), "un dépôt", CLOCK, Watch())
    lease.take()
    with pytest.raises(Unavailable):
        lease.renew()
    lease.check()


def test_what_a_killed_run_left_is_waited_for_once() -> None:
    clock, store, said = FixedClock(CLOCK.at), MemoryLease(), list[str]()
    Lease(store, "make import", clock, time.monotonic).take()
    with without_waiting() as waits:
        with pytest.raises(Busy), leased(store, "make import", clock, waiting=said.append):
            raise AssertionError("the clock of this test stands still: it is held")
        assert waits == [LEASE_SECONDS + 1]
        clock.forward(seconds=LEASE_SECONDS)
        with leased(store, "make import", clock, waiting=said.append):
            pass
    assert said == [
        "Un autre import a la main (make import). S'il a été interrompu, elle est libre dans une minute…",
    ]
