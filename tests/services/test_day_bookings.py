"""The bookings of a day as of an instant are exactly those, whoever saves while they are read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.ids import ActivityId, ChildId, EntryId, FamilyId
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.day_bookings import Booking, BookingsAsOf
from chalicelib.services.outgoing_ports import FEED_MAY_LACK
from chalicelib.services.ports import JournalEntry
from chalicelib.storage.change_feed import DynamoChangeFeed
from chalicelib.storage.database import Database
from chalicelib.storage.planning import DynamoPlanningStore
from tests.aws_calls import Answer, Attempt, intercepted
from tests.clock import FixedClock, day, paris
from tests.fakes import MemoryPlannings

TUESDAY = day("mardi 2026-11-03")
AT = paris("mardi 2026-11-03 08:45")
LATER = AT + timedelta(hours=1)
FAMILIES = [FamilyId(f"f-{number}") for number in range(5)]
SLOTS = [Slot(ChildId(f"c-{n}"), ActivityId(name), TUESDAY) for n in range(2) for name in ("cantine", "garderie")]
OTHER_DAY = Slot(ChildId("c-0"), ActivityId("cantine"), TUESDAY + timedelta(days=1))


@dataclass
class Town:
    """Parents who save, and what was booked at each instant, known from their saves alone."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(AT - timedelta(days=2)))
    saves: list[tuple[datetime, Booking, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plannings = MemoryPlannings(self.clock)

    def toggle(self, family: FamilyId, slot: Slot) -> None:
        booked = slot not in self.plannings.bookings.get(family, {})
        self.saves.append((self.clock.now(), (family, slot), booked))
        entry = JournalEntry(EntryId(str(len(self.saves))), self.clock.now(), "internet", (Wish(slot, booked),))
        self.plannings.save(family, entry)

    def at(self, instant: datetime) -> frozenset[Booking]:
        last = {booking: booked for at, booking, booked in self.saves if at <= instant}
        return frozenset(one for one, booked in last.items() if booked and one[1].day == TUESDAY)

    def asking(self, reading: Callable[[], Iterator[Booking]] | None = None) -> BookingsAsOf:
        def pause(seconds: float) -> None:
            self.clock.forward(seconds=seconds)

        read = reading or (lambda: self.plannings.bookings_on(TUESDAY))
        return BookingsAsOf(plannings=Reading(read), feed=self.plannings, clock=self.clock, pause=pause)


@dataclass
class Reading:
    read: Callable[[], Iterator[Booking]]

    def bookings_on(self, day: date) -> Iterator[Booking]:
        assert day == TUESDAY
        return self.read()


MOVES = st.tuples(st.sampled_from(FAMILIES), st.sampled_from([*SLOTS, OTHER_DAY]), st.integers(1, 5000))
"""Who saves what, and seconds since the save before."""


@given(early=st.lists(MOVES, max_size=12), late=st.lists(MOVES, max_size=8), seconds=st.integers(0, 20_000))
def test_saves_before_between_and_after_the_pages_change_nothing(
    early: list[tuple[FamilyId, Slot, int]], late: list[tuple[FamilyId, Slot, int]], seconds: int
) -> None:
    """The day is read family by family; before each, the next parent saves."""
    town, waiting = Town(), iter(late)

    def save_one(moves: Iterator[tuple[FamilyId, Slot, int]]) -> None:
        for family, slot, after in moves:
            town.clock.forward(seconds=after)
            town.toggle(family, slot)
            return

    def page_by_page() -> Iterator[Booking]:
        for family in FAMILIES:
            save_one(waiting)
            yield from [one for one in town.plannings.bookings_on(TUESDAY) if one[0] == family]
        save_one(waiting)

    for move in early:
        save_one(iter([move]))
    instant = town.clock.now() - timedelta(seconds=seconds)
    before = instant - timedelta(hours=2)
    assert town.asking(page_by_page).at_both(TUESDAY, before, instant) == (town.at(before), town.at(instant))


def test_what_is_written_in_the_same_instant_is_in_it_and_what_comes_after_is_not() -> None:
    town = Town()
    town.clock.at = AT
    town.toggle(FAMILIES[0], SLOTS[0])
    town.clock.at = AT + timedelta(microseconds=1)
    town.toggle(FAMILIES[0], SLOTS[1])
    town.clock.at = LATER
    assert town.asking()(TUESDAY, AT) == {(FAMILIES[0], SLOTS[0])}


def test_it_waits_until_no_save_of_the_instant_can_be_on_its_way() -> None:
    town = Town()
    town.clock.at = AT
    asked_at = []

    def read() -> Iterator[Booking]:
        asked_at.append(town.clock.now())
        return iter(())

    town.asking(read)(TUESDAY, AT)
    assert asked_at == [AT + FEED_MAY_LACK]
    town.asking(read)(TUESDAY, AT - timedelta(hours=1))
    assert asked_at[1] - asked_at[0] < timedelta(seconds=5), "what is a minute old needs no wait"


def test_two_families_of_one_child_are_two_bookings() -> None:
    town = Town()
    for family in FAMILIES[:2]:
        town.toggle(family, SLOTS[0])
    town.clock.at = LATER
    assert town.asking()(TUESDAY, AT) == {(FAMILIES[0], SLOTS[0]), (FAMILIES[1], SLOTS[0])}


def test_on_dynamodb_a_parent_who_saves_before_each_query_changes_nothing(moto_database: Database) -> None:
    clock = FixedClock(AT - timedelta(days=1))
    store = DynamoPlanningStore(moto_database, clock)
    names = iter(range(100))

    def save(family: FamilyId, slot: Slot, *, booked: bool) -> None:
        entry = JournalEntry(EntryId(f"{next(names):03}"), clock.now(), "internet", (Wish(slot, booked),))
        store.save(family, entry)

    def meanwhile(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        if attempt.operation == "Query" and b"by-day" in attempt.request.body:
            clock.at = LATER
            save(FAMILIES[0], SLOTS[0], booked=False)
            save(FAMILIES[1], SLOTS[1], booked=True)
        return send()

    save(FAMILIES[0], SLOTS[0], booked=True)
    clock.at = AT + timedelta(minutes=2)
    ask = BookingsAsOf(plannings=store, feed=DynamoChangeFeed(moto_database), clock=clock, pause=lambda _: None)
    with intercepted(meanwhile):
        assert ask(TUESDAY, AT) == {(FAMILIES[0], SLOTS[0])}
    assert frozenset(store.bookings_on(TUESDAY)) == {(FAMILIES[1], SLOTS[1])}
