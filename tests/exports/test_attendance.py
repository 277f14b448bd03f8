"""The files of a day: what they are called, what they say, and that no cell of them does anything."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from chalicelib.adapters.attendance_pdf import AttendancePdf
from chalicelib.exports.attendance import NUMBERS, PEOPLE, ExportAttendance
from chalicelib.exports.daily import AttendanceFiles
from chalicelib.exports.folder import Folder
from chalicelib.exports.run import Asked
from chalicelib.intake.files.sheets import cell_of
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.ids import ActivityId, ChildId, DietId, EntryId, FamilyId
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.day_bookings import BookingsAsOf
from chalicelib.services.ports import JournalEntry
from tests.builders import SCHOOL, a_town, an_activity
from tests.clock import FixedClock, day, paris
from tests.fakes import MemoryDirectory, MemoryPlannings, MemoryTown

TUESDAY = day("mardi 2026-11-03")
BEFORE, AT = paris("lundi 2026-11-02 16:00"), paris("mardi 2026-11-03 08:45")
TOWN = a_town(
    an_activity("cantine"), diets={DietId("sans-porc"): "Sans porc", DietId("vegetarien"): "Végétarien"}, name="Démo"
)
JAMES = ListedChild(ChildId("007"), "James", "BOND", SCHOOL, "3-4", DietId("vegetarien"), pai=True)
EVE = ListedChild(ChildId("c-8"), "Eve", "=1+1", SCHOOL, "3-4", DietId("sans-porc"))
NOE = ListedChild(ChildId("c-9"), "Noé", "PETIT", SCHOOL, "3-4")


class Desk:
    def __init__(self) -> None:
        self.clock = FixedClock(paris("dimanche 2026-11-01 10:00"))
        self.plannings = MemoryPlannings(self.clock)
        self.directory = MemoryDirectory(Directory(self.clock.now(), {one.id: one for one in (JAMES, EVE, NOE)}))
        self.export = ExportAttendance(
            bookings=BookingsAsOf(plannings=self.plannings, feed=self.plannings, clock=self.clock, pause=self.wait),
            directory=self.directory,
            town=MemoryTown(TOWN),
            render=AttendancePdf(),
        )

    def wait(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)

    def save(self, child: str, *, booked: bool = True, family: str = "f-1") -> None:
        self.clock.forward(seconds=1)
        slot = Slot(ChildId(child), ActivityId("cantine"), TUESDAY)
        name = EntryId(self.clock.now().isoformat())
        self.plannings.save(FamilyId(family), JournalEntry(name, self.clock.now(), "internet", (Wish(slot, booked),)))

    def files(self, before: datetime | None = BEFORE) -> dict[str, bytes]:
        return {file.name: file.content for file in self.export(TUESDAY, AT, before)}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def a_day() -> Desk:
    """James and Noé were on the list of Monday; Eve came, Noé went; somebody left the town with a booking."""
    desk = Desk()
    for child in ("007", "c-9", "c-77"):
        desk.save(child)
    desk.save("007", family="f-2")
    desk.clock.set("mardi 2026-11-03 07:00")
    desk.save("c-8")
    desk.save("c-9", booked=False)
    desk.clock.set("mardi 2026-11-03 08:50")
    desk.save("c-9")
    return desk


def test_the_files_of_a_day_have_their_names() -> None:
    assert list(a_day().files()) == [
        "presences-2026-11-03.csv",
        "effectifs-2026-11-03.csv",
        f"presences-2026-11-03-cantine-{SCHOOL}.pdf",
        "presences-2026-11-03-cantine-hors-liste.pdf",
    ]


def test_every_child_is_a_row_and_what_changed_is_said() -> None:
    content = a_day().files()["presences-2026-11-03.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 5
    rows = rows_of(content)
    assert list(rows[0]) == list(PEOPLE)
    told = [(r["enfant"], r["nom"], r["regime"], r["pai"], r["changement"], r["familles"]) for r in rows]
    assert told == [
        ('="c-8"', '="=1+1"', "Sans porc", "", "arrivé", '="f-1"'),
        ('="007"', "BOND", "Végétarien", "oui", "", '="f-1 f-2"'),
        ('="c-9"', "PETIT", "", "", "retiré", '="f-1"'),
        ('="c-77"', "", "", "", "", '="f-1"'),
    ]
    assert {(row["classe"], row["etat_au"]) for row in rows} == {
        ('="3-4"', "03/11/2026 08:45"),
        ("", "03/11/2026 08:45"),
    }
    assert rows[3]["ecole"] == "Hors liste"


def test_no_cell_is_alive_and_the_import_reads_each_as_it_was() -> None:
    for name, content in a_day().files().items():
        if name.endswith(".csv"):
            cells = [cell for row in rows_of(content) for cell in row.values()]
            assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell and not cell.startswith('="')] == []
            assert "=1+1" in map(cell_of, cells) or name.startswith("effectifs")


def test_numbers_add_up_to_the_children_who_are_booked() -> None:
    files = a_day().files()
    numbers = rows_of(files["effectifs-2026-11-03.csv"])
    assert list(numbers[0]) == list(NUMBERS)
    assert [(row["ecole"], row["regime"], row["enfants"]) for row in numbers] == [
        ("MALLERIN PRIMAIRE", "Sans porc", "1"),
        ("MALLERIN PRIMAIRE", "Végétarien", "1"),
        ("Hors liste", "régime inconnu", "1"),
    ]
    there = [row for row in rows_of(files["presences-2026-11-03.csv"]) if row["changement"] != "retiré"]
    assert sum(int(row["enfants"]) for row in numbers) == len(there)


def test_a_first_list_compares_with_nothing() -> None:
    files = a_day().files(before=None)
    rows = rows_of(files["presences-2026-11-03.csv"])
    assert Counter(row["changement"] for row in rows) == {"": 3}
    assert "Première liste" in text_of(files[f"presences-2026-11-03-cantine-{SCHOOL}.pdf"])


def test_a_day_without_bookings_has_two_lists_of_titles() -> None:
    assert [content.decode("utf-8-sig") for content in Desk().files().values()] == [
        ";".join(heads) + "\r\n" for heads in (PEOPLE, NUMBERS)
    ]


def test_the_same_instant_gives_the_same_bytes() -> None:
    desk = a_day()
    first = desk.files()
    desk.save("c-77", booked=False)
    desk.clock.forward(minutes=5)
    assert desk.files() == first


def text_of(pdf: bytes) -> str:
    pages: Sequence[str] = [page.extract_text() for page in PdfReader(io.BytesIO(pdf), strict=True).pages]
    return " ".join(" ".join(pages).split())


def test_the_paper_says_numbers_then_names() -> None:
    said = text_of(a_day().files()[f"presences-2026-11-03-cantine-{SCHOOL}.pdf"])
    expected = (
        "État au mardi 3 novembre 2026 à 08:45",
        "2 enfants · 1 Sans porc · 1 Végétarien · 1 PAI",
        "Depuis la liste du lundi 2 novembre 2026 à 16:00 : 1 enfant de plus et 1 enfant retiré.",
        "=1+1 Eve Sans porc + arrivé",
        "BOND James PAI, Végétarien",
        "PETIT Noé − retiré",
        "Enfants non annoncés",
    )
    places = [said.find(words) for words in expected]
    assert -1 not in places, said
    assert places == sorted(places)


PEOPLE_FILE = "presences-2026-11-03.csv"


def changes_of(content: bytes) -> dict[str, str]:
    return {cell_of(row["enfant"]): row["changement"] for row in rows_of(content)}


def given_out(desk: Desk, folder: Path, at: str, shelf: type[Folder] = Folder) -> dict[str, str]:
    """The lists that somebody asks for at ``at``, into ``folder``; what they say has changed."""
    desk.clock.set(at)
    kind = AttendanceFiles(export=desk.export, town=MemoryTown(TOWN), clock=desk.clock)
    kind(Asked(day=TUESDAY), shelf(folder))
    return changes_of((folder / PEOPLE_FILE).read_bytes())


def after_a_first_list(folder: Path) -> Desk:
    """Monday's list has James and Noé; then Eve comes and Noé goes."""
    desk = Desk()
    desk.save("007")
    desk.save("c-9")
    assert given_out(desk, folder, "lundi 2026-11-02 16:01") == {"007": "", "c-9": ""}
    desk.clock.set("mardi 2026-11-03 07:00")
    desk.save("c-8")
    desk.save("c-9", booked=False)
    return desk


