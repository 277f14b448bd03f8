"""Rules that begin on a day, and exceptional days: what town.toml says of them, and what cannot be."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from chalicelib.rules.deadlines import CalendarDaysBefore, DatedRules, FixedDates, NeverOnline, WeekdayTable
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.openings import Advance
from chalicelib.rules.school_calendar import Period
from chalicelib.rules.town import Activity
from tests.intake.folder import a_folder, line_of, town_with
from tests.present import present

TODAY = date(2026, 11, 23)
JANUARY, CHRISTMAS_EVE = date(2027, 1, 1), date(2026, 12, 24)
BEFORE, AFTER = CalendarDaysBefore(1, 600), CalendarDaysBefore(2, 720)
EVE = Period("", CHRISTMAS_EVE, CHRISTMAS_EVE)
DATED = 'reserver = [{ des = 2027-01-01, regle = "2 jours avant à 12:00" }, { regle = "la veille à 10:00" }]'


def faults_of(folder: Path, today: date = TODAY) -> list[str]:
    faults = Faults()
    town = read_town(folder, faults, today)
    assert (town is None) == bool(faults.count)
    return [str(fault) for fault in faults]


def canteen(folder: Path, *lines: str) -> Activity:
    """The canteen of a town whose « reserver » is these lines."""
    faults = Faults()
    town = read_town(a_folder(folder, town=town_with(reserver="\n".join(lines))), faults, TODAY)
    assert [str(fault) for fault in faults] == []
    return present(town).activities[ActivityId("cantine")]


def test_a_rule_may_begin_on_a_day(tmp_path: Path) -> None:
    read = canteen(tmp_path, DATED)
    assert read.booking == DatedRules(BEFORE, ((JANUARY, AFTER),))
    assert read.cancelling == read.booking


def test_each_rule_may_be_of_any_kind(tmp_path: Path) -> None:
    table, dates = '{ lundi = "vendredi 09:00" }', '[{ jour = 2027-02-02, avant = "2027-01-15 24:00" }]'
    read = canteen(
        tmp_path,
        'reserver = "la veille à 10:00"',
        f"annuler = [{{ regle = {table} }}, {{ des = 2027-01-01, regle = {dates} }}]",
    )
    second = date(2027, 2, 2)
    fixed = FixedDates(((Period("", second, second), date(2027, 1, 15), 1440),))
    assert read.booking == BEFORE
    assert read.cancelling == DatedRules(WeekdayTable({1: (5, 540)}), ((JANUARY, fixed),))


def test_an_exception_wins_for_its_days(tmp_path: Path) -> None:
    read = canteen(
        tmp_path,
        'reserver = "la veille à 10:00"',
        'exceptions = [{ jour = 2026-12-24, reserver = "2 jours avant à 12:00", annuler = "jamais en ligne" }]',
    )
    assert read.booking == DatedRules(BEFORE, (), ((EVE, AFTER),))
    assert read.cancelling == DatedRules(BEFORE, (), ((EVE, NeverOnline()),))


def test_cancelling_follows_booking_unless_it_has_a_rule_of_its_own(tmp_path: Path) -> None:
    exception = 'exceptions = [{ jour = 2026-12-24, reserver = "2 jours avant à 12:00" }]'
    follows = canteen(tmp_path, 'reserver = "la veille à 10:00"', exception)
    assert follows.cancelling == follows.booking == DatedRules(BEFORE, (), ((EVE, AFTER),))
    own = canteen(tmp_path, 'reserver = "la veille à 10:00"', 'annuler = "la veille à 10:00"', exception)
    assert own.cancelling == BEFORE


def test_exceptions_and_dated_rules_go_together(tmp_path: Path) -> None:
    read = canteen(tmp_path, DATED, 'exceptions = [{ du = 2026-12-24, au = 2026-12-24, reserver = "jamais en ligne" }]')
    assert read.booking == DatedRules(BEFORE, ((JANUARY, AFTER),), ((EVE, NeverOnline()),))


FAULTS = [
    pytest.param(
        'reserver = [{ des = 2027-01-01, regle = "la veille à 9h" }, { des = 2027-01-01, regle = "la veille à 8h" }]',
        "reserver : deux règles commencent le 01/01/2027 ; attendu : une seule",
        id="two rules from one day",
    ),
    pytest.param(
        'reserver = [{ regle = "la veille à 9h" }, { regle = "la veille à 8h" }]',
        "reserver : deux règles n'ont pas de « des » ; attendu : une seule",
        id="two rules for the beginning",
    ),
    pytest.param(
        'reserver = [{ des = 2027-01-01, regle = "la veille à 9h" }]',
        "reserver : les jours du 01/09/2026 au 31/12/2026 n'ont pas de règle ; attendu : une règle sans « des »",
        id="no rule for the beginning",
    ),
    pytest.param(
        'reserver = [{ des = 2027-01-01 }, { regle = "la veille à 9h" }]', "il manque « regle »", id="no rule"
    ),
    pytest.param(
        'reserver = [{ des = 2027-01-01, regle = "la veille" }, { regle = "la veille à 9h" }]',
        "regle : il manque l'heure",
        id="a rule without its hour",
    ),
    pytest.param(
        'reserver = [{ regle = "la veille à 9h" }, { du = 2027-01-01, au = 2027-01-02, avant = "2026-12-01 9h" }]',
        "« avant » n'est pas connu",
        id="rules and fixed dates in one list",
    ),
    pytest.param(
        'reserver = "la veille à 9h"\nexceptions = [{ jour = 2026-12-24 }]',
        "l'exception ne dit aucun délai ; attendu : « reserver », « annuler », ou les deux",
        id="an exception that says nothing",
    ),
    pytest.param(
        'reserver = "la veille à 9h"\nexceptions = [{ jour = 2026-12-24, reserver = "la veille à 8h" }, '
        '{ du = 2026-12-21, au = 2026-12-31, reserver = "la veille à 7h" }]',
        "reserver : le 24/12/2026 est déjà dans une autre exception ; attendu : une seule par jour",
        id="a day in two exceptions",
    ),
    pytest.param(
        'reserver = "la veille à 9h"\nexceptions = [{ du = 2027-07-01, au = 2028-01-01, reserver = "la veille à 8h" }]',
        "le 01/01/2028 n'est pas dans le calendrier ; attendu : un de ses jours",
        id="an exception after the calendar",
    ),
    pytest.param(
        'reserver = "la veille à 9h"\n'
        'exceptions = [{ jour = 2026-12-01, reserver = "60 jours d\'ouverture avant à 9h" }]',
        "le calendrier commence trop tard : le délai du 01/12/2026 tombe avant son premier jour",
        id="an exception that counts back too far",
    ),
    pytest.param(
        'reserver = "la veille à 9h"\nouvre-avant = "un trimestre"', "« un trimestre » n'est pas compris", id="advance"
    ),
    pytest.param(
        'reserver = "la veille à 9h"\nhors-periodes = "oui"',
        "« oui » n'est pas prévu ; attendu : ouvert, ferme",
        id="word",
    ),
    pytest.param(
        'reserver = "la veille à 9h"\nhors-periodes = "ouvert"',
        "« hors-periodes » ne va pas sans « periodes » ; attendu : l'un et l'autre, ou aucun",
        id="outside of no period",
    ),
    pytest.param(
        'reserver = "la veille à 9h"\nreserver-par = "mois"',
        "« mois » n'est pas prévu ; attendu : jour, semaine",
        id="unit",
    ),
    pytest.param(
        'reserver = "la veille à 9h"\nperiodes = [{ jour = 2027-02-01 }]\n'
        'ouvre-avant = "3 mois"\nhors-periodes = "fermé"',
        "« ouvre-avant » dit déjà quand s'ouvrent les jours hors des « periodes »",
        id="two rules for the days outside",
    ),
]


@pytest.mark.parametrize(("lines", "said"), FAULTS)
def test_a_fault_is_said_with_its_line(tmp_path: Path, lines: str, said: str) -> None:
    text = town_with(reserver=lines)
    found = faults_of(a_folder(tmp_path, town=text))
    lines_of_case = {line_of(text, line) for line in lines.splitlines()}
    assert any(said in fault and int(fault.split(":")[1]) in lines_of_case for fault in found), found


def test_days_open_so_long_before_them(tmp_path: Path) -> None:
    assert canteen(tmp_path, 'reserver = "la veille à 9h"', 'ouvre-avant = "3 mois à 08:00"').advance == Advance(
        3, 0, 480
    )


@pytest.mark.parametrize(("word", "opened"), [("", False), ("ouvert", True), ("Fermé", False), ("ferme", False)])
def test_days_outside_every_period(tmp_path: Path, word: str, opened: bool) -> None:
    line = f'hors-periodes = "{word}"' if word else ""
    read = canteen(tmp_path, 'reserver = "la veille à 9h"', "periodes = [{ jour = 2027-02-01 }]", line)
    assert read.open_outside_windows is opened


@pytest.mark.parametrize(("word", "by_week"), [("", False), ("jour", False), ("semaine", True), ("Semaine", True)])
def test_an_activity_by_week(tmp_path: Path, word: str, by_week: bool) -> None:
    line = f'reserver-par = "{word}"' if word else ""
    assert canteen(tmp_path, 'reserver = "la veille à 9h"', line).by_week is by_week


def test_the_activitys_own_beginning_is_enough(tmp_path: Path) -> None:
    read = canteen(tmp_path, 'reserver = [{ des = 2027-01-01, regle = "la veille à 10:00" }]', "du = 2027-01-04")
    assert read.booking == DatedRules(None, ((JANUARY, BEFORE),))
