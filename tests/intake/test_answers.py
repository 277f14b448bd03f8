"""The four answers of an import, by kinds of input: its exit status, and the words that its clerk reads."""

import io
from pathlib import Path

import pytest

from chalicelib.commands.import_town import DONE, FAULTY, NOT_DONE, main
from tests.intake.folder import LISTS, TOWN, a_folder, town_with, with_line

PAID = TOWN.replace("[ecoles]", '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\nmoyens = []\n\n[ecoles]')
WEEK = 'semaine-scolaire = ["lundi", "mardi", "jeudi", "vendredi"]'
EVE = 'reserver = "la veille à 10:00"'
CHILDREN = LISTS["enfants.csv"]
INVOICES = "numero;famille;emise_le;echeance;libelle;regie;total\n"
LINES = "facture;quoi;enfant;quantite;prix_unitaire;montant\n"
CASES: list[tuple[str, dict[str, str], int, str]] = [
    ("a spreadsheet's codes", with_line("familles", "f-3;X;1,23457E+11;"), FAULTY, "a été réécrit par un tableur"),
    ("one code for two families", with_line("familles", "f-3;X;goldeneye-7;"), FAULTY, "est déjà celui de la famille"),
    ("dots for a code", with_line("familles", "f-3;X;........;"), FAULTY, "a moins de 8 lettres et chiffres"),
    ("accents encoded twice", with_line("familles", "f-3;NoÃ©mie;PEUPLIER44;"), FAULTY, "encodés deux fois"),
    ("a total", with_line("familles", "Total;3 payeurs;00000003;"), FAULTY, "est une ligne de total"),
    ("titles twice", with_line("familles", "identifiant;payeur;code_payeur;email"), FAULTY, "là une deuxième fois"),
    ("a needed title is missing", {"enfants": CHILDREN.replace("ecole", "site")}, FAULTY, "la colonne « ecole »"),
    ("an unknown title", {"enfants": CHILDREN.replace("classe", "niveau")}, DONE, "« niveau » n'est pas lue"),
    ("tabs", {"enfants": CHILDREN.replace(";", "\t")}, FAULTY, "séparées par des tabulations"),
    ("the end of DOS", {"enfants": CHILDREN + "\x1a"}, FAULTY, "(Ctrl-Z)"),
    ("swapped names", {"enfants": CHILDREN.replace("prenom;nom", "nom;prenom")}, DONE, "semblent échangées"),
    ("never open", {"town": TOWN.replace(WEEK, "", 1)}, DONE, "n'est ouverte aucun jour"),
    ("no places", {"town": town_with(places="places = 0"), "reservations": LISTS["reservations.csv"].splitlines()[0]},
     DONE, "« places = 0 »"),
    ("a Sunday", {"town": TOWN + 'fermetures = [{ motif = "G", jour = 2026-11-29 }]\n'}, DONE, "ne ferme rien"),
    ("a useless row", {"town": TOWN.replace(EVE, 'reserver = { lundi = "jeudi 10:00", mardi = "jeudi 10:00", '
     'jeudi = "mardi 10:00", vendredi = "mardi 10:00", mercredi = "mardi 10:00" }')}, DONE, "délai pour « mercredi »"),
    ("periods overlap", {"town": TOWN.replace(EVE, EVE + "\nperiodes = [{ du = 2026-12-01, au = 2026-12-18 }, "
     "{ du = 2026-12-10, au = 2026-12-31 }]")}, DONE, "se chevauchent"),
    ("not offered", {"town": town_with(places='places = 1\necoles = ["mallerin"]')}, DONE, "ne propose pas"),
    ("booked on a closed day", with_line("reservations", "f-1;c-7;cantine;2026-12-25;;mairie;2026-11-02"), DONE,
     "réservé un jour fermé"),
    ("beyond the places", with_line("reservations", "f-2;c-9;mercredi;2026-12-02;;mairie;2026-11-04"), NOT_DONE,
     "dépasse ses places"),
    ("a credit note", {"town": PAID, "factures": INVOICES + "2026-026-000336;f-1;31/10/2026;30/11/2026;A;R;-4,24\n",
     "lignes": LINES + "2026-026-000336;Repas;James;-2;2,12;-4,24\n"}, DONE, "Aucune erreur"),
    ("a correction of a positive total", {"town": PAID, "factures": INVOICES.replace("total", "total;facture_corrigee")
     + "2026-026-000336;f-1;31/10/2026;30/11/2026;A;R;4,24;2026-026-000335\n",
     "lignes": LINES + "2026-026-000336;Repas;James;2;2,12;4,24\n"}, NOT_DONE, "et son total est"),
    ("an odd line", {"town": PAID, "factures": INVOICES + "2026-026-000336;f-1;31/10/2026;30/11/2026;A;R;9,24\n",
     "lignes": LINES + "2026-026-000336;Repas;James;2;2,12;9,24\n"}, DONE, "2 × 2,12"),
    ("a ligature", {"town": TOWN.replace('prevert = "PRÉVERT"', 'prevert = "SACRÉ-CŒUR"'),
     "enfants": CHILDREN.replace("Prévert", "SACRE-COEUR")}, DONE, "Aucune erreur"),
    ("a letter", {"town": PAID, "factures": INVOICES.replace("total", "total;reference")
     + "F2026-0012;f-1;31/10/2026;30/11/2026;A;R;4,24;2026-T5-00-12\n",
     "lignes": LINES + "F2026-0012;Repas;James;2;2,12;4,24\n"}, DONE, "Aucune erreur"),
]  # fmt: skip


def checked(folder: Path) -> tuple[int, str]:
    """Exit status of the check, and what it printed."""
    out, error = io.StringIO(), io.StringIO()
    status = main([str(folder), "--verifier"], {"DEMO_NOW": "2026-11-23T08:00"}, out, error)
    return status, out.getvalue() + error.getvalue()


@pytest.mark.parametrize(("lists", "status", "said"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_each_kind_has_its_answer(tmp_path: Path, lists: dict[str, str], status: int, said: str) -> None:
    found, text = checked(a_folder(tmp_path, **lists))
    assert (found, said in text) == (status, True), text
    last = text.splitlines()[-1]
    assert last.startswith(("À faire : ", "Aucune erreur"))


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "utf-16-le", "utf-16"])
def test_other_bytes_are_a_fault_that_says_what_they_are(tmp_path: Path, encoding: str) -> None:
    folder = a_folder(tmp_path)
    (folder / "enfants.csv").write_bytes(CHILDREN.encode(encoding))
    status, text = checked(folder)
    assert (status, text.startswith("enfants.csv:")) == (FAULTY, True)
    assert " ; attendu : " in text.splitlines()[0]


def test_a_renamed_workbook_is_a_fault_that_says_so(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "enfants.csv").write_bytes(b"PK\x03\x04" + bytes(200))
    status, text = checked(folder)
    assert status == FAULTY
    assert "est un classeur (.xlsx, .ods)" in text
