"""Deadlines, hours and days as people write them."""

import re
from datetime import date, datetime

import pytest

from chalicelib.intake.files.cells import instant_of
from chalicelib.intake.files.deadline_words import (
    NotUnderstood,
    advance_of,
    day_and_minute,
    day_of,
    deadline_of,
    minute_of,
    weekday_of,
    weekday_row,
)
from chalicelib.rules.deadlines import (
    CalendarDaysBefore,
    NeverOnline,
    OpenDaysBefore,
    WeekdayOfEarlierWeek,
    WorkingDaysBefore,
)
from chalicelib.rules.openings import Advance
from tests.clock import paris


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("la veille à 10:00", CalendarDaysBefore(1, 600)),
        ("La  VEILLE, à 10h", CalendarDaysBefore(1, 600)),
        ("la veille 16h30", CalendarDaysBefore(1, 990)),
        ("Jusqu’à la veille à midi", CalendarDaysBefore(1, 720)),
        ("l'avant-veille à 18h", CalendarDaysBefore(2, 1080)),
        ("le jour même avant 09:00", CalendarDaysBefore(0, 540)),
        ("3 jours avant à 24:00", CalendarDaysBefore(3, 1440)),
        ("quatre jours avant minuit", CalendarDaysBefore(4, 1440)),
        ("3 jours ouvrés avant à 24:00", WorkingDaysBefore(3, 1440)),
        ("un jour ouvré avant à 8 h 05", WorkingDaysBefore(1, 485)),
        ("1 jour d'ouverture avant à 11:00", OpenDaysBefore(1, 660)),
        ("2 jours d’ouverture avant à 11h", OpenDaysBefore(2, 660)),
        ("jeudi de la semaine précédente à 24:00", WeekdayOfEarlierWeek(4, 1, 1440)),
        ("le jeudi précédente minuit", WeekdayOfEarlierWeek(4, 1, 1440)),
        ("le jeudi de la semaine d'avant à minuit", WeekdayOfEarlierWeek(4, 1, 1440)),
        ("mardi 2 semaines avant à 23:59", WeekdayOfEarlierWeek(2, 2, 1439)),
        ("le mardi, deux semaines avant à 23h59", WeekdayOfEarlierWeek(2, 2, 1439)),
        ("jamais en ligne", NeverOnline()),
        ("Jamais", NeverOnline()),
    ],
)
def test_a_deadline_is_understood(
    said: str, meant: CalendarDaysBefore | OpenDaysBefore | WeekdayOfEarlierWeek | WorkingDaysBefore | NeverOnline
) -> None:
    assert deadline_of(said) == meant


