"""A file that is missing while one of nearly its name is there: the fault names it."""

from pathlib import Path

import pytest

from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles, validated
from tests.clock import paris
from tests.intake.folder import LISTS, a_folder

NOW = paris("lundi 2026-11-23 08:00")


def said_of(folder: Path) -> list[str]:
    try:
        with validated(folder, NOW, Silence()):
            return []
    except BadFiles as bad:
        return [str(fault) for fault in bad.faults]


@pytest.mark.parametrize("alike", ["Enfants.CSV", "enfants(1).csv", "enfants (1).csv", "enfants.xlsx", "enfant.csv"])
def test_a_list_that_is_missing_names_the_file_that_may_be_it(tmp_path: Path, alike: str) -> None:
    folder = a_folder(tmp_path)
    (folder / "enfants.csv").rename(folder / alike)
    said = said_of(folder)
    assert f"enfants.csv:1: ce fichier manque : est-ce « {alike} » ? ; attendu : une liste nommée enfants.csv" in said


@pytest.mark.parametrize(
    ("name", "alike"),
    [("reservations", "Reservations.csv"), ("reglements", "reglement.csv"), ("factures", "factures(1).csv")],
)
def test_a_list_that_may_be_left_out_is_not_left_out_by_mistake(tmp_path: Path, name: str, alike: str) -> None:
    folder = a_folder(tmp_path)
    (folder / f"{name}.csv").unlink(missing_ok=True)
    (folder / alike).write_text(LISTS.get(f"{name}.csv", "x\n"), encoding="utf-8")
    (fault,) = said_of(folder)
    assert fault.startswith(f"{name}.csv:1: ce fichier manque : est-ce « {alike} » ?")


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    for name in ("enfants(1).csv", "notes.txt", "lisez-moi.md", "grilles.ods"):
        (folder / name).write_text("x", encoding="utf-8")
    assert said_of(folder) == [], "each list is there, and these are nothing else"
