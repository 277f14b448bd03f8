"""An import that is killed, or that AWS fails, at any of its calls: run again, it ends as if nothing had happened."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, InvoiceNumber
from chalicelib.rules.planning import PlaceKey, Slot
from chalicelib.services.keyed_hashes import login_key, secret_of
from tests.builders import a_town
from tests.faults import SEVERAL, Case, Way, survives
from tests.intake.folder import LISTS, a_folder, town_with
from tests.intake.import_desk import PDFS, PEPPER, RUN_AGAIN, Desk, PlainPaper, loaded

F2 = FamilyId("f-2")
DAY = date(2026, 12, 2)
KEY = PlaceKey(DAY, ActivityId("mercredi"))
SLOT = Slot(ChildId("c-9"), ActivityId("mercredi"), DAY)


def only_the_second_family(name: str) -> str:
    title, *lines = LISTS[f"{name}.csv"].splitlines(keepends=True)
    return title + "".join(line for line in lines if "f-2" in line or "c-9" in line)


LISTED = {name: only_the_second_family(name) for name in ("familles", "enfants", "inscriptions", "reservations")}
BOOKED = "f-2;c-9;mercredi;2026-12-02;;mairie;2026-11-03\n"


def change_everything(desk: Desk) -> None:
    """Another colour, another name and code for the family, one more booking of a limited activity."""
    a_folder(
        desk.folder,
        **{
            **LISTED,
            "town": town_with(couleur='couleur = "#112233"'),
            "familles": LISTED["familles"].replace("Camille PETIT;CERISIER22", "Camille GRAND;POMMIER333"),
            "reservations": LISTED["reservations"] + BOOKED,
        },
    )


def check(desk: Desk) -> None:
    store = desk.store
    family = store.family_items([F2])[F2]
    assert family.payer == "Camille GRAND"
    assert family.session_epoch >= 1, "who signed in with the old code is signed out"
    ((key, login),) = store.logins()
    assert key == login_key(PEPPER, "009")
    assert login.secret == secret_of(PEPPER, "POMMIER333", login.salt), "the new code opens, and it alone"
    assert store.plannings.booked(F2, DAY, DAY) == {SLOT}
    assert [wish.slot for entry in store.journal_of(F2) for wish in entry.changes] == [SLOT]
    assert store.plannings.taken([KEY]) == {KEY: 1}
    town = store.current_town()
    assert town is not None
    assert town.colour == "#112233"


def quick_hash(secret: bytes, salt: bytes) -> bytes:
    return hashlib.sha256(salt + secret).digest()


def same_salts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same in every run, so that two faults can leave the same behind."""
    monkeypatch.setattr("chalicelib.intake.people.logins.secrets.token_hex", lambda: "5a17")
    monkeypatch.setattr("chalicelib.intake.people.stamps.secrets.token_bytes", bytes)


def test_an_import_survives_every_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One hash takes 43 ms and there are hundreds of runs: the faults do not depend on how slow it is.
    monkeypatch.setattr("chalicelib.services.keyed_hashes.slow_hash", quick_hash)
    monkeypatch.setattr("chalicelib.intake.people.stamps.slow_hash", quick_hash)
    same_salts(monkeypatch)

    def first(folder: Path) -> None:
        a_folder(folder, **LISTED)

    fresh = loaded(tmp_path / "town", "lundi 2026-11-23 08:00", first, change_everything)
    tried = survives(
        Case(fresh=fresh, run=Desk.load, recover=Desk.load_and_again_tomorrow, check=check, next=RUN_AGAIN)
    )
    assert {fault.way for fault in tried} == set(Way)
    assert {fault.call for fault in tried} >= {
        "dynamodb:BatchWriteItem",
        "dynamodb:TransactWriteItems",
        "dynamodb:Scan",
    }


SHORT = {"dernier-jour": "dernier-jour = 2026-12-03"}
UNLIMITED = town_with(places="", **SHORT)
LIMITED = town_with(**SHORT)


