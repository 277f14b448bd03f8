"""``[attestation]`` of town.toml: who signs tax certificates."""

from pathlib import Path

import pytest

from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from chalicelib.rules.town import CertificateFacts, Town
from tests.clock import day
from tests.intake.folder import TOWN, a_folder


def read(folder: Path, said: str) -> tuple[Town | None, list[str]]:
    faults = Faults()
    town = read_town(a_folder(folder, town=f"{TOWN}\n{said}\n"), faults, day("lundi 2026-11-23"))
    return town, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        pytest.param(
            '[attestation]\nsignataire = "Anne MARTIN, maire"\nlieu = "Démo"',
            CertificateFacts("Anne MARTIN, maire", "Démo"),
            id="somebody, somewhere",
        ),
        pytest.param('[attestation]\nlieu = "Démo"', CertificateFacts(place="Démo"), id="somewhere"),
        pytest.param("", CertificateFacts(), id="nothing"),
    ],
)
def test_who_signs_and_where(tmp_path: Path, said: str, facts: CertificateFacts) -> None:
    town, faults = read(tmp_path, said)
    assert faults == []
    assert town is not None
    assert town.certificates == facts


def test_a_word_that_is_not_known_is_a_fault(tmp_path: Path) -> None:
    _, faults = read(tmp_path, '[attestation]\nsigne = "X"')
    assert any("signe" in fault for fault in faults)
