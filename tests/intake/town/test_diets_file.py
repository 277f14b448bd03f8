"""``[regimes]`` of town.toml."""

from pathlib import Path

import pytest

from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from tests.clock import day
from tests.intake.folder import TOWN, a_folder


def faults_of(folder: Path, regimes: str) -> list[str]:
    faults = Faults()
    read_town(a_folder(folder, town=f"{TOWN}\n[regimes]\n{regimes}\n"), faults, day("lundi 2026-11-23"))
    return [str(fault).partition(": ")[2] for fault in faults]


@pytest.mark.parametrize(
    ("regimes", "said"),
    [
        ('sans_porc = "Sans porc"', "l'identifiant « sans_porc » n'est pas valable ; attendu : minuscules"),
        ('sans-porc = ""', "« sans-porc » est vide"),
        ("sans-porc = true", "« sans-porc » n'est pas de la bonne forme ; attendu : un texte entre guillemets"),
        ('a = "Sans porc"\nb = "SANS PORC"', "deux régimes portent le nom « Sans porc »"),
    ],
)
def test_a_wrong_diet_is_said(tmp_path: Path, regimes: str, said: str) -> None:
    faults = faults_of(tmp_path, regimes)
    assert faults
    assert said in faults[0]


def test_a_town_may_have_no_diets(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "") == []
