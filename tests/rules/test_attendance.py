"""Lists of who is expected: each child once, nobody dropped, in the town's order."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.attendance import AttendanceList, attendance
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.ids import ActivityId, ChildId, DietId, FamilyId, SchoolId
from chalicelib.rules.planning import Slot
from tests.builders import OTHER_SCHOOL, SCHOOL, a_town, an_activity
from tests.clock import day

TUESDAY = day("mardi 2026-11-03")
TOWN = a_town(an_activity("cantine"), an_activity("garderie"))
MADE_AT = datetime(2026, 11, 2, tzinfo=UTC)
CHILDREN = [ChildId(f"c-{number}") for number in range(6)]
SLOTS = st.builds(
    Slot,
    st.sampled_from(CHILDREN),
    st.sampled_from([ActivityId(name) for name in ("cantine", "garderie", "gone")]),
    st.just(TUESDAY),
)
BOOKINGS = st.frozensets(st.tuples(st.sampled_from([FamilyId("f-1"), FamilyId("f-2")]), SLOTS))
LISTED = st.builds(
    ListedChild,
    st.just(CHILDREN[0]),
    first_name=st.text(max_size=4),
    last_name=st.text(max_size=4),
    school=st.sampled_from([SCHOOL, OTHER_SCHOOL, SchoolId("gone")]),
    class_name=st.sampled_from(["", "CP", "CE1"]),
    diet=st.sampled_from([None, DietId("sans-porc")]),
    pai=st.booleans(),
)


def a_listed(name: str, last_name: str, first_name: str = "Zoé", class_name: str = "CP") -> ListedChild:
    return ListedChild(ChildId(name), first_name, last_name, SCHOOL, class_name)


def directory_of(*children: ListedChild) -> Directory:
    return Directory(MADE_AT, {child.id: child for child in children})


def booked(name: str, family: str = "f-1", activity: str = "cantine") -> tuple[FamilyId, Slot]:
    return FamilyId(family), Slot(ChildId(name), ActivityId(activity), TUESDAY)


def keys_of(bookings: frozenset[tuple[FamilyId, Slot]]) -> set[tuple[ActivityId, ChildId]]:
    return {(slot.activity, slot.child) for _, slot in bookings}


def listed_of(lists: list[AttendanceList]) -> list[tuple[ActivityId, ChildId]]:
    return [(one.place.activity, who.child) for one in lists for who in one.present]


@given(BOOKINGS, BOOKINGS, st.dictionaries(st.sampled_from(CHILDREN), LISTED))
def test_all_lists_together_are_what_is_booked(
    now: frozenset[tuple[FamilyId, Slot]],
    before: frozenset[tuple[FamilyId, Slot]],
    listed: dict[ChildId, ListedChild],
) -> None:
    lists = attendance(now, before, Directory(MADE_AT, listed), TOWN)
    found = listed_of(lists)
    assert len(found) == len(set(found))
    assert set(found) == keys_of(now)
    assert {(one.place.activity, who.child) for one in lists for who in one.gone} == keys_of(before) - keys_of(now)
    arrived = {(one.place.activity, who.child) for one in lists for who in one.present if who.arrived}
    assert arrived == keys_of(now) - keys_of(before)
    assert sum(sum(one.diets.values()) for one in lists) == len(keys_of(now))
    for one in lists:
        assert (one.place.school is None) == all(who.listed is None for who in (*one.present, *one.gone))


def test_a_child_of_two_families_is_there_once_with_both() -> None:
    (one,) = attendance({booked("c-1"), booked("c-1", "f-2")}, None, directory_of(a_listed("c-1", "BOND")), TOWN)
    assert [(who.child, who.families) for who in one.present] == [("c-1", ("f-1", "f-2"))]


def test_one_parent_who_cancels_takes_nothing_from_the_other() -> None:
    before = {booked("c-1"), booked("c-1", "f-2")}
    (one,) = attendance({booked("c-1")}, before, directory_of(a_listed("c-1", "BOND")), TOWN)
    assert (one.arrived, one.gone) == (0, ())


def test_names_are_sorted_as_people_look_for_them() -> None:
    names = ["ÉMILE", "DURAND", "Łukasz", "FABRE", "ŒUVRE", "OLIVE", "émilien", "MARTIN", "LEROY"]
    listed = [a_listed(f"c-{number}", name) for number, name in enumerate(names)]
    (one,) = attendance({booked(child.id) for child in listed}, None, directory_of(*listed), TOWN)
    assert [who.listed.last_name for who in one.present if who.listed] == [
        "DURAND", "ÉMILE", "émilien", "FABRE", "LEROY", "Łukasz", "MARTIN", "ŒUVRE", "OLIVE",
    ]  # fmt: skip


def test_lists_are_in_the_town_s_order_and_what_it_does_not_know_comes_last() -> None:
    listed = directory_of(
        a_listed("c-1", "A", class_name="CP"),
        a_listed("c-2", "B", class_name="CE1"),
        ListedChild(ChildId("c-3"), "C", "C", OTHER_SCHOOL, ""),
    )
    now = {booked(name, activity=activity) for name in ("c-1", "c-2", "c-3", "c-9") for activity in ("gone", "cantine")}
    places = [
        (one.place.activity, one.place.school, one.place.class_name) for one in attendance(now, None, listed, TOWN)
    ]
    of_each = [(SCHOOL, "CE1"), (SCHOOL, "CP"), (OTHER_SCHOOL, ""), (None, "")]
    assert places == [(activity, *place) for activity in ("cantine", "gone") for place in of_each]


def test_without_a_list_before_nobody_has_arrived() -> None:
    (one,) = attendance({booked("c-1")}, None, directory_of(a_listed("c-1", "BOND")), TOWN)
    assert one.arrived == 0
