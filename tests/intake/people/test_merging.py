"""The lists over the portal: who stays, who left, who may have bookings without enrolment."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.intake.people.merging import merged
from chalicelib.rules.families import Child, Enrolment, Family
from chalicelib.rules.ids import ActivityId, ChildId
from tests.builders import a_calendar, a_child, a_family

TODAY = date(2026, 11, 23)
WINDOW = [TODAY + timedelta(days) for days in range(-3, 10)]
DAYS = st.none() | st.sampled_from(WINDOW[1:-1])
ENROLMENTS = st.lists(
    st.builds(Enrolment, st.sampled_from([ActivityId("cantine"), ActivityId("garderie")]), st.booleans(), DAYS, DAYS),
    max_size=2,
    unique_by=lambda enrolment: enrolment.activity,
).map(tuple)
NAMES = ["c-7", "c-8", "c-9"]


def enrolled(enrolments: tuple[Enrolment, ...]) -> Child:
    return replace(a_child("c-7"), enrolments=enrolments)


def covered(child: Child) -> set[tuple[str, date]]:
    return {(e.activity, day) for e in child.enrolments for day in WINDOW if e.covers(day)}


@given(before=ENROLMENTS, after=ENROLMENTS)
def test_a_child_that_lost_a_day_is_looked_at(before: tuple[Enrolment, ...], after: tuple[Enrolment, ...]) -> None:
    """One that lost nothing may be looked at for nothing, when an enrolment never covered a day."""
    lost = covered(enrolled(before)) - covered(enrolled(after))
    looked_at = enrolled(before).has_lost_to(enrolled(after))
    assert looked_at or not lost
    if covered(enrolled(before)) and all(e.first is None or e.last is None or e.first <= e.last for e in before):
        assert looked_at == bool(lost)


@st.composite
def families(draw: st.DrawFn) -> Family:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    children = tuple(replace(a_child(name), enrolments=draw(ENROLMENTS)) for name in names)
    cut = draw(st.integers(0, len(children)))
    gone = tuple(replace(child, enrolments=(), left=TODAY, unsettled=True) for child in children[cut:])
    return replace(a_family(), children=children[:cut], former=gone)


@given(on_portal=families(), wanted=families(), elsewhere=st.sets(st.sampled_from([ChildId(name) for name in NAMES])))
def test_nobody_is_lost_and_the_second_time_changes_nothing(
    on_portal: Family, wanted: Family, elsewhere: set[ChildId]
) -> None:
    wanted = replace(wanted, former=())
    family = merged(wanted, on_portal, elsewhere, TODAY, calendar=a_calendar())
    everybody = [child.id for child in (*family.children, *family.former)]
    assert len(everybody) == len(set(everybody))
    assert set(everybody) == {child.id for one in (on_portal, wanted) for child in (*one.children, *one.former)}
    listed = {child.id for child in wanted.children}
    assert {child.id for child in family.former} == ({c.id for c in on_portal.former} | elsewhere) & set(
        everybody
    ) - listed
    assert all(child.left and not child.enrolments for child in family.former)
    assert all(bool(child.left) != (child.id in listed) for child in family.children)
    assert merged(wanted, family, elsewhere, TODAY + timedelta(1), calendar=a_calendar()) == family
