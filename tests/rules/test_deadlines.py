"""Until when: the real rules of towns read aloud, every kind, both clock changes, and laws."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.deadlines import (
    CalendarDaysBefore,
    DatedRules,
    Days,
    Deadline,
    FixedDates,
    NeverOnline,
    OpenDaysBefore,
    Rule,
    WeekdayOfEarlierWeek,
    WeekdayTable,
    WorkingDaysBefore,
)
from chalicelib.rules.planning import closed_because
from chalicelib.rules.school_calendar import PARIS, Period, paris_day, paris_instant
from tests.builders import SCHOOL, a_calendar, a_town, an_activity
from tests.clock import day, paris

TOWN = a_town()
DAYS = Days(
    is_working=TOWN.calendar.is_working_day,
    is_open=lambda d: closed_because(TOWN, an_activity(), SCHOOL, d) is None,
)
END = 24 * 60
REAL_TOWNS: dict[str, Deadline] = {
    "1 meal": CalendarDaysBefore(1, 10 * 60),
    "1 morning": CalendarDaysBefore(1, 16 * 60),
    "2": WeekdayOfEarlierWeek(4, 1, END),
    "3 meal": WeekdayOfEarlierWeek(2, 1, 23 * 60 + 59),
    "3 care": CalendarDaysBefore(1, 18 * 60),
    "4": WeekdayTable({1: (5, 540), 2: (5, 540), 4: (2, 540), 5: (2, 540)}),
    "5": WeekdayTable({1: (5, 570), 2: (1, 570), 4: (2, 570), 5: (4, 570)}),
    "6": OpenDaysBefore(1, 11 * 60),
    "7": WorkingDaysBefore(3, END),
    "8 booking": CalendarDaysBefore(4, END),
    "8 cancelling": WeekdayTable({1: (5, 720), 2: (1, 720), 3: (2, 720), 4: (3, 720), 5: (4, 720)}),
    "9": DatedRules(
        CalendarDaysBefore(1, 600),
        ((date(2027, 1, 1), WorkingDaysBefore(2, 720)),),
        ((Period("", date(2026, 12, 17), date(2026, 12, 18)), CalendarDaysBefore(7, END)),),
    ),
}


@pytest.mark.parametrize(
    ("rule", "served_on", "closes_at"),
    [
        pytest.param("1 meal", "mardi 2026-09-15", "lundi 2026-09-14 10:00", id="1: the day before at 10"),
        pytest.param("1 morning", "mardi 2026-09-15", "lundi 2026-09-14 16:00", id="1: the day before at 16"),
        pytest.param("1 meal", "lundi 2026-09-14", "dimanche 2026-09-13 10:00", id="1: a Sunday is a day before"),
        pytest.param("2", "lundi 2026-09-14", "vendredi 2026-09-11 00:00", id="2: Thursday midnight for Monday"),
        pytest.param("2", "vendredi 2026-09-18", "vendredi 2026-09-11 00:00", id="2: … and for Friday"),
        pytest.param("3 meal", "lundi 2026-09-14", "mardi 2026-09-08 23:59", id="3: Tuesday 23:59 for next Monday"),
        pytest.param("3 meal", "vendredi 2026-09-18", "mardi 2026-09-08 23:59", id="3: … and for next Friday"),
        pytest.param("3 care", "jeudi 2026-09-17", "mercredi 2026-09-16 18:00", id="3: care, the day before at 18"),
        pytest.param("4", "lundi 2026-09-14", "vendredi 2026-09-11 09:00", id="4: Monday before Friday"),
        pytest.param("4", "mardi 2026-09-15", "vendredi 2026-09-11 09:00", id="4: Tuesday before Friday"),
        pytest.param("4", "jeudi 2026-09-17", "mardi 2026-09-15 09:00", id="4: Thursday before Tuesday"),
        pytest.param("4", "vendredi 2026-09-18", "mardi 2026-09-15 09:00", id="4: Friday before Tuesday"),
        pytest.param("5", "lundi 2026-09-14", "vendredi 2026-09-11 09:30", id="5: Monday ← Friday"),
        pytest.param("5", "mardi 2026-09-15", "lundi 2026-09-14 09:30", id="5: Tuesday ← the day before"),
        pytest.param("5", "vendredi 2026-09-18", "jeudi 2026-09-17 09:30", id="5: Friday ← the day before"),
        pytest.param("5", "jeudi 2026-09-17", "mardi 2026-09-15 09:30", id="5: Thursday ← Tuesday"),
        pytest.param("6", "jeudi 2026-09-17", "mardi 2026-09-15 11:00", id="6: no canteen on Wednesday"),
        pytest.param(
            "6", "lundi 2026-11-02", "vendredi 2026-10-16 11:00", id="6: first day back ← last before holidays"
        ),
        pytest.param("6", "jeudi 2026-11-12", "mardi 2026-11-10 11:00", id="6: over the 11th of November"),
        pytest.param("7", "lundi 2026-09-14", "jeudi 2026-09-10 00:00", id="7: Monday ← end of Wednesday"),
        pytest.param("7", "jeudi 2026-09-17", "mardi 2026-09-15 00:00", id="7: Thursday ← end of Monday"),
        pytest.param("7", "vendredi 2026-11-13", "mardi 2026-11-10 00:00", id="7: a public holiday does not count"),
        pytest.param("8 booking", "vendredi 2026-09-18", "mardi 2026-09-15 00:00", id="8: four days before"),
        pytest.param("8 cancelling", "lundi 2026-09-14", "vendredi 2026-09-11 12:00", id="8: Friday noon for Monday"),
        pytest.param("8 cancelling", "mardi 2026-09-15", "lundi 2026-09-14 12:00", id="8: the day before at noon"),
        pytest.param("9", "mardi 2026-12-15", "lundi 2026-12-14 10:00", id="9: the old caterer, the day before"),
        pytest.param("9", "jeudi 2026-12-17", "vendredi 2026-12-11 00:00", id="9: the Christmas meal, a week before"),
        pytest.param("9", "vendredi 2026-12-18", "samedi 2026-12-12 00:00", id="9: … served on two days"),
        pytest.param("9", "lundi 2027-01-04", "mercredi 2026-12-30 12:00", id="9: the new caterer, two working days"),
    ],
)
def test_the_rules_of_real_towns(rule: str, served_on: str, closes_at: str) -> None:
    assert REAL_TOWNS[rule].closes_at(day(served_on), DAYS) == paris(closes_at)


@pytest.mark.parametrize(
    ("rule", "served_on", "closes_at"),
    [
        pytest.param(CalendarDaysBefore(0, 540), "mardi 2026-09-15", "mardi 2026-09-15 09:00", id="the same day"),
        pytest.param(CalendarDaysBefore(1, END), "mardi 2026-09-15", "mardi 2026-09-15 00:00", id="24:00 ends the day"),
        pytest.param(
            WeekdayOfEarlierWeek(2, 2, 600), "jeudi 2026-09-24", "mardi 2026-09-08 10:00", id="two weeks before"
        ),
        pytest.param(
            WeekdayOfEarlierWeek(1, 1, 600),
            "vendredi 2027-01-01",
            "lundi 2026-12-21 10:00",
            id="from week 53 to week 52",
        ),
        pytest.param(
            WeekdayOfEarlierWeek(4, 1, 600), "lundi 2027-01-04", "jeudi 2026-12-31 10:00", id="from week 1 to week 53"
        ),
        pytest.param(
            WeekdayTable({1: (1, 540)}), "lundi 2026-09-14", "lundi 2026-09-07 09:00", id="Monday ← last Monday"
        ),
        pytest.param(
            FixedDates(((Period("Toussaint", date(2026, 10, 17), date(2026, 11, 1)), date(2026, 10, 2), END),)),
            "mardi 2026-10-20",
            "samedi 2026-10-03 00:00",
            id="one date for a whole period",
        ),
    ],
)
def test_the_other_kinds(rule: Deadline, served_on: str, closes_at: str) -> None:
    assert rule.closes_at(day(served_on), DAYS) == paris(closes_at)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(NeverOnline(), id="never online"),
        pytest.param(WeekdayTable({2: (1, 540)}), id="a weekday that the table leaves out"),
        pytest.param(FixedDates(()), id="outside every period"),
        pytest.param(DatedRules(None, ((date(2026, 9, 15), CalendarDaysBefore(1, 600)),)), id="before the first rule"),
    ],
)
def test_some_days_are_never_online(rule: Deadline) -> None:
    assert rule.closes_at(day("lundi 2026-09-14"), DAYS) is None


def test_a_calendar_that_starts_too_late_says_so() -> None:
    with pytest.raises(LookupError, match="starts too late for 2026-09-01"):
        OpenDaysBefore(1, 660).closes_at(day("mardi 2026-09-01"), DAYS)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        pytest.param((date(2027, 3, 27), 600), datetime(2027, 3, 27, 9, tzinfo=UTC), id="winter"),
        pytest.param((date(2027, 3, 28), 600), datetime(2027, 3, 28, 8, tzinfo=UTC), id="the day summer time begins"),
        pytest.param((date(2027, 3, 28), 150), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), id="02:30 does not exist"),
        pytest.param((date(2027, 3, 27), END), datetime(2027, 3, 27, 23, tzinfo=UTC), id="midnight before it"),
        pytest.param((date(2026, 10, 25), 150), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), id="02:30 comes twice"),
        pytest.param((date(2026, 10, 25), END), datetime(2026, 10, 25, 23, tzinfo=UTC), id="a day of 25 hours"),
        pytest.param((date(2026, 12, 31), END), datetime(2026, 12, 31, 23, tzinfo=UTC), id="the year's end in Paris"),
    ],
)
def test_hours_are_read_on_a_clock_in_paris(local: tuple[date, int], utc: datetime) -> None:
    assert paris_instant(*local) == utc


def test_the_day_before_a_clock_change_is_not_48_hours() -> None:
    closes = CalendarDaysBefore(2, 600).closes_at(day("mardi 2027-03-30"), DAYS)
    assert closes == paris("dimanche 2027-03-28 10:00")
    assert paris("mardi 2027-03-30 10:00") - paris("dimanche 2027-03-28 01:00") == timedelta(hours=56)


def test_naive_instants_and_impossible_minutes_are_refused_at_the_door() -> None:
    with pytest.raises(ValueError, match="naive"):
        paris_day(datetime(2026, 9, 1))  # noqa: DTZ001 - the fault under test
    with pytest.raises(ValueError, match="1441"):
        paris_instant(date(2026, 9, 1), 1441)


deadlines = st.one_of(
    st.builds(CalendarDaysBefore, st.integers(0, 30), st.integers(0, END)),
    st.builds(WorkingDaysBefore, st.integers(1, 20), st.integers(0, END)),
    st.builds(WeekdayOfEarlierWeek, st.integers(1, 7), st.integers(1, 6), st.integers(0, END)),
    st.builds(OpenDaysBefore, st.integers(1, 5), st.integers(0, END)),
)
served = st.dates(date(2026, 10, 5), date(2027, 6, 30))


@given(st.none() | deadlines, st.dictionaries(served, deadlines, max_size=4), served)
def test_law_each_day_follows_the_last_rule_that_began(before: Rule | None, since: dict[date, Rule], on: date) -> None:
    began = [day for day in since if day <= on]
    follows = since[max(began)] if began else before
    closes_at = DatedRules(before, tuple(sorted(since.items()))).closes_at(on, DAYS)
    assert closes_at == (follows.closes_at(on, DAYS) if follows else None)


@given(deadlines, deadlines, served, st.integers(0, 9), served)
def test_law_an_exception_wins_for_its_days_alone(rule: Rule, other: Rule, first: date, length: int, on: date) -> None:
    some_days = Period("", first, first + timedelta(days=length))
    closes_at = DatedRules(rule, (), ((some_days, other),)).closes_at(on, DAYS)
    assert closes_at == (other if on in some_days else rule).closes_at(on, DAYS)


@given(deadlines, served)
def test_law_a_deadline_falls_no_later_than_the_end_of_its_day(rule: Deadline, on: date) -> None:
    closes_at = rule.closes_at(on, DAYS)
    assert closes_at is not None
    assert closes_at <= datetime.combine(on + timedelta(days=1), time(), PARIS)


@given(deadlines, served, st.integers(1, 60))
def test_law_a_later_day_never_closes_earlier(rule: Deadline, on: date, later: int) -> None:
    first, second = rule.closes_at(on, DAYS), rule.closes_at(on + timedelta(days=later), DAYS)
    assert first is not None
    assert second is not None
    assert first <= second


@given(st.integers(1, 20), st.integers(0, END), served)
def test_law_working_days_close_no_later_than_calendar_days(count: int, minute: int, on: date) -> None:
    working = WorkingDaysBefore(count, minute).closes_at(on, DAYS)
    calendar = CalendarDaysBefore(count, minute).closes_at(on, DAYS)
    assert working is not None
    assert calendar is not None
    assert working <= calendar


@given(st.dates(date(2015, 1, 1), date(2035, 12, 31)), st.integers(0, END - 1))
def test_law_the_clock_in_paris_shows_the_hour_that_was_asked(on: date, minute: int) -> None:
    shown = paris_instant(on, minute).astimezone(PARIS)
    in_the_gap = shown.date() == on and shown.hour * 60 + shown.minute == minute + 60
    assert (shown.date(), shown.hour * 60 + shown.minute) == (on, minute) or in_the_gap


def test_working_days_know_the_public_holidays_of_the_calendar() -> None:
    assert not a_calendar().is_working_day(day("mercredi 2026-11-11"))
    assert a_calendar().is_working_day(day("jeudi 2026-11-12"))
    assert not a_calendar().is_working_day(day("samedi 2026-11-14"))
