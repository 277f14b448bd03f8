"""Bookings, journal and places as items: what is written is read, whatever it is."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.ids import ChildId, EntryId, SchoolId
from chalicelib.rules.planning import PlaceKey, Reason, RefusedWish, Slot, Wish
from chalicelib.services.ports import JournalEntry
from chalicelib.storage import journal, keys
from chalicelib.storage.journal_rows import JournalRow
from tests.builders import BOND, CANTEEN, JAMES, MORNING

ids = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)
slots = st.builds(Slot, ids.map(ChildId), st.sampled_from([CANTEEN, MORNING]), st.dates())
wishes = st.builds(Wish, slots, st.booleans())
instants = st.datetimes(timezones=st.just(UTC))
refusals = st.builds(RefusedWish, wishes, st.sampled_from(Reason), st.none() | instants, st.none() | st.just(CANTEEN))
entries = st.builds(
    JournalEntry,
    ids.map(EntryId),
    instants,
    st.sampled_from(["internet", "mairie"]),
    st.lists(wishes, max_size=4).map(tuple),
    st.lists(refusals, max_size=4).map(tuple),
    st.lists(wishes, max_size=4).map(tuple),
)


@given(entries, instants, instants)
def test_an_entry_survives_its_row(entry: JournalEntry, written: datetime, later: datetime) -> None:
    item = journal.row_of(JournalRow, BOND, entry, written).serialize()
    assert journal.entry_of(item) == entry
    assert journal.is_same(item, journal.row_of(JournalRow, BOND, entry, later).serialize()), "whenever it is tried"


@given(entries, entries, instants)
def test_another_entry_is_not_the_same(entry: JournalEntry, other: JournalEntry, written: datetime) -> None:
    first, second = (journal.row_of(JournalRow, BOND, one, written).serialize() for one in (entry, other))
    assert journal.is_same(first, second) == (entry == other)
    assert not journal.is_same(None, first)


@given(slots)
def test_a_slot_survives_its_attribute(slot: Slot) -> None:
    assert keys.slot_of(keys.slot_name(slot.child, slot.activity), slot.day) == slot


@given(slots, st.none() | ids.map(SchoolId))
def test_a_counter_survives_its_key(slot: Slot, school: SchoolId | None) -> None:
    key = PlaceKey(slot.day, slot.activity, school)
    assert keys.place_key(key.day.isoformat(), keys.counter(key)) == key


def test_children_of_the_demo_are_readable_in_the_console() -> None:
    assert keys.slot_name(JAMES, CANTEEN) == "c-007#cantine"
