"""Who watches an import sees how far it is; who does not changes nothing of it."""

from collections import Counter
from contextlib import contextmanager

import pytest

from chalicelib.intake.progress import Bars, Silence
from tests.intake.folder import a_folder
from tests.intake.living import LivingTown, quick_hashes


class Watcher:
    """Notes what it is told."""

    def __init__(self):
        self.read = []
        self.waited = []
        self.totals = {}
        self.done = Counter()

    def reading(self, file):
        self.read.append(file)

    def waiting(self, why):
        self.waited.append(why)

    @contextmanager
    def step(self, label, total):
        self.totals[label] = total
        yield lambda done: self.done.update({label: done})


class Deaf(Watcher):
    """A watcher that does nothing at all, not even listen."""

    @contextmanager
    def step(self, label, total):
        yield lambda _done: None


def imported(folder, progress):
    town = LivingTown()
    with quick_hashes():
        return town, town.run(a_folder(folder), progress)


def test_nothing_is_written_when_nobody_watches(tmp_path, capfd):
    imported(tmp_path, Silence())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("progress", [Silence(), Deaf(), Bars(), Watcher()], ids=lambda one: type(one).__name__)
def test_the_import_does_its_work_whoever_watches(tmp_path, progress):
    town, report = imported(tmp_path, progress)
    assert (report.families.added, report.children.added, report.bookings.added) == (2, 3, 3)
    assert len(dict(town.store.logins())) == report.logins.added == 3
    assert town.store.current_town() is not None


def test_each_step_tells_of_all_that_it_was_said_to_have(tmp_path):
    watcher = Watcher()
    imported(tmp_path, watcher)
    assert watcher.read == ["familles.csv", "enfants.csv", "inscriptions.csv", "reservations.csv"]
    assert {label: total for label, total in watcher.totals.items() if total} == dict(watcher.done)
    assert {"Comparaison des codes", "Familles", "Codes d'accès", "Réservations"} <= watcher.done.keys()


def test_bars_show_files_steps_and_why_nothing_moves(capsys):
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