def test_counting_places_again_survives_every_fault(tmp_path: Path) -> None:
    """The booking came before the limit: whatever fails while it is counted, it ends up in the counter, once."""
    booked = {**LISTED, "reservations": LISTED["reservations"] + BOOKED}

    def first(folder: Path) -> None:
        a_folder(folder, town=UNLIMITED, **booked)

    def then(desk: Desk) -> None:
        assert desk.store.plannings.taken([KEY]) == {KEY: 0}
        a_folder(desk.folder, town=LIMITED, **booked)

    fresh = loaded(tmp_path / "town", "mardi 2026-12-01 08:00", first, then)

    def counted_once(desk: Desk) -> None:
        assert desk.store.plannings.taken([KEY]) == {KEY: 1}
        assert not desk.store.recount_asked()

    survives(Case(fresh=fresh, run=Desk.load, recover=Desk.load, check=counted_once, ways=SEVERAL, next=RUN_AGAIN))


TITLES = {
    "factures": "numero;famille;emise_le;echeance;libelle;regie;total;reference\n",
    "lignes": "facture;quoi;enfant;quantite;prix_unitaire;montant\n",
    "reglements": "facture;payeur;date;montant;moyen\n",
}
BILLED = {
    "factures": TITLES["factures"]
    + "2026-026-000335;f-2;2026-10-31;2026-11-30;CANTINE;RÉGIE;4,24;2026-T5-00-26000335\n"
    + "2026-026-000336;f-2;2026-10-31;2026-11-30;GARDERIE;RÉGIE;6,00;2026-T5-00-26000336\n",
    "lignes": TITLES["lignes"] + "2026-026-000335;Repas;Noé;2;2,12;4,24\n2026-026-000336;Garderie;Noé;1;6;6\n",
    "reglements": TITLES["reglements"] + "2026-026-000336;Camille PETIT;2026-11-20;6,50;cheque\n",
}


def test_importing_invoices_survives_every_fault(tmp_path: Path) -> None:
    """One corrected, one new and paid too much: whatever fails, each is there once, with its PDF and its payment."""

    def first(folder: Path) -> None:
        lists = {name: title for name, title in TITLES.items() if name == "reglements"}
        lines = TITLES["lignes"] + "2026-026-000335;Repas;Noé;2;2,12;4,24\n"
        wrong_label = "".join(BILLED["factures"].splitlines(keepends=True)[:2]).replace("CANTINE", "CANTIN")
        a_folder(folder, **LISTED, **lists, factures=wrong_label, lignes=lines)

    def then(desk: Desk) -> None:
        a_folder(desk.folder, **LISTED, **BILLED)

    fresh = loaded(tmp_path / "town", "lundi 2026-11-23 08:00", first, then)

    def billed_once(desk: Desk) -> None:
        invoices = {invoice.number: invoice for invoice in desk.run.invoice_import.invoices.of(F2)}
        assert len(invoices) == 2
        first, second = (invoices[InvoiceNumber(f"2026-026-00033{n}")] for n in (5, 6))
        assert (first.label, first.total, first.paid) == ("CANTINE", 424, 0)
        assert (second.paid, second.overpaid, len(second.payments)) == (650, 50, 1)
        for invoice in (first, second):
            lines = desk.run.invoice_import.invoices.lines(F2, invoice.number)
            assert sum(line.amount for line in lines) == invoice.total
            paper = PlainPaper().render(invoice, lines, desk.store.family_items([F2])[F2], a_town())
            assert invoice.pdf_bytes == len(paper)
            stored = PDFS.client().get_object(Bucket=PDFS.bucket, Key=f"factures/{F2}/{invoice.number}.pdf")
            assert stored["Body"].read() == paper
        waiting = [invoice.number for invoice in desk.run.invoice_import.invoices.to_notify(10)]
        assert sorted(waiting) == sorted(invoices)

    tried = survives(
        Case(fresh=fresh, run=Desk.load, recover=Desk.load, check=billed_once, ways=SEVERAL, next=RUN_AGAIN)
    )
    assert {fault.call for fault in tried} >= {"s3:PutObject", "dynamodb:TransactWriteItems"}
