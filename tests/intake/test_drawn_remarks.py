"""A name that no font can draw whole is taken, and its row is remarked; names in other alphabets are drawn."""

from pathlib import Path

from tests.intake.folder import LISTS, TOWN, a_folder
from tests.intake.people.test_list_remarks import remarks_of

PAYING = TOWN.replace("[ecoles]", '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\nmoyens = []\n\n[ecoles]')
INVOICES = "\n".join(
    (
        "numero;famille;emise_le;echeance;libelle;regie;total;reference",
        "2026-026-000335;f-1;31/10/2026;30/11/2026;CANTINE;R;10,00;",
    )
)


def lines_with(*children: str) -> str:
    rows = [f"2026-026-000335;Repas;{child};1;{10 // len(children)},00;{10 // len(children)},00" for child in children]
    return "\n".join(["facture;quoi;enfant;quantite;prix_unitaire;montant", *rows])


def test_letters_of_every_script_that_a_font_has_need_no_remark(tmp_path: Path) -> None:
    lines = lines_with("Đặng Thị Ngọc", "Анна Γιώργος", "محمد", "שלום", "Ștefan")
    folder = a_folder(tmp_path, town=PAYING, factures=INVOICES, lignes=lines)
    assert not [line for line in remarks_of(folder) if "police" in line]


def test_a_name_that_no_font_has_whole_is_remarked_with_its_row(tmp_path: Path) -> None:
    families = LISTS["familles.csv"].replace("Jamie BOND", "Jamie BOND 🎈")
    folder = a_folder(
        tmp_path, town=PAYING, familles=families, factures=INVOICES, lignes=lines_with("Zoé", "李小龙 Li")
    )
    found = [line for line in remarks_of(folder) if "police" in line]
    assert [line.partition(" :")[0].partition(": ")[0] for line in found] == ["familles.csv:2", "lignes.csv:3"]
    assert "« 李小龙 Li » : aucune police des documents n'a « 李, 小, 龙 », un carré □ est imprimé" in found[1]
