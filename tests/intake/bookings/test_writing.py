"""Bookings taken at the counter, among those that parents make themselves."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot, Wish
from chalicelib.services.ports import JournalEntry
from chalicelib.services.saving import entry_id
from tests.clock import paris
from tests.intake.folder import LISTS, a_folder, with_line
from tests.intake.memory_portal import F1, MONDAY_MEAL, WEDNESDAY, Portal


def test_bookings_of_one_moment_are_one_entry_of_the_journal(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    entries = portal.journal()
    assert [(e.at, e.channel, len(e.changes)) for e in entries] == [
        (paris("lundi 2026-11-02 10:30"), "mairie", 2),
        (paris("mercredi 2026-11-04 00:00"), "telephone", 1),
    ]
    assert entries[0].id.startswith("2026-11-02T09:30:00.000000Z#")


def test_new_lines_are_added_to_what_was_imported(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    line = (
        "f-1;c-7;cantine;2026-12-07;;mairie;2026-11-02 10:30\nf-1;c-7;cantine;2026-12-01;annulation;mairie;2026-11-04"
    )
    report = portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert (report.bookings.added, report.bookings.unchanged, report.overtaken) == (2, 2, 1)
    assert MONDAY_MEAL not in portal.booked()
    assert MONDAY_MEAL._replace(day=date(2026, 12, 7)) in portal.booked()
    assert portal.load(a_folder(tmp_path, **with_line("reservations", line))).nothing_changed


def test_of_several_lines_for_one_slot_the_last_written_down_wins(portal: Portal, tmp_path: Path) -> None:
    line = "f-1;c-7;cantine;2026-12-01;annulation;mairie;2026-11-01"
    report = portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert MONDAY_MEAL in portal.booked()
    assert (report.bookings.added, report.overtaken) == (3, 1)


def test_a_later_change_by_the_parent_is_not_undone(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    portal.online("mercredi 2026-11-04 20:00", cancelled=[MONDAY_MEAL])
    report = portal.load(a_folder(tmp_path))
    assert report.nothing_changed
    assert MONDAY_MEAL not in portal.booked()


def test_an_older_line_that_arrives_late_does_not_undo_the_parent(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    portal.online("mercredi 2026-11-04 20:00", cancelled=[MONDAY_MEAL])
    line = "f-1;c-7;cantine;2026-12-01;inscription;guichet;2026-11-04 12:00"
    report = portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert MONDAY_MEAL not in portal.booked()
    assert report.bookings.added == 0
    assert report.overtaken == 2, "the line that it replaces in the list, and itself"


def test_what_is_already_so_is_not_journalled(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    friday = MONDAY_MEAL._replace(day=date(2026, 12, 4))
    portal.online("mercredi 2026-11-04 20:00", booked=[friday])
    line = "f-1;c-7;cantine;2026-12-04;;guichet;2026-11-05"
    report = portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert report.nothing_changed
    assert friday in portal.booked()


def test_a_full_day_is_refused_with_its_line_and_the_rest_is_done(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    lines = "f-2;c-9;mercredi;2026-12-09;;mairie;2026-11-04\nf-2;c-9;mercredi;2026-12-16;;mairie;2026-11-04"
    key = PlaceKey(date(2026, 12, 9), ActivityId("mercredi"))
    parent = Wish(WEDNESDAY._replace(day=date(2026, 12, 9)), True)
    at = paris("mercredi 2026-11-04 20:00")
    portal.store.plannings.reserve(key, 1, 1)
    portal.store.plannings.save(F1, JournalEntry(entry_id(at), at, "internet", (parent,)))
    report = portal.load(a_folder(tmp_path, **with_line("reservations", lines)))
    assert [str(refused) for refused in report.refused] == [
        "reservations.csv:5: « Accueil du mercredi » est complet le 09/12/2026 pour l'enfant « c-9 » ; "
        "attendu : plus de « places » dans town.toml, ou ôter cette ligne"
    ]
    assert portal.booked(FamilyId("f-2")) == {Slot(ChildId("c-9"), ActivityId("mercredi"), date(2026, 12, 16))}
    assert portal.store.plannings.taken([key]) == {key: 1}
    assert "1 réservation à revoir" in "\n".join(report.lines())


def test_a_place_that_the_same_lines_free_can_be_taken(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path, **with_line("inscriptions", "c-7;mercredi;;;")))
    lines = "f-1;c-8;mercredi;2026-12-02;annulation;mairie;2026-11-05\nf-1;c-7;mercredi;2026-12-02;;mairie;2026-11-05"
    folder = a_folder(tmp_path, **with_line("inscriptions", "c-7;mercredi;;;"), **with_line("reservations", lines))
    report = portal.load(folder)
    assert report.refused == []
    assert WEDNESDAY._replace(child=ChildId("c-7")) in portal.booked()


def test_a_parent_who_saves_during_the_import(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her change is in the journal when the import's own write fails: it looks again, and leaves it alone."""
    portal.load(a_folder(tmp_path, reservations=LISTS["reservations.csv"].splitlines()[0]))
    save = portal.store.plannings.save
    calls = []

    def meanwhile(family: FamilyId, entry: JournalEntry) -> None:
        calls.append(entry)
        if len(calls) == 1:
            portal.online("lundi 2026-11-23 07:59", booked=[MONDAY_MEAL])
        save(family, entry)

    monkeypatch.setattr(portal.store.plannings, "save", meanwhile)
    report = portal.load(a_folder(tmp_path))
    assert report.refused == []
    assert (report.bookings.added, report.bookings.unchanged) == (2, 1)
    assert [e.channel for e in portal.journal() if Wish(MONDAY_MEAL, True) in e.changes] == ["internet"]


def test_many_days_are_cut_into_transactions(portal: Portal, tmp_path: Path) -> None:
    days = [d for d in calendar_days() if d.isoweekday() in {1, 2, 4, 5}][:150]
    lines = "\n".join(f"f-1;c-7;cantine;{day};;courrier;2026-11-05 09:00" for day in days)
    portal.load(a_folder(tmp_path, **with_line("reservations", lines)))
    sizes = [len(e.changes) for e in portal.journal() if e.channel == "courrier"]
    assert sum(sizes) >= 148
    assert len(sizes) == 2
    assert max(sizes) <= 99


def calendar_days() -> Iterator[date]:
    first = date(2026, 9, 1).toordinal()
    return (date.fromordinal(first + n) for n in range(300))
