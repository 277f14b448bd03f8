"""When orders leave: what each sentence means, both clock changes, and each instant exactly once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.kitchen import (
    AcknowledgeBy,
    Counted,
    DaysBefore,
    KitchenOrder,
    OnWeekdays,
    OrderId,
    Sending,
    Serves,
)
from chalicelib.rules.order_times import Occasion, occasions
from chalicelib.rules.school_calendar import END_OF_DAY, PARIS
from tests.builders import CANTEEN, a_calendar, a_town
from tests.clock import day, paris

YEAR = (datetime(2026, 8, 31, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC))
MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})
SENDINGS: st.SearchStrategy[Sending] = st.one_of(
    st.builds(DaysBefore, st.integers(0, 10), st.integers(0, END_OF_DAY), st.sampled_from(Counted)),
    st.builds(
        OnWeekdays,
        st.frozensets(st.integers(1, 7), min_size=1),
        st.integers(0, END_OF_DAY),
        st.sampled_from(Serves),
    ),
)


def an_order(*sendings: Sending, **changes: object) -> KitchenOrder:
    order = KitchenOrder(OrderId("cantine"), "Cantine", ("cuisine@traiteur.example",), (CANTEEN,), sendings)
    return replace(order, **changes)  # type: ignore[arg-type] # a test names real fields


def between(order: KitchenOrder, first: str, last: str) -> list[Occasion]:
    return occasions(a_town(), order, paris(first), paris(last))


@pytest.mark.parametrize(
    ("sending", "at", "days"),
    [
        pytest.param(DaysBefore(0, 525), "lundi 2026-11-30 08:45", ["lundi 2026-11-30"], id="the same day"),
        pytest.param(DaysBefore(1, 900), "dimanche 2026-11-29 15:00", ["lundi 2026-11-30"], id="a Sunday is a day"),
        pytest.param(
            DaysBefore(1, 900, Counted.OPEN), "vendredi 2026-11-27 15:00", ["lundi 2026-11-30"], id="open days"
        ),
        pytest.param(
            DaysBefore(2, 600, Counted.WORKING), "jeudi 2026-11-26 10:00", ["lundi 2026-11-30"], id="working days"
        ),
        pytest.param(
            OnWeekdays(frozenset({5}), 600, Serves.NEXT_WEEK),
            "vendredi 2026-11-27 10:00",
            ["lundi 2026-11-30", "mardi 2026-12-01", "jeudi 2026-12-03", "vendredi 2026-12-04"],
            id="the next week, its open days",
        ),
        pytest.param(
            OnWeekdays(frozenset({2}), 540, Serves.THIS_WEEK),
            "mardi 2026-12-01 09:00",
            ["mardi 2026-12-01", "jeudi 2026-12-03", "vendredi 2026-12-04"],
            id="what is left of the week",
        ),
        pytest.param(
            OnWeekdays(MONDAY_TO_FRIDAY, 600, Serves.NEXT_DAY),
            "lundi 2026-11-30 10:00",
            ["mardi 2026-12-01"],
            id="tomorrow",
        ),
        pytest.param(
            OnWeekdays(MONDAY_TO_FRIDAY, 600, Serves.NEXT_OPEN_DAY),
            "vendredi 2026-12-18 10:00",
            ["lundi 2027-01-04"],
            id="the first day after the holidays",
        ),
        pytest.param(
            OnWeekdays(frozenset({4}), END_OF_DAY, Serves.NEXT_WEEK),
            "vendredi 2026-11-27 00:00",
            ["lundi 2026-11-30", "mardi 2026-12-01", "jeudi 2026-12-03", "vendredi 2026-12-04"],
            id="the end of Thursday",
        ),
    ],
)
def test_a_sentence_means_an_instant_and_its_days(sending: Sending, at: str, days: list[str]) -> None:
    instant = paris(at)
    found = occasions(a_town(), an_order(sending), instant - timedelta(seconds=1), instant)
    assert found == [Occasion(instant, tuple(map(day, days)))]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param("mercredi 2026-12-02 00:00", "mercredi 2026-12-02 23:59", id="no canteen on Wednesdays"),
        pytest.param("mercredi 2026-11-11 00:00", "mercredi 2026-11-11 23:59", id="a public holiday"),
        pytest.param("lundi 2026-12-21 00:00", "vendredi 2027-01-01 23:59", id="the holidays"),
    ],
)
def test_nothing_leaves_for_days_that_are_closed(first: str, last: str) -> None:
    assert between(an_order(DaysBefore(0, 525)), first, last) == []


def test_no_order_the_day_before_a_closed_day() -> None:
    order = an_order(OnWeekdays(MONDAY_TO_FRIDAY, 600, Serves.NEXT_DAY))
    assert between(order, "mardi 2026-12-01 00:00", "mardi 2026-12-01 23:59") == []


@pytest.mark.parametrize(
    ("served", "hour"),
    [
        pytest.param("vendredi 2026-10-16", 6, id="summer time"),
        pytest.param("lundi 2026-11-02", 7, id="winter time"),
        pytest.param("vendredi 2027-03-26", 7, id="the Friday before summer time"),
        pytest.param("mardi 2027-03-30", 6, id="the Tuesday after it"),
    ],
)
def test_the_hour_is_the_one_of_paris_all_year_round(served: str, hour: int) -> None:
    [one] = between(an_order(DaysBefore(0, 525)), f"{served} 00:00", f"{served} 23:59")
    assert (one.at.hour, one.at.minute) == (hour, 45)


def test_two_sentences_that_mean_one_instant_make_one_order() -> None:
    order = an_order(OnWeekdays(frozenset({1}), 540, Serves.THIS_WEEK), DaysBefore(0, 540))
    [one] = between(order, "lundi 2026-11-30 00:00", "lundi 2026-11-30 23:59")
    assert one.days == tuple(
        map(day, ["lundi 2026-11-30", "mardi 2026-12-01", "jeudi 2026-12-03", "vendredi 2026-12-04"])
    )


@given(sendings=st.lists(SENDINGS, min_size=1, max_size=3), runs=st.lists(st.integers(1, 20 * 1440), max_size=30))
def test_each_instant_is_due_exactly_once_however_the_job_runs(sendings: list[Sending], runs: list[int]) -> None:
    """Runs a minute apart, or days apart: together they find what one look at the whole year finds."""
    order, town = an_order(*sendings), a_town()
    looked, found = YEAR[0], []
    for minutes in runs:
        until = min(looked + timedelta(minutes=minutes), YEAR[1])
        found += occasions(town, order, looked, until)
        looked = until
    whole = [one for one in occasions(town, order, *YEAR) if one.at <= looked]
    assert found == whole
    assert len({one.at for one in whole}) == len(whole)


@given(minute=st.integers(0, END_OF_DAY - 1))
def test_each_open_day_of_a_year_has_its_order_at_the_hour_of_the_town(minute: int) -> None:
    """Also at the hours that a clock change skips or repeats: there is no Sunday without its order."""
    calendar = a_calendar(holidays=(), public_holidays={})
    town = a_town(calendar=calendar)
    every_day = replace(town.activities[CANTEEN], school_weekdays=frozenset(range(1, 8)))
    town = replace(town, activities={CANTEEN: every_day})
    found = occasions(town, an_order(DaysBefore(0, minute)), *YEAR)
    open_days = [calendar.first + timedelta(days=n) for n in range((calendar.last - calendar.first).days + 1)]
    assert [one.days for one in found] == [(one,) for one in open_days]
    for one in found:
        local = one.at.astimezone(PARIS)
        skipped = local.date() == date(2027, 3, 28) and 120 <= minute < 180
        assert local.hour * 60 + local.minute == (minute + 60 if skipped else minute)


@pytest.mark.parametrize(
    ("by", "sent_at", "until"),
    [
        pytest.param(AcknowledgeBy(120, after=True), "lundi 2026-11-30 08:45", "lundi 2026-11-30 10:45", id="2 h"),
        pytest.param(AcknowledgeBy(570, after=False), "lundi 2026-11-30 08:45", "lundi 2026-11-30 09:30", id="today"),
        pytest.param(
            AcknowledgeBy(570, after=False), "vendredi 2026-11-27 10:00", "samedi 2026-11-28 09:30", id="tomorrow"
        ),
    ],
)
def test_until_when_the_caterer_acknowledges(by: AcknowledgeBy, sent_at: str, until: str) -> None:
    assert by.deadline(paris(sent_at)) == paris(until)
