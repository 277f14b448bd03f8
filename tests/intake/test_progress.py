"""Who watches an import sees how far it is; who does not changes nothing of it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chalicelib.intake.progress import Advance, Bars, ImportProgress, Silence
from chalicelib.intake.report import IntakeReport
from tests.intake.folder import a_folder
from tests.intake.living import LivingTown, quick_hashes


class Watcher:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.waited: list[str] = []
        self.totals: dict[str, int] = {}
        self.done: Counter[str] = Counter()

    def reading(self, file: str) -> None:
        self.read.append(file)

    def waiting(self, why: str) -> None:
        self.waited.append(why)

    @contextmanager
    def step(self, label: str, total: int) -> Iterator[Advance]:
        self.totals[label] = total
        yield lambda done: self.done.update({label: done})


class Deaf(Watcher):
    """A watcher that does nothing at all, not even listen."""

    @contextmanager
    def step(self, label: str, total: int) -> Iterator[Advance]:
        yield lambda _done: None


def imported(folder: Path, progress: ImportProgress) -> tuple[LivingTown, IntakeReport]:
    town = LivingTown()
    with quick_hashes():
        return town, town.run(a_folder(folder), progress)


def test_nothing_is_written_when_nobody_watches(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    imported(tmp_path, Silence())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("progress", [Silence(), Deaf(), Bars(), Watcher()], ids=lambda one: type(one).__name__)
def test_the_import_does_its_work_whoever_watches(tmp_path: Path, progress: ImportProgress) -> None:
    town, report = imported(tmp_path, progress)
    assert (report.families.added, report.children.added, report.bookings.added) == (2, 3, 3)
    assert len(dict(town.store.logins())) == report.logins.added == 3
    assert town.store.current_town() is not None


def test_each_step_tells_of_all_that_it_was_said_to_have(tmp_path: Path) -> None:
    watcher = Watcher()
    imported(tmp_path, watcher)
    assert watcher.read == ["familles.csv", "enfants.csv", "inscriptions.csv", "reservations.csv"]
    assert {label: total for label, total in watcher.totals.items() if total} == dict(watcher.done)
    assert {"Comparaison des codes", "Familles", "Codes d'accès", "Réservations"} <= watcher.done.keys()


def test_bars_show_files_steps_and_why_nothing_moves(capsys: pytest.CaptureFixture[str]) -> None:
    bars = Bars()
    bars.reading("familles.csv")
    with bars.step("Familles", 3) as advance:
        for _ in range(3):
            advance(1)
    bars.waiting("Recompte des places, une minute…")
    shown = capsys.readouterr()
    assert shown.out == ""
    for words in ("Lecture de familles.csv…", "Familles", "3/3", "\nRecompte des places, une minute…"):
        assert words in shown.err
