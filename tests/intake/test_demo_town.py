"""The demo town is imported like any town, and shows what the manual prints."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from chalicelib.intake.invoices.staged import by_family
from chalicelib.intake.people.families import families_of
from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import validated
from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, SchoolId
from chalicelib.rules.invoices import Means
from chalicelib.rules.judging import Judge
from chalicelib.rules.payable import Hindrance, hindrance
from chalicelib.rules.planning import Slot, State, TownDays, closed_because
from chalicelib.rules.school_calendar import paris_instant
from chalicelib.rules.town import Town
from infra.local.demo.generator import school_year, write_town
from tests.clock import day, paris
from tests.present import present

MANUAL_NOW = paris("mardi 2015-12-22 14:54")
Manual = tuple[Town, dict[FamilyId, Family], list[tuple[str, ...]]]
"""Town, families, staged events."""
BOND = FamilyId("f-bond")


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manual]:
    """The demo town as it is on the day of the manual."""
    folder = tmp_path_factory.mktemp("demo")
    write_town(folder, date(2015, 12, 22), families=40)
    with validated(folder, MANUAL_NOW, Silence()) as files:
        events = files.lists.execute("SELECT family, child, activity, day, channel, at FROM events").fetchall()
        yield files.town, {family.id: family for family in families_of(files.lists, files.town)}, events


def states(town: Town, child: Child, activity: ActivityId, monday: date) -> list[State]:
    judge = Judge(TownDays(town), child, MANUAL_NOW)
    days = (monday + timedelta(days=n) for n in range(5))
    return [judge.view(Slot(child.id, activity, day), booked=False).state for day in days]


def test_week_52_is_as_printed(manual: Manual) -> None:
    town, families, _ = manual
    james = families[BOND].children[0]
    closed, opened, monday = State.CLOSED, State.OPEN, day("lundi 2015-12-21")
    assert states(town, james, ActivityId("cantine"), monday) == [State.PAST, closed, closed, closed, closed]
    for activity in ("petites-vac-matin", "petites-vac-apres-midi"):
        assert states(town, james, ActivityId(activity), monday) == [State.PAST, opened, opened, opened, closed]


def test_week_53_is_closed(manual: Manual) -> None:
    town, families, _ = manual
    james = families[BOND].children[0]
    for enrolment in james.enrolments:
        assert states(town, james, enrolment.activity, day("lundi 2015-12-28")) == [State.CLOSED] * 5


def test_the_manuals_family(manual: Manual) -> None:
    _, families, events = manual
    bond = families[BOND]
    assert bond.payer == "Jamie BOND"
    james, aline = bond.children
    assert (james.id, james.code, james.first_name, james.last_name) == ("c-007", "007", "James", "BOND")
    assert (aline.id, aline.code, aline.first_name) == ("c-008", "008", "Aline")
    assert {child.class_name for child in bond.children} == {"10-Mme Béatrice ESCO"}
    assert [e.activity for e in james.enrolments] == ["cantine", "petites-vac-matin", "petites-vac-apres-midi"]
    assert len(aline.enrolments) == 5
    assert james.birth
    assert bond.address[-1] == "00000 VILLE DE DÉMO"
    assert sorted(e[2:5] for e in events if e[0] == "f-bond") == [
        ("petites-vac-matin", "2015-12-23", "mairie"),
        ("petites-vac-matin", "2015-12-24", "mairie"),
    ]


def test_labels_are_the_manuals(manual: Manual) -> None:
    town, _, _ = manual
    labels = [town.activities[ActivityId(name)].label for name in ("cantine", "garderie-matin", "garderie-soir")]
    assert labels == ["Cantine", "Garderie matin", "Garderie soir"]
    assert town.activities[ActivityId("petites-vac-apres-midi")].label == "Petites Vac. Après-midi"
    assert town.schools[SchoolId("mallerin")].label == "MALLERIN PRIMAIRE"
    assert "1 - REPAS clôt la veille à 10h" in town.message


def test_it_shows_every_kind_of_rule(manual: Manual) -> None:
    town, families, _ = manual
    activities = town.activities.values()
    assert any(a.requires for a in activities)
    assert any(a.excludes for a in activities)
    assert any(a.capacity and a.capacity.by_school for a in activities)
    assert any(a.capacity and a.capacity.places for a in activities)
    enrolments = [e for family in families.values() for child in family.children for e in child.enrolments]
    assert any(e.read_only for e in enrolments)
    assert not any(e.activity == "petites-vac-repas" for child in families[BOND].children for e in child.enrolments)


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2027, 1, 4), date(2027, 6, 15), date(2028, 2, 29)])
def test_it_can_be_imported_on_any_day(tmp_path: Path, today: date) -> None:
    write_town(tmp_path, today, families=20, bookings=400)
    noon = paris(
        f"{('lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche')[today.weekday()]} {today} 12:00"
    )
    with validated(tmp_path, noon, Silence()) as files:
        days = [date.fromisoformat(d) for (d,) in files.lists.execute("SELECT day FROM events")]
        assert files.town.calendar.first == date(2015, 9, 1)
        assert files.town.calendar.last == school_year(today)[1]
    assert len(days) == 400
    assert any(today <= d <= today + timedelta(days=21) for d in days)
    assert any(d.year == 2015 and d.month == 12 for d in days)


def test_the_same_day_gives_the_same_town(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_town(tmp_path / name, date(2026, 11, 23), families=10)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 9
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_bookings_are_on_days_that_open(manual: Manual) -> None:
    town, families, events = manual
    schools = {child.id: child.school for family in families.values() for child in family.children}
    for _, child, activity, booked_on, _, _ in events:
        on = date.fromisoformat(booked_on)
        assert closed_because(town, town.activities[ActivityId(activity)], schools[ChildId(child)], on) is None


@pytest.mark.parametrize("today", ["2015-09-02", "2015-12-18", "2015-12-19", "2026-11-23"])
def test_the_demo_town_is_right_on_any_day(tmp_path: Path, today: str) -> None:
    write_town(tmp_path, date.fromisoformat(today), families=2)
    with validated(tmp_path, paris_instant(date.fromisoformat(today), 60), Silence()) as files:
        assert files.town.name == "Ville de démo"


@pytest.mark.parametrize("today", [date(2015, 12, 22), date(2026, 7, 20), date(2026, 9, 1), date(2026, 11, 25)])
def test_nothing_in_it_looks_wrong(tmp_path: Path, today: date) -> None:
    write_town(tmp_path, today, families=40)
    with validated(tmp_path, paris_instant(today, 600), Silence()) as files:
        assert files.remarks.lines() == []


def test_somebody_eats_on_each_school_day_of_the_year(tmp_path: Path) -> None:
    """Lists, orders and bills have something to say on whatever day they are looked at."""
    write_town(tmp_path, date(2026, 11, 25), families=40)
    eaters = "SELECT DISTINCT day FROM events WHERE activity = 'cantine' AND booked"
    with validated(tmp_path, paris_instant(date(2026, 11, 25), 600), Silence()) as files:
        fed = {date.fromisoformat(text) for (text,) in files.lists.execute(eaters)}
        town, lunch = files.town, files.town.activities[ActivityId("cantine")]
    year = (date(2026, 9, 1) + timedelta(days=n) for n in range(300))
    served = {on for on in year if closed_because(town, lunch, SchoolId("mallerin"), on) is None}
    assert len(served) > 130
    assert served <= fed


@pytest.mark.parametrize("today", [date(2015, 12, 22), date(2026, 11, 25)])
def test_it_shows_what_becomes_of_an_invoice(tmp_path: Path, today: date) -> None:
    """A credit note, a cancelled invoice, one that is too late to be paid online, a family on direct debit; and the
    manual's can be paid."""
    write_town(tmp_path, today, families=10)
    with validated(tmp_path, paris_instant(today, 600), Silence()) as files:
        shown = [row for one in by_family(files.lists) for row in one.in_files if row.invoice]
        invoices = [present(row.invoice) for row in shown]
        payment = files.town.payment
    assert [row.says.cancelled for row in shown].count(True) == 1
    [note] = [one for one in invoices if one.is_credit_note]
    assert note.corrects in {one.number for one in invoices}
    late = {one.family for one in invoices if hindrance(one, payment, today) is Hindrance.TOO_LATE}
    assert late == {"f-martin"}
    assert [one for one in invoices if one.means is Means.DIRECT_DEBIT]
    assert {hindrance(one, payment, today) for one in invoices if one.family == BOND} == {None}
