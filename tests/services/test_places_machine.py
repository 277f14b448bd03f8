"""Every order of reservations, saves, crashes and recounts: no day is ever sold beyond its places.

Families save by the product's own code, in threads that stop before each call to the store and go on when Hypothesis
says so: an interleaving is a list of numbers. A call may also end its process, before or after it took effect, or take
effect and not answer.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from threading import Semaphore, Thread
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot
from chalicelib.rules.town import Capacity
from chalicelib.services.ports import JournalEntry, PlaceTally
from chalicelib.services.recounting import CountPlaces
from chalicelib.services.saving import Offer, SavePlanning
from tests.builders import CANTEEN, a_calendar, a_child, a_family, a_town, an_activity
from tests.clock import FixedClock, day, paris
from tests.fakes import MemoryFamilies, MemoryPlannings, MemoryTown
from tests.faults import Killed, Way
from tests.waiting import without_waiting

MONDAY = day("lundi 2026-09-14")
KEY = PlaceKey(MONDAY, CANTEEN)
PLACES = 2
NOW = paris("vendredi 2026-09-11 12:00")
TOWN = a_town(an_activity(capacity=Capacity(PLACES, {})), calendar=a_calendar(first=MONDAY, last=MONDAY))
FAMILIES = [replace(a_family(a_child(f"c-{n}", CANTEEN)), id=FamilyId(f"f-{n}")) for n in range(4)]
WAYS = [*[None] * 3, Way.KILLED_BEFORE, Way.KILLED_AFTER, Way.ANSWER_LOST]
NONE: frozenset[Slot] = frozenset()


def slot_of(family: Family) -> frozenset[Slot]:
    return frozenset({Slot(ChildId(family.children[0].id), CANTEEN, MONDAY)})


class Actor:
    """Somebody at work in a thread of her own, who takes a step when she is told to.

    ``may_book``: she holds a place that she may still book.
    """

    def __init__(self, work: Callable[["Actor"], object]) -> None:
        self.go, self.stopped = Semaphore(0), Semaphore(0)
        self.over, self.may_book = False, False
        self.way: Way | None = None
        self.waits_for: Callable[[], bool] = lambda: True
        self.thread = Thread(target=self._run, args=(work,), daemon=True)
        self.thread.start()
        self.stopped.acquire()

    def _run(self, work: Callable[["Actor"], object]) -> None:
        try:
            self.stop()
            work(self)
        except (Killed, Unavailable):
            pass
        finally:
            self.over, self.may_book = True, False
            self.stopped.release()

    def stop(self) -> None:
        self.stopped.release()
        self.go.acquire()
        if self.way is Way.KILLED_BEFORE:
            raise Killed

    def step(self, way: Way | None) -> None:
        self.way = way
        self.go.release()
        self.stopped.acquire()


class Steps:
    """The store as one actor sees it: she stops before each call, and ``way`` happens to it."""

    def __init__(self, store: MemoryPlannings, actor: Actor) -> None:
        self.store = store
        self.actor = actor

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *given, **named: self._call(getattr(self.store, name), *given, **named)

    def reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        self._call(self._reserve, key, number, limit)

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        self._call(self._save, family, entry)

    def give_back(self, key: PlaceKey, number: int, found: PlaceTally) -> None:
        with suppress(Unavailable):  # The port promises not to raise.
            self._call(self._give_back, key, number, found)

    def bookings_on(self, on: date) -> Iterator[tuple[FamilyId, Slot]]:
        """Family by family, as a Query reads pages: others go on between two."""
        for family in FAMILIES:
            self.actor.stop()
            yield from (one for one in self.store.bookings_on(on) if one[0] == family.id)

    def _reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        self.store.reserve(key, number, limit)
        self.actor.may_book = True

    def _save(self, family: FamilyId, entry: JournalEntry) -> None:
        """A save that is refused is decided again: its place is still held."""
        self.store.save(family, entry)
        self.actor.may_book = False

    def _give_back(self, key: PlaceKey, number: int, found: PlaceTally) -> None:
        self.store.give_back(key, number, found)
        self.actor.may_book = False

    def _call(self, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        self.actor.stop()
        answer = call(*given, **named)
        if self.actor.way is Way.KILLED_AFTER:
            raise Killed
        if self.actor.way is Way.ANSWER_LOST:
            raise Unavailable("its answer is lost")
        return answer


class World:
    """One limited day, full to begin with; families that book and cancel it; recounts at any moment.

    ``rests``: whether a recount waits for those who hold a place, as the product's does by its minute.
    """

    def __init__(self, books: list[bool], *, rests: bool) -> None:
        self.store = MemoryPlannings()
        self.rests = rests
        for family in FAMILIES[:PLACES]:
            self.store.reserve(KEY, 1, PLACES)
            self.store.bookings[family.id] = dict.fromkeys(slot_of(family), "mairie")
        # The last family has two parents, who save at once.
        savers = zip([*FAMILIES, FAMILIES[-1]], books, strict=True)
        self.actors = [Actor(self.saving(family, books=one)) for family, one in savers]
        self.actors += [Actor(self.counting), Actor(self.counting)]

    def saving(self, family: Family, *, books: bool) -> Callable[[Actor], object]:
        mine = slot_of(family)
        offer, wanted = (Offer(mine, NONE), mine) if books else (Offer(mine, mine), NONE)

        def work(actor: Actor) -> None:
            steps: Any = Steps(self.store, actor)
            SavePlanning(town=MemoryTown(TOWN), plannings=steps, clock=FixedClock(NOW))(family, offer, wanted)

        return work

    def counting(self, actor: Actor) -> None:
        self.count(Steps(self.store, actor), lambda _seconds: self.rest(actor))

    def count(self, plannings: Any, pause: Callable[[float], None]) -> None:
        CountPlaces(plannings=plannings, families=MemoryFamilies(FAMILIES), pause=pause)(TOWN, NOW)

    def rest(self, actor: Actor) -> None:
        """Longer than a save takes: whoever holds a place now has booked it afterwards, or never will."""
        before = [other for other in self.actors if other.may_book] if self.rests else []
        actor.waits_for = lambda: not any(other.may_book for other in before)
        actor.stop()
        actor.waits_for = lambda: True

    def step(self, number: int, way: Way | None) -> None:
        actor = self.actors[number % len(self.actors)]
        if not actor.over and actor.waits_for():
            actor.step(way)
            self.check()

    def booked(self) -> int:
        return sum(len(self.store.booked(family.id, MONDAY, MONDAY)) for family in FAMILIES)

    def check(self) -> None:
        coming = sum(actor.may_book for actor in self.actors)
        assert self.booked() <= PLACES, "a place was sold twice"
        assert self.booked() + coming <= self.store.taken([KEY])[KEY], "a booking comes that has no place"

    def end(self) -> None:
        for actor in self.actors:
            while not actor.over:
                actor.step(Way.KILLED_BEFORE)


def play(books: list[bool], order: list[tuple[int, int, Way | None]], *, rests: bool = True) -> None:
    """Take the steps in ``order``, then all that are left; at last the night's recount. Raises AssertionError."""
    with without_waiting():
        world = World(books, rests=rests)
        try:
            for number, calls, way in order:
                for left in reversed(range(calls)):
                    world.step(number, None if left else way)
            while any(not actor.over for actor in world.actors):
                for number in range(len(world.actors)):
                    world.step(number, None)
        finally:
            world.end()
        world.count(world.store, lambda _seconds: None)
    assert world.store.taken([KEY]) == {KEY: world.booked()}, "the night gives back what nobody booked"


