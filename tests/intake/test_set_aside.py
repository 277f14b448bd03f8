"""Rows that are right and cannot be taken: they wait with their reason, and the rest is done."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.commands.import_town import NOT_DONE, main
from tests.intake.folder import LISTS, TOWN, a_folder, town_with
from tests.intake.living import F1, LivingTown, quick_hashes

PAID = TOWN.replace("[ecoles]", '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\nmoyens = []\n\n[ecoles]')
NO_NOTE = {
    "town": PAID,
    "factures": "numero;famille;emise_le;echeance;libelle;regie;total;facture_corrigee\n"
    "2026-026-000335;f-1;31/10/2026;30/11/2026;CANTINE;R;10,00;\n"
    "2026-026-000336;f-1;31/10/2026;30/11/2026;CANTINE;R;4,24;2026-026-000335\n",
    "lignes": "facture;quoi;enfant;quantite;prix_unitaire;montant\n"
    "2026-026-000335;Repas;James;1;10,00;10,00\n2026-026-000336;Repas;James;2;2,12;4,24\n",
}
SAID = "factures.csv:3: la facture « 2026-026-000336 » corrige « 2026-026-000335 » et son total est 4,24\u202f€"


@pytest.fixture(autouse=True, scope="module")
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture
def town() -> LivingTown:
    return LivingTown()


def test_an_invoice_that_corrects_another_waits_and_the_good_invoice_is_taken(town: LivingTown, tmp_path: Path) -> None:
    for _ in range(2):
        report = town.load(a_folder(tmp_path, **NO_NOTE))
        assert str(report.waiting[0]).replace("\xa0", "\u202f").startswith(SAID)
        assert len(report.waiting) == 1
        assert not report.all_taken
        assert report.lines()[-1].startswith("À faire : corriger les lignes à revoir")
    assert [invoice.number for invoice in town.invoices.of(F1)] == ["2026-026-000335"]


def test_what_belongs_to_a_waiting_invoice_waits_too(town: LivingTown, tmp_path: Path) -> None:
    payments = "facture;payeur;date;montant;moyen\n2026-026-000336;X;02/11/2026;4,24;cheque\n"
    folder = a_folder(tmp_path, **NO_NOTE, reglements=payments)
    (folder / "pdf").mkdir()
    (folder / "pdf" / "2026-026-000336.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    waiting = [str(one.where) for one in town.load(folder).waiting]
    assert waiting == ["factures.csv:3", "reglements.csv:2"]


@pytest.mark.parametrize(
    ("lists", "title", "line"),
    [
        (NO_NOTE, "1 ligne mise de côté, que le portail ne peut pas prendre :", "factures.csv:3: "),
        (
            {"reservations": LISTS["reservations.csv"] + "f-2;c-9;mercredi;2026-12-02;;mairie;2026-11-04\n"},
            "1 ligne mise de côté, que le portail ne peut pas prendre :",
            "reservations.csv:5: « mercredi » dépasse ses places",
        ),
    ],
)
def test_the_check_alone_says_what_would_wait(tmp_path: Path, lists: dict[str, str], title: str, line: str) -> None:
    out, error = io.StringIO(), io.StringIO()
    folder = str(a_folder(tmp_path, **lists))
    assert main([folder, "--verifier"], {"DEMO_NOW": "2026-11-23T08:00"}, out, error) == NOT_DONE
    said = out.getvalue().splitlines()
    assert said[1] == title
    assert said[2].strip().startswith(line)
    assert said[-1] == "À faire : corriger les lignes qui attendraient, ou importer le reste."


@given(rows=st.permutations(range(6)), places=st.integers(0, 7))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_never_more_than_the_places_whatever_the_order(tmp_path: Path, rows: list[int], places: int) -> None:
    town = LivingTown()
    folder = a_folder(
        tmp_path,
        town=town_with(places=f"places = {places}"),
        familles="identifiant;payeur;code_payeur\n" + "".join(f"f-{n};X;PEUPLIER{n}{n}\n" for n in range(10, 16)),
        enfants="identifiant;famille;code_enfant;prenom;nom;ecole\n"
        + "".join(f"c-{n};f-{n};{n};A;B;mallerin\n" for n in range(10, 16)),
        inscriptions="enfant;activite\n" + "".join(f"c-{n};mercredi\n" for n in range(10, 16)),
        reservations=LISTS["reservations.csv"].splitlines(keepends=True)[0]
        + "".join(f"f-1{n};c-1{n};mercredi;2026-12-02;;mairie;2026-11-0{n + 1}\n" for n in rows),
    )
    for again in (False, True):
        report = town.load(folder)
        assert town.taken("mercredi", "mercredi 2026-12-02") == min(6, places)
        assert len(report.refused) == max(0, 6 - places)
        assert report.nothing_changed or not again
    assert all("attendu : plus de « places »" in one.text for one in report.refused)
