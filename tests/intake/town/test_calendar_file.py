"""Official days, and what a town changes of them."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.school_calendar import Calendar
from tests.intake.folder import TOWN, a_folder
from tests.present import present

CHRISTMAS = "Vacances de Noël"


def calendar_of(tmp_path: Path, *lines: str, zone: str = "A") -> tuple[Calendar | None, list[str]]:
    text = TOWN.replace('zone = "A"', "\n".join([f'zone = "{zone}"', *lines]))
    faults = Faults()
    town = read_town(a_folder(tmp_path, town=text), faults, date(2026, 11, 23))
    return (town.calendar if town else None), [str(fault) for fault in faults]


def right_calendar(tmp_path: Path, *lines: str, zone: str = "A") -> Calendar:
    """The calendar of a file in which nothing is wrong."""
    calendar, faults = calendar_of(tmp_path, *lines, zone=zone)
    assert faults == []
    return present(calendar)


def periods(calendar: Calendar, label: str) -> list[tuple[date, date]]:
    return [(p.first, p.last) for p in calendar.holidays if p.label == label]


@pytest.mark.parametrize(
    ("zone", "winter"),
    [("A", date(2027, 2, 13)), ("b", date(2027, 2, 20)), ("Zone C", date(2027, 2, 6))],
)
def test_school_holidays_of_a_zone(tmp_path: Path, zone: str, winter: date) -> None:
    calendar = right_calendar(tmp_path, zone=zone)
    assert periods(calendar, "Vacances d'hiver")[0][0] == winter
    assert periods(calendar, CHRISTMAS) == [(date(2026, 12, 19), date(2027, 1, 3))]


def test_corsica_has_its_own_file(tmp_path: Path) -> None:
    own = 'vacances = [{ nom = "Vacances d\'hiver", du = 2027-02-13, au = 2027-02-28 }]'
    calendar = right_calendar(tmp_path, own, zone="aucune")
    assert [(p.label, p.first) for p in calendar.holidays] == [("Vacances d'hiver", date(2027, 2, 13))]


def test_a_town_adds_holidays(tmp_path: Path) -> None:
    calendar = right_calendar(tmp_path, 'vacances = [{ nom = "Feria", jour = 2026-11-27 }]')
    assert periods(calendar, "Feria") == [(date(2026, 11, 27), date(2026, 11, 27))]
    assert periods(calendar, CHRISTMAS)


def test_a_town_replaces_holidays(tmp_path: Path) -> None:
    own = f'vacances = [{{ nom = "{CHRISTMAS}", du = 2026-12-21, au = 2027-01-03, remplace = true }}]'
    calendar = right_calendar(tmp_path, own)
    assert periods(calendar, CHRISTMAS) == [(date(2026, 12, 21), date(2027, 1, 3))]


def test_what_it_replaces_must_exist(tmp_path: Path) -> None:
    own = 'vacances = [{ nom = "Vacances de Noel", jour = 2025-12-22, remplace = true }]'
    _, faults = calendar_of(tmp_path, own)
    assert "« Vacances de Noel » ne remplace aucunes vacances" in faults[0]


def test_a_town_goes_to_school_during_holidays(tmp_path: Path) -> None:
    calendar = right_calendar(tmp_path, "vacances-retirees = [{ du = 2026-12-24, au = 2026-12-26 }]")
    assert periods(calendar, CHRISTMAS) == [
        (date(2026, 12, 19), date(2026, 12, 23)),
        (date(2026, 12, 27), date(2027, 1, 3)),
    ]


@pytest.mark.parametrize(
    ("feasts", "saint_stephen", "armistice"),
    [("france", False, True), ("Alsace-Moselle", True, True), ("aucun", False, False)],
)
def test_public_holidays(tmp_path: Path, feasts: str, saint_stephen: bool, armistice: bool) -> None:
    calendar = right_calendar(tmp_path, f'feries = "{feasts}"')
    assert (date(2026, 12, 26) in calendar.public_holidays) is saint_stephen
    assert (date(2026, 11, 11) in calendar.public_holidays) is armistice


def test_public_holidays_speak_french(tmp_path: Path) -> None:
    calendar = right_calendar(tmp_path)
    assert calendar.public_holidays[date(2027, 1, 1)] == "Jour de l'an"


def test_a_town_changes_public_holidays(tmp_path: Path) -> None:
    calendar = right_calendar(
        tmp_path,
        "feries-retires = [2027-05-17]",
        'feries-ajoutes = [{ nom = "Saint patron", jour = 2027-06-24 }]',
    )
    assert date(2027, 5, 17) not in calendar.public_holidays
    assert calendar.public_holidays[date(2027, 6, 24)] == "Saint patron"


def test_only_a_public_holiday_can_be_taken_away(tmp_path: Path) -> None:
    _, faults = calendar_of(tmp_path, "feries-retires = [2027-05-18]")
    assert "le 18/05/2027 n'est pas un jour férié" in faults[0]


def test_closures_and_openings(tmp_path: Path) -> None:
    calendar = right_calendar(
        tmp_path,
        'fermetures = [{ motif = "Grève", jour = 2026-12-01, activites = ["cantine"], ecoles = ["mallerin"] }]',
        'ouvertures = [{ motif = "Pont rattrapé", du = 2026-12-02, au = 2026-12-02 }]',
    )
    assert calendar.closure(ActivityId("cantine"), SchoolId("mallerin"), date(2026, 12, 1)) == "Grève"
    assert calendar.closure(ActivityId("cantine"), SchoolId("prevert"), date(2026, 12, 1)) is None
    opening = present(calendar.opening(ActivityId("mercredi"), SchoolId("prevert"), date(2026, 12, 2)))
    assert opening.period.label == "Pont rattrapé"


def test_a_closure_names_classes_and_may_cancel(tmp_path: Path) -> None:
    """Classes are compared like titles: a town writes the same one in several ways."""
    outing, strike = right_calendar(
        tmp_path,
        "fermetures = [",
        '  { motif = "Sortie", jour = 2026-12-01, classes = ["CM2", "10-Mme  Béatrice ESCO"] },',
        '  { motif = "Grève", jour = 2026-12-03, annuler = true },',
        "]",
    ).closures
    assert outing.classes == {"cm2", "10-mme beatrice esco"}
    assert (outing.cancels, strike.cancels, strike.classes) == (False, True, frozenset())


def test_an_opening_has_neither_classes_nor_bookings_to_cancel(tmp_path: Path) -> None:
    for wrong in ('classes = ["CM2"]', "annuler = true"):
        _, faults = calendar_of(tmp_path, f'ouvertures = [{{ motif = "Rattrapage", jour = 2026-12-02, {wrong} }}]')
        assert "n'est pas connu" in faults[0]
