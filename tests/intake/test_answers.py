"""The four answers of an import, by kinds of input: its exit status, and the words that its clerk reads."""

import io
from pathlib import Path

import pytest

from chalicelib.commands.import_town import BRAKED, DONE, FAULTY, NOT_DONE, main
from chalicelib.intake.brakes import Braked
from tests.intake.folder import LISTS, TOWN, a_folder, town_with, with_line
from tests.intake.memory_portal import Portal

PAID = TOWN.replace("[ecoles]", '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\nmoyens = []\n\n[ecoles]')
WEEK = 'semaine-scolaire = ["lundi", "mardi", "jeudi", "vendredi"]'
EVE = 'reserver = "la veille à 10:00"'
CHILDREN = LISTS["enfants.csv"]
INVOICES = "numero;famille;emise_le;echeance;libelle;regie;total\n"
LINES = "facture;quoi;enfant;quantite;prix_unitaire;montant\n"
PAYMENTS = "facture;payeur;date;montant;moyen\n"
REFUNDS = "facture;date;montant;moyen;mandat;autorisation;motif\n"
DECISIONS = "point;date;decision;par;facture;montant;autorisation;motif\n"
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
    ("an even rounding", {"town": PAID, "factures": INVOICES + "2026-026-000336;f-1;31/10/2026;30/11/2026;A;R;4,25\n",
     "lignes": LINES + "2026-026-000336;Repas;James;3;1,42;4,25\n"}, DONE, "Aucune erreur"),
    ("lines that do not make the total", {"town": PAID, "factures": INVOICES
     + "2026-026-000336;f-1;31/10/2026;30/11/2026;A;R;9,24\n",
     "lignes": LINES + "2026-026-000336;Repas;James;2;2,12;4,24\n"}, FAULTY, "et ses lignes font 4,24"),
    ("a meal that is care", {"town": TOWN.replace("repas = true", "repas = true\ngarde = true")}, DONE,
     "« garde » et « repas »"),
    ("a warrant for two", {"town": PAID, "remboursements": REFUNDS + "2026-1;23/11/2026;1,00;virement;17;;\n"
     "2026-2;23/11/2026;1,00;virement;17;;\n"}, NOT_DONE, "déjà celui de la ligne 2"),
    ("a credit that names no note", {"town": PAID, "factures": INVOICES
     + "2026-026-000336;f-1;31/10/2026;30/11/2026;A;R;4,24\n",
     "lignes": LINES + "2026-026-000336;Repas;James;2;2,12;4,24\n",
     "reglements": PAYMENTS + "2026-026-000336;X;20/11/2026;4,24;avoir\n"}, NOT_DONE, "la référence est vide"),
    ("a decision unknown to us", {"town": PAID, "decisions": DECISIONS + "KTRBWF;23/11/2026;remise;P;;;;\n"}, FAULTY,
     "attendu : payee, non-payee, conservee"),
    ("a ligature", {"town": TOWN.replace('prevert = "PRÉVERT"', 'prevert = "SACRÉ-CŒUR"'),
     "enfants": CHILDREN.replace("Prévert", "SACRE-COEUR")}, DONE, "Aucune erreur"),
    ("a letter", {"town": PAID, "factures": INVOICES.replace("total", "total;reference")
     + "F2026-0012;f-1;31/10/2026;30/11/2026;A;R;4,24;2026-T5-00-12\n",
     "lignes": LINES + "F2026-0012;Repas;James;2;2,12;4,24\n"}, DONE, "Aucune erreur"),
]  # fmt: skip

BOTH = {
    "town": PAID,
    "factures": INVOICES + "2026-026-000335;f-1;31/10/2026;30/11/2026;A;R;10,00\n"
    "2026-026-000337;f-2;31/10/2026;30/11/2026;A;R;5,00\n",
    "lignes": LINES + "2026-026-000335;Repas;James;1;10,00;10,00\n2026-026-000337;Repas;Noé;1;5,00;5,00\n",
    "reglements": PAYMENTS + "2026-026-000335;X;20/11/2026;10,00;cheque\n2026-026-000335;Y;20/11/2026;10,00;cheque\n"
    "2026-026-000337;Z;20/11/2026;5,00;cheque\n",
}
"""Two invoices of two families, with their payments: one was paid twice."""
NOTES = INVOICES.replace("total", "total;facture_corrigee")
NOTE = "2026-026-000338;f-1;31/10/2026;30/11/2026;A;R;-4,00;2026-026-000335\n"
OF_A_NOTE = "2026-026-000339;f-1;31/10/2026;30/11/2026;A;R;-2,00;2026-026-000338\n"
PARTS = "2026-026-000338;Repas;James;-1;4,00;-4,00\n", "2026-026-000339;Repas;James;-1;2,00;-2,00\n"
LATER: list[tuple[str, dict[str, str], int, str]] = [
    ("a refund", {"remboursements": REFUNDS + "2026-026-000335;23/11/2026;10,00;virement;17;;\n"}, DONE,
     "Remboursements : 1 enregistré"),
    ("a refund too large", {"remboursements": REFUNDS + "2026-026-000335;23/11/2026;10,01;virement;17;;\n"}, NOT_DONE,
     "plus grand que ce qui est de trop"),
    ("a refund of nothing", {"remboursements": REFUNDS + "2026-026-000337;23/11/2026;5,00;virement;17;;\n"}, NOT_DONE,
     "n'a rien de trop"),
    ("a decision about no point", {"decisions": DECISIONS + "ktr bwf;23/11/2026;payee;Mme Petit;;;;\n"}, NOT_DONE,
     "aucun point ouvert n'a le code « KTRBWF »"),
    ("a note of a note", {"factures": NOTES + NOTE + OF_A_NOTE, "lignes": LINES + "".join(PARTS)}, NOT_DONE,
     "qui est elle-même un avoir"),
    ("a correction after a payment", {"factures": BOTH["factures"].replace(";10,00", ";8,00"),
     "lignes": BOTH["lignes"].replace(";10,00;10,00", ";8,00;8,00")}, NOT_DONE, "a un règlement et change"),
    ("a complete list without half of its payments", {"town": PAID + '\n[listes.reglements]\ncomplet = "oui"\n',
     "factures": BOTH["factures"], "lignes": BOTH["lignes"], "reglements": PAYMENTS}, BRAKED,
     "ne sont plus dans la liste complète"),
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


def imported(portal: Portal, folder: Path) -> tuple[int, str]:
    """Exit status of an import by the command, and what it says."""
    try:
        report = portal.load(folder)
    except Braked as braked:
        return BRAKED, "\n".join(braked.reasons)
    return DONE if report.all_taken else NOT_DONE, "\n".join(report.lines())


@pytest.mark.parametrize(("lists", "status", "said"), [pytest.param(*case[1:], id=case[0]) for case in LATER])
def test_each_kind_that_the_portal_knows_has_its_answer_again(
    tmp_path: Path, lists: dict[str, str], status: int, said: str
) -> None:
    portal = Portal()
    assert imported(portal, a_folder(tmp_path / "first", **BOTH))[0] == DONE
    folder = a_folder(tmp_path / "later", **{"town": PAID, **lists})
    found, text = imported(portal, folder)
    assert (found, said in text) == (status, True), text
    assert imported(portal, folder)[0] == status


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