def test_a_list_marks_what_changed_since_that_of_the_same_folder(tmp_path: Path) -> None:
    desk = after_a_first_list(tmp_path)
    assert given_out(desk, tmp_path, "mardi 2026-11-03 08:46") == {"007": "", "c-8": "arrivé", "c-9": "retiré"}
    assert given_out(desk, tmp_path, "mardi 2026-11-03 09:00") == {"007": "", "c-8": ""}


class Dying(Folder):
    """The process ends before the last file of a list."""

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        if name == PEOPLE_FILE:
            raise KeyboardInterrupt
        super().put(name, chunks)


def test_a_list_that_was_interrupted_is_compared_with_by_none(tmp_path: Path) -> None:
    desk = after_a_first_list(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        given_out(desk, tmp_path, "mardi 2026-11-03 07:30", Dying)
    assert given_out(desk, tmp_path, "mardi 2026-11-03 08:46")["c-8"] == "arrivé"


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"jour;etat_au\r\nhier;tantot\r\n", b"etat_au\r\n04/11/2026 08:00\r\n"]
)
def test_a_file_that_is_no_earlier_list_is_compared_with_by_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PEOPLE_FILE).write_bytes(content)
    assert set(given_out(a_day(), tmp_path, "mardi 2026-11-03 08:46").values()) == {""}