@pytest.mark.parametrize(
    ("said", "part"),
    [
        pytest.param("la veille", "il manque l'heure", id="no hour"),
        pytest.param("la veile à 10:00", "attendu par exemple", id="typing error"),
        pytest.param("la veille à 25:00", "l'heure « 25:00 » n'existe pas", id="25 hours"),
        pytest.param("la veille à 10:75", "n'existe pas", id="75 minutes"),
        pytest.param("la veille à 24:01", "entre 00:00 et 24:00", id="past the end of the day"),
        pytest.param("0 jours avant à 10:00", "entre 1 et 60", id="zero days"),
        pytest.param("400 jours ouvrés avant à 10:00", "entre 1 et 60", id="too many days"),
        pytest.param("lundi 20 semaines avant à 10:00", "entre 1 et 12", id="too many weeks"),
        pytest.param("", "il manque l'heure", id="empty"),
    ],
)
def test_a_deadline_is_not_understood(said: str, part: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        deadline_of(said)
    assert part in str(refused.value)


@pytest.mark.parametrize(
    ("said", "minute"),
    [("10:00", 600), ("10h", 600), ("9h30", 570), ("09 h 30", 570), ("24:00", 1440), ("minuit", 1440), ("à 7h", 420)],
)
def test_an_hour_is_understood(said: str, minute: int) -> None:
    assert minute_of(said) == minute


def test_an_hour_says_nothing_else() -> None:
    with pytest.raises(NotUnderstood):
        minute_of("demain 10:00")


@pytest.mark.parametrize(
    ("weekday", "said", "row"),
    [
        (1, "vendredi 09:00", (5, 540)),
        (1, "vendredi précédent à 9h", (5, 540)),
        (2, "la veille à 09:30", (1, 570)),
        (1, "la veille à 09:30", (7, 570)),
    ],
)
def test_a_row_of_a_table_by_weekday(weekday: int, said: str, row: tuple[int, int]) -> None:
    assert weekday_row(weekday, said) == row


def test_a_weekday() -> None:
    assert weekday_of("Dimanche") == 7
    with pytest.raises(NotUnderstood, match="lundi, mardi"):
        weekday_of("lundy")


@pytest.mark.parametrize("said", ["2026-09-01", "01/09/2026", "1/9/2026"])
def test_a_day(said: str) -> None:
    assert day_of(said) == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("31/02/2026", "n'existe pas"),
        ("2026-02-31", "n'existe pas"),
        ("demain", "n'est pas une date"),
        ("1/9/6", "incomplète"),
        ("9999-12-31", "hors limites"),
    ],
)
def test_not_a_day(said: str, part: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        day_of(said)
    assert part in str(refused.value)


@pytest.mark.parametrize("said", ["2026-06-15 24:00", "2026-06-15T24:00", "15/06/2026 à 24h", "15/06/2026 minuit"])
def test_a_day_and_its_hour(said: str) -> None:
    assert day_and_minute(said) == (date(2026, 6, 15), 1440)


def test_a_day_without_the_hour_that_it_needs() -> None:
    with pytest.raises(NotUnderstood, match="il manque l'heure"):
        day_and_minute("2026-06-15")


@pytest.mark.parametrize(
    ("said", "instant"),
    [
        pytest.param("2026-11-02 10:30", paris("lundi 2026-11-02 10:30"), id="minutes"),
        pytest.param("02/11/2026 10:30:15", paris("lundi 2026-11-02 10:30:15"), id="seconds"),
        pytest.param("2026-11-02", paris("lundi 2026-11-02 00:00"), id="no hour: the day's very beginning"),
        pytest.param("2026-07-02T10h", paris("jeudi 2026-07-02 10:00"), id="summer time"),
    ],
)
def test_an_instant_is_read_in_paris(said: str, instant: datetime) -> None:
    assert instant_of(said) == instant


@pytest.mark.parametrize("said", ["2026-11-02 24:01", "2026-11-02 10:30:75", "2026-11-02 à l'aube"])
def test_not_an_instant(said: str) -> None:
    with pytest.raises(NotUnderstood):
        instant_of(said)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("3 mois", Advance(3, 0, 0)),
        ("Trois mois avant", Advance(3, 0, 0)),
        ("1 mois à 08:00", Advance(1, 0, 480)),
        ("6 semaines avant à 8h30", Advance(0, 42, 510)),
        ("une semaine", Advance(0, 7, 0)),
        ("45 jours à midi.", Advance(0, 45, 720)),
    ],
)
def test_how_long_before_is_understood(said: str, meant: Advance) -> None:
    assert advance_of(said) == meant


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("trimestre", "« trimestre » n'est pas compris ; attendu par exemple : « 3 mois »"),
        ("3 mois à 24:00", "n'est pas compris"),
        ("3 mois à 25h", "l'heure « 25h » n'existe pas"),
        ("0 jour", "« 0 jour » est hors limites ; attendu entre 1 et 730"),
        ("25 mois", "« 25 mois » est hors limites ; attendu entre 1 et 24"),
        ("3 jours ouvrés", "n'est pas compris"),
    ],
)
def test_how_long_before_that_is_not_understood(said: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=re.escape(why)):
        advance_of(said)
