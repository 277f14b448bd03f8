"""Bookings to come that no enrolment covers: listed until the town cancels them, as its act."""

from datetime import date
from pathlib import Path
from typing import NoReturn

import pytest

from chalicelib.rules.ids import ActivityId, EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot, Wish
from chalicelib.services.ports import JournalEntry
from tests.clock import day, paris
from tests.intake.folder import LISTS, TOWN, a_folder, town_with
from tests.intake.living import F1, F2, LivingTown
from tests.intake.people.leaving import (
    JAMES,
    JAMES_LEAVES,
    JAMES_MOVES,
    MEALS,
    NO_BOOKINGS,
    NOE,
    WEDNESDAY,
    WEDNESDAYS_END,
    without,
)
from tests.waiting import without_waiting

pytestmark = pytest.mark.usefixtures("hashes")


def test_an_enrolment_that_ended_leaves_its_bookings_listed(town: LivingTown, tmp_path: Path) -> None:
    report = town.load(a_folder(tmp_path, **WEDNESDAYS_END))
    assert [str(one) for one in report.ended] == [
        "Aline BOND (c-8), famille « f-1 », Accueil du mercredi : 1 réservation le 02/12/2026 "
        "(l'inscription est terminée)"
    ]
    assert report.all_taken
    assert WEDNESDAY in town.booked(F1)


def test_a_place_that_the_act_gives_back_can_be_taken_by_the_same_lists(town: LivingTown, tmp_path: Path) -> None:
    noe = "f-2;c-9;mercredi;2026-12-02;;mairie;2026-11-20 09:00\n"
    lists = {**WEDNESDAYS_END, "reservations": NO_BOOKINGS["reservations"] + noe}
    assert town.taken("mercredi", "mercredi 2026-12-02") == 1
    refused = town.load(a_folder(tmp_path, **lists)).refused
    assert len(refused) == 1, "the one place is taken by a child who is no longer enrolled"
    assert town.load(a_folder(tmp_path, **lists), cancel_departed=True).refused == []
    assert town.booked(F2) == {WEDNESDAY._replace(child=NOE)}
    assert town.taken("mercredi", "mercredi 2026-12-02") == 1


def test_a_removed_activity_is_told_as_one_and_its_places_are_given_back(tmp_path: Path) -> None:
    town = LivingTown()
    town.load(a_folder(tmp_path))
    without_wednesdays = {
        "town": TOWN[: TOWN.index("[activites.mercredi]")] + TOWN[TOWN.index("[calendrier]") :],
        "inscriptions": without("inscriptions", "mercredi"),
        "reservations": without("reservations", "mercredi"),
    }
    report = town.load(a_folder(tmp_path, **without_wednesdays))
    assert (
        "  Accueil du mercredi n'est plus dans town.toml : 1 réservation de 1 enfant, le 02/12/2026" in report.lines()
    )
    assert town.taken("mercredi", "mercredi 2026-12-02") == 1
    report = town.load(a_folder(tmp_path, **without_wednesdays), cancel_departed=True)
    assert WEDNESDAY not in town.booked(F1)
    parent = town.parent(F1)
    assert "Me 02-12-2026 annulé — par la mairie" in parent.get("/modifications?enfant=c-8").main
    town.load(a_folder(tmp_path))
    assert town.taken("mercredi", "mercredi 2026-12-02") == 0


def test_what_is_served_today_is_left_alone(town: LivingTown, tmp_path: Path) -> None:
    """A list that arrives at eight in the morning does not cancel the meal of noon; the child is settled tomorrow."""
    today = Slot(JAMES, ActivityId("cantine"), day("lundi 2026-11-23"))
    entry = JournalEntry(EntryId("x"), paris("vendredi 2026-11-20 08:00"), "internet", (Wish(today, True),))
    town.store.plannings.save(F1, entry)
    report = town.load(a_folder(tmp_path, **JAMES_MOVES), cancel_departed=True)
    assert town.booked(F1) == {today, WEDNESDAY}
    assert [one.days for one in report.ended] == [(date(2026, 12, 1), date(2026, 12, 3))]
    assert len(town.family().former) == 1
    town.clock.set("mardi 2026-11-24 08:00")
    assert town.load(a_folder(tmp_path, **JAMES_MOVES)).nothing_changed
    assert town.family().former == ()


