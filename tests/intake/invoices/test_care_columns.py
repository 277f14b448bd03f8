"""What lignes.csv says of child care: its columns are kept, and what nobody can tell is remarked."""

from pathlib import Path

import pytest

from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import validated
from chalicelib.rules.ids import ActivityId, ChildId
from tests.intake.folder import a_folder
from tests.intake.invoices.desk import F1, HEADS, NOW, NUMBER, PAYING, Desk

CARE = PAYING.replace("places = 1", "places = 1\ngarde = true")
HEAD = f"{NUMBER};f-1;2026-10-31;30/11/2026;MERCREDIS D'OCTOBRE;RÉGIE;10,00;\n"
WITH_COLUMNS = "facture;quoi;enfant;quantite;prix_unitaire;montant;activite;identifiant_enfant;jours\n"
WITHOUT = "facture;quoi;enfant;quantite;prix_unitaire;montant\n"
DOES_NOT_COUNT = "ne compte pas pour l'attestation fiscale"


def remarks_of(at: Path, line: str, *, head: str = WITH_COLUMNS, town: str = CARE) -> list[str]:
    folder = a_folder(at, town=town, factures=HEADS + HEAD, lignes=f"{head}{NUMBER};{line}\n")
    with validated(folder, NOW, Silence()) as files:
        return [said.strip() for said in files.remarks.lines() if "lignes.csv" in said]


def test_the_columns_are_kept_with_their_line(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    line = f"{NUMBER};Mercredis;James;2;5,00;10,00;Accueil du mercredi;c-7;7 et 14 octobre\n"
    files = {"town": CARE, "factures": HEADS + HEAD, "lignes": WITH_COLUMNS + line}
    desk.load(**files)
    [kept] = desk.invoices.lines(F1, NUMBER)
    assert (kept.activity, kept.child_id, kept.days) == (ActivityId("mercredi"), ChildId("c-7"), "7 et 14 octobre")
    assert desk.load(**files).nothing_changed


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Mercredis;?;1;10,00;10,00;mercredi;c-7;", id="it says both"),
        pytest.param("Accueil du mercredi, octobre 2026;James;1;10,00;10,00;;;", id="names"),
        pytest.param("Repas;James;1;10,00;10,00;cantine;;", id="a meal"),
        pytest.param("Cantine;Zoé;1;10,00;10,00;;;", id="a meal of nobody"),
    ],
)
def test_a_line_that_everybody_understands_has_no_remark(tmp_path: Path, line: str) -> None:
    assert remarks_of(tmp_path, line) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            "Mercredis;James;1;10,00;10,00;mercredis;c-7;", "l'activité « mercredis » n'existe pas", id="slug"
        ),
        pytest.param("Mercredis;James;1;10,00;10,00;Divers !;c-7;", "l'activité « divers » n'existe pas", id="no slug"),
        pytest.param(
            "Mercredis;James;1;10,00;10,00;mercredi;c-9;", "l'enfant « c-9 » n'est pas de la famille", id="id"
        ),
        pytest.param("Pénalité;James;1;10,00;10,00;;;", "« Pénalité » n'est le nom d'aucune activité", id="a penalty"),
        pytest.param("Accueil du mercredi;Bond;1;10,00;10,00;;;", "« Bond » n'est pas un enfant", id="two children"),
        pytest.param("Accueil du mercredi;;1;10,00;10,00;;;", "l'enfant n'est pas dit", id="no child"),
    ],
)
def test_a_line_that_nobody_can_tell_does_not_count_and_that_is_remarked(tmp_path: Path, line: str, said: str) -> None:
    [remark] = remarks_of(tmp_path, line)
    assert remark.startswith("lignes.csv:2: ")
    assert said in remark
    assert DOES_NOT_COUNT in remark


def test_a_town_without_child_care_hears_nothing_of_it(tmp_path: Path) -> None:
    assert remarks_of(tmp_path, "Pénalité;James;1;10,00;10,00", head=WITHOUT, town=PAYING) == []


def test_an_activity_that_is_a_meal_too_is_remarked(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, town=PAYING.replace("repas = true", "repas = true\ngarde = true"))
    with validated(folder, NOW, Silence()) as files:
        [said] = [line.strip() for line in files.remarks.lines() if "garde" in line]
    assert "« garde » et « repas »" in said
    assert said.startswith("town.toml:")
