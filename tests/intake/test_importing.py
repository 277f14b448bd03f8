"""An import: what it writes, that it writes nothing twice, and nothing at all when a file is wrong."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.people import families as people
from chalicelib.intake.pool import in_order
from chalicelib.intake.validating import BadFiles
from chalicelib.rules.families import Enrolment, Family
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.services.saving import Offer, SavePlanning
from tests.intake.folder import LISTS, TOWN, a_folder, town_with, with_line
from tests.intake.memory_portal import MONDAY_MEAL, WEDNESDAY, Portal, snapshot, without


def test_a_town_is_imported(portal: Portal, tmp_path: Path) -> None:
    report = portal.load(a_folder(tmp_path))
    family = portal.family()
    assert (family.payer, family.email) == ("Jamie BOND", "jamie.bond@server.fr")
    james, aline = family.children
    assert (james.code, james.first_name, james.school, james.class_name) == ("007", "James", "mallerin", "CE1")
    assert aline.enrolments == (
        Enrolment(ActivityId("cantine"), read_only=True, first=date(2026, 9, 1), last=date(2026, 12, 31)),
        Enrolment(ActivityId("mercredi")),
    )
    assert portal.store.town.current().name == "Ville de démo"
    assert portal.booked() == {MONDAY_MEAL, MONDAY_MEAL._replace(day=date(2026, 12, 3)), WEDNESDAY}
    assert portal.taken("mercredi", f"mercredi {WEDNESDAY.day}") == 1
    assert (report.families.added, report.children.added, report.logins.added, report.bookings.added) == (2, 3, 3, 3)


def test_importing_again_changes_nothing(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    before = snapshot(portal)
    report = portal.load(a_folder(tmp_path))
    assert report.nothing_changed
    assert snapshot(portal) == before
    assert (report.town.unchanged, report.families.unchanged, report.children.unchanged) == (1, 2, 3)
    assert (report.logins.unchanged, report.bookings.unchanged) == (3, 3)
    assert report.lines()[-1] == "Rien à changer : le portail était à jour."


def test_nothing_is_written_when_a_file_is_wrong(portal: Portal, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **with_line("reservations", "f-1;c-7;cantine;2027-08-01;;mairie;2026-11-02"))
    with pytest.raises(BadFiles):
        portal.load(folder)
    assert snapshot(portal) == snapshot(Portal())


def test_what_changed_is_written_and_nothing_else(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    enfants = LISTS["enfants.csv"].replace("James;BOND;mallerin;CE1", "James;BOND;prevert;CE2")
    report = portal.load(a_folder(tmp_path, town=town_with(couleur='couleur = "#112233"'), enfants=enfants))
    assert (report.town.changed, report.families.changed, report.children.changed) == (1, 0, 1)
    assert portal.family().children[0].class_name == "CE2"
    assert portal.store.town.current().colour == "#112233"


def test_who_is_no_longer_listed_keeps_codes_and_history_but_no_enrolment(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    gone = {
        "familles": without("familles.csv", "f-2"),
        "enfants": without("enfants.csv", "c-8", "c-9"),
        "inscriptions": without("inscriptions.csv", "c-8", "c-9"),
        "reservations": without("reservations.csv", "c-8"),
    }
    report = portal.load(a_folder(tmp_path, **gone))
    assert [departure.child.id for departure in report.departures] == ["c-8", "c-9"]
    assert (report.families_kept, report.children_kept) == (1, 2)
    assert [child.id for child in portal.family().children] == ["c-7", "c-8"]
    assert portal.family().child(ChildId("c-8")).enrolments == ()
    assert portal.sign_in("008", "GOLDENEYE7").child == "c-8"
    assert portal.sign_in("009", "CERISIER22").child == "c-9"
    assert "familles 1, enfants 2" in "\n".join(report.lines())
    assert portal.load(a_folder(tmp_path, **gone)).nothing_changed


def test_families_are_written_chunk_by_chunk_and_read_again_when_they_differ(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, written = [], []
    find, put = portal.store.family_items, portal.store.put_families

    def family_items(ids: Iterable[FamilyId]) -> Mapping[FamilyId, Family]:
        asked.append(list(ids))
        return find(asked[-1])

    def put_families(families: Iterable[Family]) -> None:
        listed = list(families)
        written.append([family.id for family in listed])
        put(listed)

    monkeypatch.setattr(people, "FAMILIES_A_CHUNK", 2)
    monkeypatch.setattr(portal.store, "family_items", family_items)
    monkeypatch.setattr(portal.store, "put_families", put_families)
    many = "\n".join(f"f-{n};X;GOLDENEYE{n};" for n in range(10, 15))
    portal.load(a_folder(tmp_path, **with_line("familles", many)))
    assert [len(ids) for ids in written] == [2, 2, 2, 1]
    written.clear()
    portal.load(a_folder(tmp_path, **with_line("familles", many.replace("f-12;X", "f-12;Y"))))
    assert [ids for ids in asked if ids] == [["f-12"]]
    assert [ids for ids in written if ids] == [["f-12"]]


def test_a_pool_reads_only_a_little_ahead() -> None:
    from concurrent.futures import ThreadPoolExecutor

    read = []

    def stream() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        results = in_order(pool, 2, lambda n: n * 2, stream())
        assert [next(results) for _ in range(3)] == [0, 2, 4]
        assert len(read) < 10
        assert list(results)[-1] == 198


def test_the_import_needs_its_libraries_only_when_it_runs() -> None:
    """``holidays``, ``rich`` and the school calendar stay off the Lambda: importing the modules must not load them."""
    import subprocess

    code = "import sys, chalicelib.commands.import_town; print({'rich', 'holidays', 'pynamodb'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_a_parent_can_save_after_an_import(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path, town=TOWN))
    saving = SavePlanning(town=portal.store.town, plannings=portal.store.plannings, clock=portal.clock)
    offer = Offer(frozenset({MONDAY_MEAL}), frozenset({MONDAY_MEAL}))
    assert saving(portal.family(), offer, frozenset())
    assert MONDAY_MEAL not in portal.booked()
