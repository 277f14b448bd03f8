"""The bookings of a day at any past instant are those that were there then."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.ids import ChildId, EntryId, FamilyId
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.bookings_then import INDEX_SECONDS, BookingsThen
from chalicelib.services.ports import JournalEntry
from tests.builders import CANTEEN, MORNING
from tests.clock import FixedClock, paris
from tests.fakes import MemoryPlannings

START = paris("lundi 2026-11-30 08:00")
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
FAMILIES = [FamilyId("f-1"), FamilyId("f-2")]
SLOTS = [
    Slot(ChildId(child), activity, day)
    for child in ("c-1", "c-2")
    for activity in (CANTEEN, MORNING)
    for day in (MONDAY, TUESDAY)
]
SAVES = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from(FAMILIES), st.sets(st.sampled_from(SLOTS), min_size=1)), max_size=25
)


@given(saves=SAVES, asked=st.integers(0, 100 * 60))
def test_what_was_booked_then(saves: list[tuple[int, FamilyId, set[Slot]]], asked: int) -> None:
    """Each save turns its slots around; what an instant finds is what was there after the saves up to it."""
    clock = FixedClock(START)
    plannings, instant = MemoryPlannings(clock=clock), START + timedelta(seconds=asked)
    there: set[tuple[FamilyId, Slot]] = set()
    then: frozenset[tuple[FamilyId, Slot]] = frozenset()
    for number, (minute, family, slots) in enumerate(sorted(saves, key=lambda one: one[0])):
        clock.at = START + timedelta(minutes=minute, seconds=1)
        wishes = tuple(Wish(slot, (family, slot) not in there) for slot in sorted(slots))
        plannings.save(family, JournalEntry(EntryId(f"{number:03}"), START, "internet", wishes))
        there ^= {(family, slot) for slot in slots}
        if clock.at <= instant:
            then = frozenset(there)
    clock.at = START + timedelta(hours=2)
    pauses: list[float] = []
    asks = BookingsThen(plannings=plannings, feed=plannings, clock=clock, pause=pauses.append)
    for day in (MONDAY, TUESDAY):
        assert asks(day, instant) == {(family, slot) for family, slot in then if slot.day == day}
    assert pauses == [INDEX_SECONDS] * 2