def test_a_parent_who_saves_during_the_act_is_not_overruled(
    town: LivingTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She cancels one of the days herself just before: the act looks again, and cancels the other."""
    save = town.store.plannings.save
    first = min(MEALS)

    def meanwhile(family: FamilyId, entry: JournalEntry) -> None:
        if first in town.booked(F1):
            hers = JournalEntry(EntryId("x"), paris("lundi 2026-11-23 07:59"), "internet", (Wish(first, False),))
            save(F1, hers)
        save(family, entry)

    monkeypatch.setattr(town.store.plannings, "save", meanwhile)
    town.load(a_folder(tmp_path, **JAMES_LEAVES), cancel_departed=True)
    assert town.booked(F1) == {WEDNESDAY}
    assert [len(entry.changes) for entry in town.journal(F1) if entry.at == town.clock.now()] == [1]


def test_a_save_that_arrives_after_the_look_is_found_by_the_next_import(town: LivingTown, tmp_path: Path) -> None:
    """Her request had read the family before the import wrote it."""
    town.load(a_folder(tmp_path, **JAMES_LEAVES), cancel_departed=True)
    late = min(MEALS)._replace(day=date(2026, 12, 4))
    entry = JournalEntry(EntryId("x"), paris("lundi 2026-11-23 07:59"), "internet", (Wish(late, True),))
    town.store.plannings.save(F1, entry)
    assert [one.days for one in town.load(a_folder(tmp_path, **JAMES_LEAVES)).ended] == [(late.day,)]
    town.load(a_folder(tmp_path, **JAMES_LEAVES), cancel_departed=True)
    assert town.booked(F1) == {WEDNESDAY}
    assert not town.family().child(JAMES).unsettled


def test_a_family_that_saves_all_the_time_keeps_its_bookings_until_the_next_import(
    town: LivingTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.rules.errors import StaleWrite

    def always(_family: FamilyId, _entry: JournalEntry) -> NoReturn:
        raise StaleWrite("planning.save")

    with monkeypatch.context() as patch, without_waiting():
        patch.setattr(town.store.plannings, "save", always)
        report = town.load(a_folder(tmp_path, **JAMES_LEAVES), cancel_departed=True)
    assert [one.cancelled for one in report.ended] == [False]
    town.load(a_folder(tmp_path, **JAMES_LEAVES), cancel_departed=True)
    assert town.booked(F1) == {WEDNESDAY}


def test_no_counter_falls_below_what_it_counted(tmp_path: Path) -> None:
    """The bookings came before the limit, and the town that limits them is the one that cancels them."""
    town = LivingTown()
    town.load(a_folder(tmp_path))
    limited = {"town": town_with(repas="places = 5"), **JAMES_LEAVES}
    town.load(a_folder(tmp_path, **limited), cancel_departed=True)
    key = PlaceKey(date(2026, 12, 1), ActivityId("cantine"))
    assert town.store.plannings.taken([key]) == {key: 0}
    assert town.booked(F1) == {WEDNESDAY}


def test_many_lines_are_cut(town: LivingTown, tmp_path: Path) -> None:
    many = "".join(f"f-1;c-7;cantine;{on};;mairie;2026-11-02 10:30\n" for on in school_days(130))
    town.load(a_folder(tmp_path, reservations=LISTS["reservations.csv"] + many))
    report = town.load(a_folder(tmp_path, **JAMES_LEAVES), cancel_departed=True)
    (ended,) = report.ended
    assert len(ended.days) > 100
    assert f"du 01/12/2026 au {ended.days[-1]:%d/%m/%Y} ({len(ended.days)} jours)" in str(ended)
    assert town.booked(F1) == {WEDNESDAY}


def school_days(count: int) -> list[date]:
    days = (date.fromordinal(date(2026, 12, 4).toordinal() + n) for n in range(count * 2))
    return [one for one in days if one.isoweekday() in {1, 2, 4, 5} and one < date(2027, 7, 2)][:count]
