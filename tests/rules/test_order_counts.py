"""What the kitchen is told: totals equal the bookings, differences add up, nobody is named."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.ids import ActivityId, ChildId, DietId, SchoolId
from chalicelib.rules.kitchen import Adults, Margin, Sitting
from chalicelib.rules.order_counts import Change, Figures, Line, Place, differences, figures_of
from chalicelib.rules.planning import Slot
from tests.builders import CANTEEN, MORNING, OTHER_SCHOOL, SCHOOL
from tests.rules.test_order_times import an_order

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
FIRST = Sitting("1er service", frozenset({CANTEEN}), frozenset({SCHOOL}), ("CP", "CE1"))
SECOND = Sitting("2e service", frozenset({CANTEEN}), frozenset({SCHOOL}))
OPEN = {MONDAY: frozenset({SCHOOL, OTHER_SCHOOL}), TUESDAY: frozenset({SCHOOL, OTHER_SCHOOL})}
CLASSES = ("CP A", "CE1", "CM2 B", "10-Mme Béatrice ESCO")
CHILDREN = [ChildId(f"c-{number}") for number in range(12)]
LISTED = st.builds(
    ListedChild,
    st.sampled_from(CHILDREN),
    st.just("Zoé"),
    st.just("BOND"),
    st.sampled_from([SCHOOL, OTHER_SCHOOL]),
    st.sampled_from(CLASSES),
    st.sampled_from([None, DietId("sans-porc"), DietId("sans-viande")]),
    st.booleans(),
)
SLOTS = st.lists(
    st.builds(Slot, st.sampled_from(CHILDREN), st.sampled_from([CANTEEN, MORNING]), st.sampled_from([MONDAY, TUESDAY]))
)


def directory(*children: ListedChild) -> Directory:
    return Directory(datetime(2026, 11, 20, tzinfo=UTC), {child.id: child for child in children})


def a_listed(name: str, class_name: str = "CP A", school: SchoolId = SCHOOL, diet: str = "") -> ListedChild:
    return ListedChild(ChildId(name), "Zoé", "BOND", school, class_name, DietId(diet) if diet else None)


def slots(day: date, *names: str, activity: ActivityId = CANTEEN) -> list[Slot]:
    return [Slot(ChildId(name), activity, day) for name in names]


@given(children=st.lists(LISTED), booked=SLOTS)
def test_totals_equal_the_bookings(children: list[ListedChild], booked: list[Slot]) -> None:
    order = an_order(margin=Margin(percent=5), adults=(Adults(SCHOOL, "", 6),))
    figures = figures_of(order, (FIRST, SECOND), booked, directory(*children), OPEN)
    meals = Counter(slot.day for slot in set(booked) if slot.activity == CANTEEN)
    for day in OPEN:
        assert sum(line.count for line in figures.lines if line.day == day) == meals[day]
        assert sum(place.children for place in figures.places if place.day == day) == meals[day]
        assert figures.total(day) == sum(place.total for place in figures.places if place.day == day)
    assert "BOND" not in repr(figures)
    assert "c-" not in repr(figures)


@given(children=st.lists(LISTED), before=SLOTS, now=SLOTS)
def test_what_moved_makes_the_new_figures_of_the_old(
    children: list[ListedChild], before: list[Slot], now: list[Slot]
) -> None:
    def of(booked: list[Slot]) -> Figures:
        return figures_of(an_order(), (FIRST, SECOND), booked, directory(*children), OPEN)

    moved = differences(of(now), of(before), OPEN)
    assert all(change.before != change.after for change in moved)
    for day in OPEN:
        told = sum(change.after - change.before for change in moved if change.day == day and change.diet is None)
        assert of(before).total(day) + told == of(now).total(day)
    assert differences(of(now), of(now), OPEN) == ()


def test_figures_by_sitting_and_diet() -> None:
    known = directory(
        a_listed("a"), a_listed("b", diet="sans-porc"), a_listed("c", "CM2"), a_listed("d", "CPE"), a_listed("e")
    )
    figures = figures_of(
        an_order(margin=Margin(percent=5, count=1), adults=(Adults(SCHOOL, "", 6),)),
        (FIRST, SECOND),
        slots(MONDAY, "a", "b", "c", "d"),
        known,
        {MONDAY: frozenset({SCHOOL})},
    )
    assert figures.lines == (
        Line(MONDAY, SCHOOL, "1er service", "", 1),
        Line(MONDAY, SCHOOL, "1er service", "sans-porc", 1),
        Line(MONDAY, SCHOOL, "2e service", "", 2),
    )
    assert figures.places == (Place(MONDAY, SCHOOL, 4, 2, 6),)


def test_a_child_of_two_families_eats_once() -> None:
    twice = slots(MONDAY, "a") + slots(MONDAY, "a")
    assert figures_of(an_order(), (), twice, directory(a_listed("a")), OPEN).lines[0].count == 1


def test_a_child_of_no_list_is_counted_and_has_no_school() -> None:
    [line] = figures_of(an_order(schools=frozenset({SCHOOL})), (), slots(MONDAY, "gone"), directory(), OPEN).lines
    assert (line.school, line.sitting, line.count) == ("", "", 1)


def test_an_order_of_some_schools_has_their_children_alone() -> None:
    known = directory(a_listed("a"), a_listed("b", school=OTHER_SCHOOL))
    order = an_order(schools=frozenset({OTHER_SCHOOL}))
    [line] = figures_of(order, (), slots(MONDAY, "a", "b"), known, {MONDAY: frozenset({OTHER_SCHOOL})}).lines
    assert (line.school, line.count) == (OTHER_SCHOOL, 1)


def test_the_manuals_difference() -> None:
    """« Ferry, CM2 : 24 → 22 », and the diet among them."""
    before = Figures((Line(MONDAY, "ferry", "CM2", "", 20), Line(MONDAY, "ferry", "CM2", "sans-porc", 4)), ())
    now = replace(before, lines=(Line(MONDAY, "ferry", "CM2", "", 19), Line(MONDAY, "ferry", "CM2", "sans-porc", 3)))
    assert differences(now, before, [MONDAY]) == (
        Change(MONDAY, "ferry", "CM2", None, 24, 22),
        Change(MONDAY, "ferry", "CM2", "sans-porc", 4, 3),
    )
    assert differences(now, before, [TUESDAY]) == ()


@pytest.mark.parametrize(
    ("margin", "meals", "more"),
    [
        pytest.param(Margin(percent=5), 100, 5, id="5 %"),
        pytest.param(Margin(percent=5), 101, 6, id="rounded up"),
        pytest.param(Margin(count=3), 40, 3, id="three"),
        pytest.param(Margin(percent=5, count=3), 0, 0, id="none where nobody eats"),
    ],
)
def test_a_margin(margin: Margin, meals: int, more: int) -> None:
    assert margin.of(meals) == more


@pytest.mark.parametrize(
    ("class_name", "takes"),
    [
        pytest.param("CP", True, id="the name"),
        pytest.param("cp a", True, id="its first word"),
        pytest.param("CE1/CE2", True, id="the first of two"),
        pytest.param("CPE", False, id="another word"),
        pytest.param("CM2", False, id="another class"),
    ],
)
def test_a_sitting_takes_classes_by_their_first_words(class_name: str, takes: bool) -> None:
    assert FIRST.takes(CANTEEN, SCHOOL, class_name) is takes
    assert not FIRST.takes(MORNING, SCHOOL, class_name)
    assert not FIRST.takes(CANTEEN, OTHER_SCHOOL, class_name)
