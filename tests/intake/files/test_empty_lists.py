"""A list without rows beside full ones, and a line above the titles: one fault, and nothing that follows from it."""

from pathlib import Path

import pytest

from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles, validated
from tests.clock import paris
from tests.intake.folder import LISTS, a_folder

NOW = paris("lundi 2026-11-23 08:00")
TITLES = {name.removesuffix(".csv"): text.splitlines(keepends=True)[0] for name, text in LISTS.items()}


def said_of(folder: Path) -> list[str]:
    try:
        with validated(folder, NOW, Silence()):
            return []
    except BadFiles as bad:
        return [str(fault) for fault in bad.faults]


@pytest.mark.parametrize("name", ["familles", "enfants", "inscriptions"])
def test_an_empty_list_beside_others_is_one_fault(tmp_path: Path, name: str) -> None:
    (fault,) = said_of(a_folder(tmp_path, **{name: TITLES[name]}))
    assert fault == (
        f"{name}.csv:1: la liste est vide, mais d'autres listes en ont besoin ; attendu : des lignes sous les titres"
    )


def test_no_bookings_and_a_town_without_families_are_right(tmp_path: Path) -> None:
    assert said_of(a_folder(tmp_path / "a", reservations=TITLES["reservations"])) == []
    assert said_of(a_folder(tmp_path / "b", **TITLES)) == []
    assert said_of(a_folder(tmp_path / "c", **{**TITLES, "familles": LISTS["familles.csv"]})) == []


@pytest.mark.parametrize("above", ["Export du 12/11/2026\n", "Export du 12/11/2026;;;\n", "Liste des familles\n\n"])
def test_a_line_above_the_titles_is_one_fault(tmp_path: Path, above: str) -> None:
    (fault,) = said_of(a_folder(tmp_path, familles=above + LISTS["familles.csv"]))
    said, titles = fault.removesuffix(" sur la première ligne").split("attendu : les titres ")
    assert said == "familles.csv:1: une ligne est au-dessus des titres ; "
    assert set(titles.split(", ")) >= set(TITLES["familles"].strip().split(";"))
