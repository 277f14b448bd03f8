"""What a slot is at an instant: each state, in the order in which they win."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.deadlines import CalendarDaysBefore, NeverOnline, OpenDaysBefore
from chalicelib.rules.families import Enrolment
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.judging import Judge
from chalicelib.rules.openings import Advance, Window, months_before
from chalicelib.rules.planning import PlaceKey, SlotView, State, TownDays, closed_because, place_key, places
from chalicelib.rules.school_calendar import Exceptional, Period
from chalicelib.rules.town import Activity, Capacity, Town
from tests.builders import (
    CANTEEN,
    HOLIDAY_AM,
    JAMES,
    MORNING,
    OTHER_SCHOOL,
    SCHOOL,
    WEEKDAYS,
    a_calendar,
    a_child,
    a_slot,
    a_town,
    an_activity,
)
from tests.clock import day, paris

MONDAY = day("lundi 2026-09-14")
NOON_BEFORE = "vendredi 2026-09-11 12:00"


def view(
    activity: Activity, at: str = NOON_BEFORE, on: date = MONDAY, booked: bool = False, taken: int = 0
) -> SlotView:
    return Judge(TownDays(a_town(activity)), a_child(), paris(at)).view(a_slot(on), booked, taken)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        pytest.param("dimanche 2026-09-13 09:59:59", State.OPEN, id="one second before"),
        pytest.param("dimanche 2026-09-13 10:00:00", State.TOO_LATE, id="on the minute is too late"),
        pytest.param("lundi 2026-09-14 23:59:59", State.TOO_LATE, id="on the day itself"),
        pytest.param("mardi 2026-09-15 00:00:00", State.PAST, id="the day after"),
    ],
)
def test_a_slot_closes_at_the_very_instant(at: str, state: State) -> None:
    assert view(an_activity(), at).state is state


def test_booking_and_cancelling_have_their_own_deadlines() -> None:
    activity = an_activity(booking=CalendarDaysBefore(4, 600), cancelling=CalendarDaysBefore(1, 720))
    assert view(activity).state is State.TOO_LATE
    assert view(activity, booked=True).state is State.OPEN
    assert view(activity, booked=True).closes_at == paris("dimanche 2026-09-13 12:00")


@pytest.mark.parametrize(
    ("activity", "on", "reason"),
    [
        pytest.param(an_activity(), "mardi 2026-09-15", None, id="a school day"),
        pytest.param(an_activity(), "mercredi 2026-09-16", "", id="a weekday it does not open on"),
        pytest.param(an_activity(), "mardi 2026-10-20", "", id="holidays"),
        pytest.param(an_activity(holiday_weekdays=WEEKDAYS), "mercredi 2026-10-21", None, id="open in holidays"),
        pytest.param(an_activity(school_weekdays=WEEKDAYS), "mercredi 2026-11-11", "Armistice", id="a public holiday"),
        pytest.param(an_activity(), "lundi 2026-08-31", "", id="before the calendar"),
        pytest.param(an_activity(), "lundi 2027-07-05", "", id="after the calendar"),
        pytest.param(an_activity(first=date(2026, 9, 20)), "lundi 2026-09-14", "", id="not started"),
        pytest.param(an_activity(last=date(2026, 9, 10)), "lundi 2026-09-14", "", id="ended"),
        pytest.param(an_activity(schools=frozenset({OTHER_SCHOOL})), "lundi 2026-09-14", "", id="another school's"),
    ],
)
def test_days_on_which_an_activity_opens(activity: Activity, on: str, reason: str | None) -> None:
    assert closed_because(a_town(activity), activity, SCHOOL, day(on)) == reason


def town_with(**changes: tuple[Exceptional, ...]) -> Town:
    return a_town(an_activity(), an_activity("petites-vac-matin"), calendar=a_calendar(**changes))


def exceptional(label: str, on: str, *activities: str, schools: frozenset[SchoolId] = frozenset()) -> Exceptional:
    return Exceptional(Period(label, day(on), day(on)), frozenset(map(ActivityId, activities)), schools)


def test_a_closure_says_why_and_only_where_it_applies() -> None:
    town = town_with(closures=(exceptional("Grève", "lundi 2026-09-14", CANTEEN, schools=frozenset({SCHOOL})),))
    canteen, morning = town.activities[CANTEEN], town.activities[HOLIDAY_AM]
    assert closed_because(town, canteen, SCHOOL, MONDAY) == "Grève"
    assert closed_because(town, canteen, OTHER_SCHOOL, MONDAY) is None
    assert closed_because(town, morning, SCHOOL, MONDAY) is None


def test_an_opening_beats_weekday_closure_and_public_holiday() -> None:
    wednesday = day("mercredi 2026-11-11")
    pont = exceptional("Pont", "mercredi 2026-11-11")
    town = town_with(closures=(pont,), openings=(exceptional("Il y aura école", "mercredi 2026-11-11"),))
    assert closed_because(town, town.activities[CANTEEN], SCHOOL, wednesday) is None


def test_school_on_a_wednesday_does_not_open_the_holiday_centre() -> None:
    centre = an_activity("centre", school_weekdays=frozenset(), holiday_weekdays=WEEKDAYS)
    opening = exceptional("Il y aura école", "mercredi 2026-09-16")
    town = a_town(an_activity(), centre, calendar=a_calendar(openings=(opening,)))
    assert closed_because(town, centre, SCHOOL, day("mercredi 2026-09-16")) == ""
    assert closed_because(town, town.activities[CANTEEN], SCHOOL, day("mercredi 2026-09-16")) is None


def test_a_closed_day_still_tells_that_it_was_booked() -> None:
    activity = an_activity(school_weekdays=frozenset({2}))
    assert view(activity, booked=True).state is State.CLOSED
    assert view(activity, booked=True).booked


@pytest.mark.parametrize(
    ("enrolment", "state"),
    [
        pytest.param(Enrolment(CANTEEN, read_only=True), State.READ_ONLY, id="occasionnels"),
        pytest.param(Enrolment(CANTEEN, first=date(2026, 9, 15)), State.CLOSED, id="not enrolled yet"),
        pytest.param(Enrolment(CANTEEN, last=date(2026, 9, 13)), State.CLOSED, id="no longer enrolled"),
        pytest.param(Enrolment(CANTEEN, first=MONDAY, last=MONDAY), State.OPEN, id="both ends included"),
    ],
)
def test_an_enrolment_bounds_what_may_change(enrolment: Enrolment, state: State) -> None:
    child = replace(a_child(), enrolments=(enrolment,))
    assert Judge(TownDays(a_town()), child, paris(NOON_BEFORE)).view(a_slot(MONDAY), False).state is state


def test_what_is_never_online_belongs_to_the_office() -> None:
    assert view(an_activity(booking=NeverOnline())).state is State.READ_ONLY


OPENS, CLOSES = paris("jeudi 2026-09-10 08:00"), paris("samedi 2026-09-12 00:00")
WINDOWED = an_activity(windows=(Window(MONDAY, MONDAY + timedelta(days=4), OPENS, CLOSES),))


@pytest.mark.parametrize(
    ("at", "state", "fact"),
    [
        pytest.param("jeudi 2026-09-10 07:59:59", State.NOT_YET, OPENS, id="visible before"),
        pytest.param("jeudi 2026-09-10 08:00:00", State.OPEN, None, id="from the first instant"),
        pytest.param("vendredi 2026-09-11 23:59:59", State.OPEN, None, id="until the last"),
        pytest.param("samedi 2026-09-12 00:00:00", State.TOO_LATE, CLOSES, id="closed before the deadline"),
    ],
)
def test_a_booking_window(at: str, state: State, fact: object) -> None:
    seen = view(WINDOWED, at)
    assert seen.state is state
    assert fact is None or fact in (seen.opens_at, seen.closes_at)


OUTSIDE_DAY = day("lundi 2026-09-21")


def test_a_window_leaves_cancelling_alone() -> None:
    assert view(WINDOWED, "samedi 2026-09-12 00:00", booked=True).state is State.OPEN
    assert view(WINDOWED, on=OUTSIDE_DAY, booked=True).state is State.OPEN


def test_days_outside_every_window_are_not_booked_unless_it_is_said() -> None:
    assert view(WINDOWED, on=OUTSIDE_DAY).state is State.OUTSIDE
    assert view(replace(WINDOWED, open_outside_windows=True), on=OUTSIDE_DAY).state is State.OPEN


QUARTER = Advance(3, 0, 480)


@pytest.mark.parametrize(
    ("advance", "on", "opens_at"),
    [
        pytest.param(QUARTER, "lundi 2026-09-14", "dimanche 2026-06-14 08:00", id="three months, at an hour"),
        pytest.param(Advance(3, 0, 0), "lundi 2027-05-31", "dimanche 2027-02-28 00:00", id="no 31st of February"),
        pytest.param(Advance(3, 0, 0), "mercredi 2028-05-31", "mardi 2028-02-29 00:00", id="a leap year"),
        pytest.param(Advance(1, 0, 0), "lundi 2027-01-11", "vendredi 2026-12-11 00:00", id="the year before"),
        pytest.param(Advance(12, 0, 0), "lundi 2027-01-11", "dimanche 2026-01-11 00:00", id="a whole year"),
        pytest.param(Advance(0, 42, 0), "lundi 2026-11-02", "lundi 2026-09-21 00:00", id="six weeks, clocks changed"),
    ],
)
def test_a_day_opens_so_long_before_it(advance: Advance, on: str, opens_at: str) -> None:
    assert advance.opens_at(day(on)) == paris(opens_at)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        pytest.param("lundi 2026-09-28 07:59:59", State.NOT_YET, id="visible before"),
        pytest.param("lundi 2026-09-28 08:00:00", State.OPEN, id="from the very instant"),
        pytest.param("dimanche 2026-12-27 23:00:00", State.TOO_LATE, id="until the deadline"),
    ],
)
def test_a_day_is_bookable_from_so_long_before_it(at: str, state: State) -> None:
    on = day("lundi 2026-12-28")
    activity = an_activity(holiday_weekdays=WEEKDAYS, advance=QUARTER)
    assert view(activity, at, on).state is state
    assert (view(activity, at, on).opens_at is None) == (state is not State.NOT_YET)
    assert view(activity, "lundi 2026-09-28 07:00", on, booked=True).state is State.OPEN, "cancelling needs no opening"


def test_the_days_of_a_window_follow_it_and_the_others_follow_how_long_before() -> None:
    activity = replace(WINDOWED, advance=Advance(0, 7, 0))
    assert view(activity, "lundi 2026-09-07 12:00").opens_at == OPENS
    assert view(activity, "lundi 2026-09-07 12:00", OUTSIDE_DAY).opens_at == paris("lundi 2026-09-14 00:00")


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 24), st.integers(1, 400))
def test_law_later_days_never_open_before_earlier_ones(on: date, months: int, later: int) -> None:
    advance = Advance(months, 0, 480)
    assert advance.opens_at(on) <= advance.opens_at(on + timedelta(days=later))
    assert months_before(on, months).day <= on.day


LIMITED = an_activity(capacity=Capacity(10, {SCHOOL: 2}))


def test_places_are_counted_by_school_when_the_school_has_its_own() -> None:
    assert place_key(LIMITED, SCHOOL, MONDAY) == PlaceKey(MONDAY, CANTEEN, SCHOOL)
    assert place_key(LIMITED, OTHER_SCHOOL, MONDAY) == PlaceKey(MONDAY, CANTEEN)
    assert places(LIMITED, PlaceKey(MONDAY, CANTEEN, SCHOOL)) == 2
    assert places(LIMITED, PlaceKey(MONDAY, CANTEEN)) == 10
    assert place_key(an_activity(capacity=Capacity(None, {SCHOOL: 2})), OTHER_SCHOOL, MONDAY) is None
    assert place_key(an_activity(), SCHOOL, MONDAY) is None


def test_a_full_day_can_be_left_but_not_joined() -> None:
    assert view(LIMITED, taken=1).state is State.OPEN
    assert view(LIMITED, taken=2).state is State.FULL
    assert view(LIMITED, booked=True, taken=2).state is State.OPEN


@given(st.dates(date(2026, 9, 1), date(2027, 7, 3)), st.booleans(), st.integers(0, 400), st.integers(0, 400))
def test_law_closed_stays_closed(on: date, booked: bool, earlier: int, later: int) -> None:
    start = paris("mardi 2026-09-01 00:00")
    first, second = (
        Judge(TownDays(a_town()), a_child(), start + timedelta(days=n)).view(a_slot(on), booked)
        for n in sorted((earlier, earlier + later))
    )
    assert not (second.editable and not first.editable)


def an_outing(*classes: str, on: str = "lundi 2026-09-14") -> Town:
    outing = replace(exceptional("Sortie", on, CANTEEN), classes=frozenset(classes))
    return a_town(an_activity(), an_activity(MORNING), calendar=a_calendar(closures=(outing,)))


@pytest.mark.parametrize(
    ("class_name", "state"),
    [("CM2", State.CLOSED), ("cm2 ", State.CLOSED), ("CM1", State.OPEN), ("", State.OPEN)],
)
def test_an_outing_closes_the_day_for_its_class_alone(class_name: str, state: State) -> None:
    child = a_child(JAMES, CANTEEN, MORNING, class_name=class_name)
    judge = Judge(TownDays(an_outing("cm2")), child, paris("vendredi 2026-09-11 08:00"))
    view = judge.view(a_slot(MONDAY), booked=True)
    assert (view.state, view.closed_because) == (state, "Sortie" if state is State.CLOSED else "")
    assert judge.view(a_slot(MONDAY, MORNING), booked=False).state is State.OPEN


def test_days_of_opening_are_counted_for_the_class() -> None:
    """An outing on Monday: what must be said one day of opening before Tuesday is said on Friday, in that class."""
    town = an_outing("cm2")
    by_days = an_activity(booking=OpenDaysBefore(1, 600))
    days = TownDays(replace(town, activities={CANTEEN: by_days}))
    tuesday = day("mardi 2026-09-15")
    closes = {name: days.of(by_days, SCHOOL, name)[tuesday].book_until for name in ("CM2", "CM1")}
    assert closes == {"CM2": paris("vendredi 2026-09-11 10:00"), "CM1": paris("lundi 2026-09-14 10:00")}


def test_classes_that_nothing_closes_share_their_days() -> None:
    days = TownDays(an_outing("cm2"))
    canteen = days.town.activities[CANTEEN]
    assert days.of(canteen, SCHOOL, "CP") is days.of(canteen, SCHOOL, "CE1")
    assert days.of(canteen, SCHOOL, "CM2") is not days.of(canteen, SCHOOL, "CE1")
