"""``[facturation]``: the columns and the words of the town's billing software, and what can be wrong with them."""

from pathlib import Path

import pytest

from chalicelib.rules.billing import FACTS, Billing, BillingCode
from tests.intake.folder import TOWN, a_folder
from tests.intake.town.test_town_file import read, right

WORDS = """
[facturation]
colonnes = { "Code famille" = "payeur", "Date" = "jour", "Qté" = "quantite" }
codes = { hors-delai = "HD", annule-mairie = "GREVE" }
"""


def test_a_town_maps_its_columns_and_its_codes(tmp_path: Path) -> None:
    billing = right(a_folder(tmp_path, town=TOWN + WORDS)).billing
    assert billing.columns == (("Code famille", "payeur"), ("Date", "jour"), ("Qté", "quantite"))
    assert billing.word(BillingCode.LATE) == "HD"
    assert billing.word(BillingCode.ON_TIME) == "à l'heure"


def test_a_town_that_says_nothing_has_the_usual_file(tmp_path: Path) -> None:
    assert right(a_folder(tmp_path)).billing == Billing()
    assert {fact for _, fact in Billing().columns} <= set(FACTS)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('colonnes = { "Qté" = "quantité" }', "vouliez-vous dire « quantite » ?"),
        ('colonnes = { "Qté" = "" }', "est vide"),
        ('colonnes = { " " = "jour" }', "attendu : un titre de 60 signes au plus"),
        ("colonnes = {}", "aucune colonne"),
        ('codes = { tard = "HD" }', "« tard » n'est pas connu"),
        ("codes = { hors-delai = 3 }", "n'est pas de la bonne forme"),
        ('colones = "x"', "« colones » n'est pas connu"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, written: str, said: str) -> None:
    _, faults = read(a_folder(tmp_path, town=f"{TOWN}\n[facturation]\n{written}\n"))
    assert any(said in fault for fault in faults), faults
