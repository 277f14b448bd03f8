"""``python -m chalicelib.commands codes``: words and exit status, and that no code is ever among the words."""

import io
import logging
from pathlib import Path

import pytest

from chalicelib.commands.french import MISUSED
from chalicelib.commands.make_codes import DONE, FAULTY, NOT_DONE, main
from chalicelib.intake.files.columns import COLUMNS
from chalicelib.intake.people.code_files import FamilyTable
from tests.intake.folder import LISTS, a_folder

PORTAL = ("--portail", "https://portail.ville.fr")
WITHOUT = {"familles": LISTS["familles.csv"].replace("CERISIER22", "").replace("GOLDENEYE7", "")}


def run(*arguments: str | Path, **environ: str) -> tuple[int, str, str]:
    out, error = io.StringIO(), io.StringIO()
    status = main([str(one) for one in arguments], {"DEMO_NOW": "2026-11-25T08:00", **environ}, out, error)
    return status, out.getvalue(), error.getvalue()


def test_what_was_made_is_told_without_a_code(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    with caplog.at_level(logging.DEBUG):
        status, out, error = run(folder, *PORTAL)
    (made,) = (folder / "codes").iterdir()
    assert made.name.startswith("2026-11-25-080")
    assert (status, error, out.splitlines()) == (
        DONE,
        "",
        [
            "Codes payeur faits : 2",
            "Lettres sans adresse, au nom du payeur seul : 2",
            f"Liste : {made}/familles.csv",
            f"Lettres : {made}/lettres.pdf",
            "À faire : mettre cette liste à la place de familles.csv.",
            "À faire : importer (make import), poster les lettres, garder ces fichiers sous clé : ils ont les codes.",
        ],
    )
    codes = list(FamilyTable.of(made / "familles.csv", COLUMNS["familles.csv"]).codes().values())
    assert len(codes) == 2
    assert not [code for code in codes if code in out or code in caplog.text]


def test_the_list_is_replaced_when_it_is_asked(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    status, out, _ = run(folder, *PORTAL, "--remplacer")
    assert (status, "familles.csv est remplacé" in out) == (DONE, True)
    assert run(folder, *PORTAL)[:2] == (DONE, "Chaque famille a un code payeur : rien à faire.\n")


def test_a_new_code_that_the_list_does_not_have_is_told(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    assert "Codes payeur faits : 1" in run(folder, *PORTAL, "--famille", "f-1")[1]
    assert "la famille « f-1 » n'a pas le code de sa dernière lettre" in run(folder, *PORTAL)[1]


def test_faults_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, familles=LISTS["familles.csv"].replace("CERISIER22", "12345678"))
    status, out, error = run(folder, *PORTAL)
    assert (status, out, (folder / "codes").exists()) == (FAULTY, "", False)
    assert "12345678" not in error
    assert error.splitlines()[-1] == "1 erreur : rien n'a été écrit."


@pytest.mark.parametrize("portal", ["", "portail.ville.fr", "https://"])
def test_letters_need_the_address_of_the_portal(tmp_path: Path, portal: str) -> None:
    status, _, error = run(a_folder(tmp_path, **WITHOUT), **({"PORTAL_ORIGIN": portal} if portal else {}))
    assert (status, "PORTAIL=https://…" in error) == (MISUSED, True)


def test_a_stage_knows_its_address(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    assert run(folder, PORTAL_ORIGIN="https://x.example", PORTAL_BASE_PATH="/api")[0] == DONE


def test_a_folder_is_needed(tmp_path: Path) -> None:
    assert run(tmp_path / "nowhere", *PORTAL)[0] == MISUSED


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    (folder / "codes").write_text("a file, where the folder should be")
    status, _, error = run(folder, *PORTAL)
    assert (status, "ne peut être ni lu ni écrit" in error) == (NOT_DONE, True)