choices = st.lists(st.booleans(), min_size=len(FAMILIES) + 1, max_size=len(FAMILIES) + 1)
orders = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 8), st.sampled_from(WAYS)), max_size=30)
"""Who goes on, for how many calls, and what happens to the last of them."""


LEAVES = [False, True, True, True, True]
"""The first family cancels, the others book."""


@settings(max_examples=300, deadline=None, derandomize=True)
@given(choices, orders)
@example(LEAVES, [(0, 4, None), (5, 12, None), (0, 1, None)]).via("a place freed by the recount, then by who cancelled")
@example(LEAVES, [(5, 3, None), (0, 5, None), (2, 4, None), (5, 9, None)]).via("a counter that moved and came back")
@example(LEAVES, [(0, 5, None), (2, 4, None), (5, 12, None)]).via("a place reserved just before the recount")
@example(LEAVES, [(0, 5, None), (2, 4, None), (2, 1, Way.ANSWER_LOST)]).via("a save whose answer is lost")
def test_no_order_of_events_sells_a_place_twice(books: list[bool], order: list[tuple[int, int, Way | None]]) -> None:
    play(books, order)


def test_a_recount_that_does_not_wait_is_found() -> None:
    """The fault that the test above would not forgive, so that it is known to be able to fail."""
    leaves, reserves, counts = (0, 5, None), (2, 4, None), (5, 12, None)
    books = [False, True, True, False, False]
    with pytest.raises(AssertionError, match="a booking comes that has no place"):
        play(books, [leaves, reserves, counts], rests=False)
    play(books, [leaves, reserves, counts])
