"""Counter lines that have nothing left to say: their families' journals are not read again, until they have."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.intake.bookings.settled import MARK_BYTES
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import PlaceKey
from chalicelib.services.ports import JournalEntry
from tests.intake.folder import LISTS, a_folder, with_line
from tests.intake.memory_portal import F1, MONDAY_MEAL, WEDNESDAY, Portal, snapshot


@pytest.fixture
def read(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[FamilyId]:
    """The families whose journals are read, from now on."""
    asked: list[FamilyId] = []
    journal_of = portal.store.journal_of

    def noting(family: FamilyId) -> Iterator[JournalEntry]:
        asked.append(family)
        return journal_of(family)

    monkeypatch.setattr(portal.store, "journal_of", noting)
    return asked


def marks(portal: Portal) -> int:
    return sum(len(content) for content in portal.store.settled().values()) // MARK_BYTES


def test_the_same_lines_again_read_no_journal_and_say_the_same(
    portal: Portal, read: list[FamilyId], tmp_path: Path
) -> None:
    folder = a_folder(tmp_path)
    portal.load(folder)
    assert marks(portal) == 1
    before = snapshot(portal)
    read.clear()
    report = portal.load(folder)
    assert (read, report.nothing_changed, report.bookings.unchanged, report.overtaken) == ([], True, 3, 0)
    assert snapshot(portal) == before


def test_a_new_line_reads_the_journal_of_its_family(portal: Portal, read: list[FamilyId], tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    read.clear()
    line = "f-1;c-7;cantine;2026-12-07;;mairie;2026-11-02 10:30"
    assert portal.load(a_folder(tmp_path, **with_line("reservations", line))).bookings.added == 1
    assert read == [F1]
    read.clear()
    portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert read == []


def test_a_parents_later_change_stays_whether_it_is_read_or_not(portal: Portal, tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    portal.load(folder)
    portal.online("mercredi 2026-11-04 20:00", cancelled=[MONDAY_MEAL])
    assert portal.load(folder).nothing_changed
    assert MONDAY_MEAL not in portal.booked()


def test_a_line_that_a_parent_overtook_is_told_at_each_import(
    portal: Portal, read: list[FamilyId], tmp_path: Path
) -> None:
    without = LISTS["reservations.csv"].replace("f-1;c-7;cantine;2026-12-01;;mairie;2026-11-02 10:30\n", "")
    portal.load(a_folder(tmp_path, reservations=without))
    portal.online("mercredi 2026-11-04 20:00", booked=[MONDAY_MEAL])
    portal.online("mercredi 2026-11-04 21:00", cancelled=[MONDAY_MEAL])
    for _ in range(2):
        read.clear()
        report = portal.load(a_folder(tmp_path))
        assert (report.overtaken, len(report.lost), read) == (1, 1, [F1])


def test_a_line_without_a_place_is_tried_again(portal: Portal, read: list[FamilyId], tmp_path: Path) -> None:
    """A family with a refused line is not settled."""
    nobody = LISTS["reservations.csv"].splitlines()[0]
    portal.load(a_folder(tmp_path, reservations=nobody))
    portal.store.plannings.reserve(PlaceKey(WEDNESDAY.day, WEDNESDAY.activity, None), 1, 1)
    for _ in range(2):
        read.clear()
        assert len(portal.load(a_folder(tmp_path)).refused) == 1
        assert F1 in read


def test_a_family_that_is_new_on_the_portal_is_read(portal: Portal, read: list[FamilyId], tmp_path: Path) -> None:
    """Its data was erased, and the lists still have it: its bookings come back, as those of any new family."""
    folder = a_folder(tmp_path)
    portal.load(folder)
    booked = portal.booked()
    del portal.store.families.families[F1]
    portal.store.plannings.__init__()  # type: ignore[misc]
    read.clear()
    portal.accept(folder)
    assert read == [F1]
    assert portal.booked() == booked


def test_marks_tell_no_family(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    assert not any(b"f-1" in content for content in portal.store.settled().values())
