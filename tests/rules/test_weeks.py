"""Activities by week: one deadline for all days of a week, all of them or none, and laws over any set of wishes."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.deadlines import CalendarDaysBefore, FixedDates, WeekdayTable
from chalicelib.rules.families import Enrolment
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.judging import Judge
from chalicelib.rules.openings import Advance, Window
from chalicelib.rules.planning import PlaceKey, Reason, Slot, SlotView, State, TownDays, Wish, places
from chalicelib.rules.saving import SavePlan, Situation, counters, plan_save
from chalicelib.rules.school_calendar import Exceptional, Period, monday_of, paris_instant
from chalicelib.rules.town import Activity, Capacity
from chalicelib.rules.weeks import box_of, filled_together
from tests.builders import (
    ALINE,
    JAMES,
    MORNING,
    WEEKDAYS,
    a_calendar,
    a_child,
    a_family,
    a_slot,
    a_town,
    an_activity,
)
from tests.clock import day, paris
from tests.rules.test_saving import after, book, cancel, moved, reasons

CENTRE = an_activity("centre", CalendarDaysBefore(1, 600), school_weekdays=WEEKDAYS, by_week=True)
MONDAY = day("lundi 2026-09-14")
WEEK = tuple(a_slot(MONDAY + timedelta(days=n), CENTRE.id) for n in range(5))
BEFORE = "vendredi 2026-09-11 12:00"
SUNDAY_AT_TEN = paris("dimanche 2026-09-13 10:00")
STRIKE = a_calendar(closures=(Exceptional(Period("Grève", MONDAY, MONDAY)),))


def seen(
    activity: Activity = CENTRE, at: str = BEFORE, booked: tuple[Slot, ...] = (), **enrolled: date | bool
) -> list[SlotView]:
    """The week of James, viewed in a town with a strike on its Monday when ``activity`` has another name."""
    child = replace(a_child(), enrolments=(Enrolment(activity.id, **enrolled),))  # type: ignore[arg-type]
    judge = Judge(TownDays(a_town(activity)), child, paris(at))
    return judge.row(activity.id, [slot.day for slot in WEEK], booked)


def states(views: list[SlotView]) -> list[State]:
    return [view.state for view in views]


OPEN, CLOSED, LATE = State.OPEN, State.CLOSED, State.TOO_LATE


def test_every_day_closes_with_the_first() -> None:
    assert {view.closes_at for view in seen()} == {SUNDAY_AT_TEN}
    assert states(seen(at="dimanche 2026-09-13 09:59:59")) == [OPEN] * 5
    assert states(seen(at="dimanche 2026-09-13 10:00")) == [LATE] * 5
    assert states(seen(at="mardi 2026-09-15 08:00")) == [State.PAST, LATE, LATE, LATE, LATE]


def test_booking_and_cancelling_close_each_with_its_first_day() -> None:
    activity = replace(CENTRE, booking=CalendarDaysBefore(4, 600))
    views = seen(activity, booked=WEEK[:1])
    assert [view.closes_at for view in views] == [SUNDAY_AT_TEN, *[paris("jeudi 2026-09-10 10:00")] * 4]
    assert states(views) == [OPEN, LATE, LATE, LATE, LATE]


def test_the_first_day_is_the_first_on_which_the_activity_is_open() -> None:
    judge = Judge(TownDays(a_town(CENTRE, calendar=STRIKE)), a_child(JAMES, CENTRE.id), paris(BEFORE))
    views = judge.row(CENTRE.id, [slot.day for slot in WEEK], ())
    assert states(views) == [CLOSED, OPEN, OPEN, OPEN, OPEN]
    assert {view.closes_at for view in views[1:]} == {paris("lundi 2026-09-14 10:00")}


def test_the_week_of_a_child_that_comes_in_its_middle_begins_with_the_child() -> None:
    views = seen(first=MONDAY + timedelta(days=2))
    assert states(views) == [CLOSED, CLOSED, OPEN, OPEN, OPEN]
    assert {view.closes_at for view in views[2:]} == {paris("mardi 2026-09-15 10:00")}
    assert states(seen(last=MONDAY)) == [OPEN, CLOSED, CLOSED, CLOSED, CLOSED]


@pytest.mark.parametrize(
    ("activity", "state"),
    [
        pytest.param(replace(CENTRE, booking=WeekdayTable({2: (1, 600)})), State.READ_ONLY, id="Monday never online"),
        pytest.param(replace(CENTRE, advance=Advance(0, 2, 0)), State.NOT_YET, id="not open yet"),
        pytest.param(
            replace(CENTRE, windows=(Window(MONDAY + timedelta(days=1), MONDAY + timedelta(days=9), None, None),)),
            State.OUTSIDE,
            id="its Monday is in no period",
        ),
    ],
)
def test_the_whole_week_is_what_its_first_day_is(activity: Activity, state: State) -> None:
    assert states(seen(activity)) == [state] * 5


def test_no_rule_leaves_a_week_open_that_has_begun() -> None:
    late = FixedDates(((Period("", MONDAY, MONDAY + timedelta(days=4)), MONDAY + timedelta(days=9), 600),))
    activity = replace(CENTRE, booking=late, cancelling=late)
    assert states(seen(activity, "lundi 2026-09-14 23:59:59")) == [OPEN] * 5
    assert states(seen(activity, "mardi 2026-09-15 00:00")) == [State.PAST, LATE, LATE, LATE, LATE]


def test_one_full_day_fills_its_week_and_no_other() -> None:
    views = seen() + [view._replace(slot=view.slot._replace(day=view.slot.day + timedelta(days=7))) for view in seen()]
    views[3] = views[3]._replace(state=State.FULL)
    views[4] = views[4]._replace(booked=True)
    assert states(filled_together(views)) == [State.FULL] * 4 + [OPEN] * 6


def test_the_box_of_a_week_completes_it_and_then_leaves_it() -> None:
    days = [slot.day for slot in WEEK]
    assert [view.slot.day for view in box_of(seen())] == days
    assert [view.slot.day for view in box_of(seen(booked=WEEK[2:3]))] == days[:2] + days[3:]
    assert [view.slot.day for view in box_of(seen(booked=WEEK))] == days
    late = replace(CENTRE, booking=CalendarDaysBefore(4, 600))
    assert [view.slot.day for view in box_of(seen(late, booked=WEEK[2:3]))] == days[2:3]
    assert box_of(seen(at="mardi 2026-09-15 08:00")) == []


MORNING_CARE = an_activity(MORNING, school_weekdays=WEEKDAYS)


def situation(
    *activities: Activity, booked: tuple[Slot, ...] = (), taken: dict[PlaceKey, int] | None = None
) -> Situation:
    listed = activities or (CENTRE,)
    ids = [activity.id for activity in listed]
    family = a_family(a_child(JAMES, *ids), a_child(ALINE, *ids))
    return Situation(TownDays(a_town(*listed)), family, frozenset(booked), taken or {}, paris(BEFORE))


def test_a_whole_week_is_booked_and_cancelled() -> None:
    assert len(plan_save(book(*WEEK), situation()).changes) == 5
    assert len(plan_save(cancel(*WEEK), situation(booked=WEEK)).changes) == 5


def test_a_part_of_a_week_is_refused() -> None:
    for wishes, there in (
        (book(*WEEK[:4]), ()),
        (cancel(*WEEK[:4]), WEEK),
        (book(*WEEK[:4]) + cancel(WEEK[4]), WEEK[4:]),
    ):
        plan = plan_save(wishes, situation(booked=there))
        assert (plan.changes, set(reasons(plan))) == ((), {Reason.WHOLE_WEEK})


def test_a_week_that_the_office_booked_in_part_can_be_completed_or_left() -> None:
    there = WEEK[2:3]
    assert len(plan_save(book(*WEEK[:2], *WEEK[3:]), situation(booked=there)).changes) == 4
    plan = plan_save(book(*WEEK), situation(booked=there))
    assert (len(plan.changes), plan.already) == (4, (Wish(WEEK[2], True),))
    assert plan_save(cancel(*there), situation(booked=there)).changes == (Wish(WEEK[2], False),)


def test_what_was_in_part_may_be_so_again() -> None:
    where = replace(situation(booked=WEEK), restoring=True)
    assert len(plan_save(cancel(*WEEK[:2], *WEEK[3:]), where).changes) == 4


def test_a_day_that_closed_meanwhile_is_refused_alone() -> None:
    where = replace(situation(), days=TownDays(a_town(CENTRE, calendar=STRIKE)))
    plan = plan_save(book(*WEEK), where)
    assert (len(plan.changes), reasons(plan)) == (4, [Reason.CLOSED])


def test_one_full_day_refuses_its_week_alone() -> None:
    limited = replace(CENTRE, capacity=Capacity(3, {}))
    next_week = [slot._replace(day=slot.day + timedelta(days=7)) for slot in WEEK]
    where = situation(limited, taken={PlaceKey(WEEK[3].day, CENTRE.id): 3})
    plan = plan_save(book(*WEEK, *next_week), where)
    assert [wish.slot for wish in plan.changes] == next_week
    assert reasons(plan) == [Reason.FULL] * 5
    assert plan.refusals[0].wish.slot == WEEK[3], "the day that is full comes first"


def test_a_day_without_what_it_requires_refuses_its_week() -> None:
    activities = (MORNING_CARE, replace(CENTRE, requires=(MORNING_CARE.id,)))
    there = tuple(a_slot(slot.day, MORNING) for slot in WEEK[1:])
    plan = plan_save(book(*WEEK), situation(*activities, booked=there))
    assert plan.changes == ()
    assert {(refusal.reason, refusal.other) for refusal in plan.refusals} == {(Reason.REQUIRES, MORNING)}
    assert plan.refusals[0].wish.slot == WEEK[0]


LIMITED = (
    an_activity(MORNING, school_weekdays=WEEKDAYS, capacity=Capacity(2, {})),
    replace(CENTRE, capacity=Capacity(2, {})),
    an_activity("club", school_weekdays=frozenset({1, 3, 6}), by_week=True, requires=(ActivityId(MORNING),)),
    an_activity(excludes=(CENTRE.id,)),
)
slots = st.builds(
    Slot,
    st.sampled_from([JAMES, ALINE]),
    st.sampled_from([activity.id for activity in LIMITED]),
    st.dates(date(2026, 9, 9), date(2026, 9, 26)),
)
weeks = st.builds(
    lambda child, activity, monday, missing: [
        Slot(child, activity, monday + timedelta(days=n)) for n in range(6) if n != missing
    ],
    st.sampled_from([JAMES, ALINE]),
    st.sampled_from([LIMITED[1].id, LIMITED[2].id]),
    st.sampled_from([MONDAY, MONDAY + timedelta(days=7)]),
    st.sampled_from([None, None, 0, 2]),
)
some_slots = st.lists(st.one_of(weeks, slots.map(lambda slot: [slot])), max_size=8).map(
    lambda groups: frozenset(slot for group in groups for slot in group)
)
instants = st.datetimes(datetime(2026, 9, 9), datetime(2026, 9, 24)).map(  # noqa: DTZ001 - made aware at once
    lambda t: paris_instant(t.date(), t.hour * 60 + t.minute)
)


@given(some_slots, some_slots, some_slots, st.integers(0, 3), instants, st.booleans())
def test_laws_of_any_save_with_weeks(
    booking: frozenset[Slot],
    cancelling: frozenset[Slot],
    booked: frozenset[Slot],
    taken: int,
    now: datetime,
    late: bool,
) -> None:
    where = situation(*LIMITED)
    if late:
        child = replace(
            a_child(JAMES), enrolments=tuple(Enrolment(a.id, first=day("mercredi 2026-09-16")) for a in LIMITED)
        )
        where = replace(where, family=a_family(child, *where.family.children[1:]))
    wished = [*book(*booking), *cancel(*(cancelling - booking))]
    keys = {where.key(wish.slot) for wish in wished} - {None}
    counted = {key: (taken + key.day.day) % 4 for key in keys if key}
    where = replace(where, booked=booked, taken=counted, now=now)
    plan = plan_save(wished, where)
    answered = [*plan.changes, *plan.already, *(refusal.wish for refusal in plan.refusals)]
    assert sorted(answered, key=lambda w: w.slot) == sorted(wished, key=lambda w: w.slot), "every wish is answered once"
    for key, move in counters(plan.changes, where).items():
        limit = places(where.town.activities[key.activity], key)
        assert move < 0 or counted[key] + move <= limit, "no counter passes its limit"
    becomes = after(booked, plan)
    all_or_nothing(where, plan, becomes)
    again = replace(where, booked=becomes, taken=moved(where, plan))
    assert plan_save(wished, again).changes == (), "the same save again changes nothing"


def all_or_nothing(where: Situation, plan: SavePlan, becomes: frozenset[Slot]) -> None:
    """A week of an activity by week that a save touched is booked on all its days, or on none."""
    for wish in plan.changes:
        if where.town.activities[wish.slot.activity].by_week:
            week = Judge(where.days, where.family.child(wish.slot.child), where.now).week(wish.slot)
            assert {slot in becomes for slot in week} == {wish.booked}
            first = min(week).day
            assert where.now < paris_instant(first - timedelta(days=1), 600), "before the deadline of its first day"
            assert monday_of(first) == monday_of(wish.slot.day)
