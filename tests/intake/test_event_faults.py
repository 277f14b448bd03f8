"""An import of credit notes and cancellations that ends, or that AWS fails, at any of its calls: run again, each event
is there once, and the journal has each of its lines once."""

from datetime import date
from pathlib import Path

from chalicelib.rules.book import BookHead, EntryKind, broken_links
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.points import PointKind
from tests.faults import SEVERAL, Case, survives
from tests.intake.folder import a_folder
from tests.intake.import_desk import RUN_AGAIN, Desk, loaded
from tests.intake.test_import_faults import F2, LISTED

FIRST, NOTE, CANCELLED, DEBITED = (InvoiceNumber(f"2026-026-00033{n}") for n in (5, 6, 7, 8))
HEADS = "numero;famille;emise_le;echeance;libelle;regie;total;reference;etat;facture_corrigee;moyen\n"
LINES = "facture;quoi;enfant;quantite;prix_unitaire;montant\n"
PAID = f"facture;payeur;date;montant;moyen\n{CANCELLED};Camille PETIT;2026-11-20;6,00;cheque\n"


def a_row(number: str, total: str, state: str = "", corrects: str = "", means: str = "") -> str:
    reference = f"2026-T5-00-26000{number[-3:]}"
    return f"{number};f-2;2026-10-31;2026-11-30;CANTINE;R;{total};{reference};{state};{corrects};{means}\n"


def the_month(folder: Path) -> None:
    factures = HEADS + a_row(FIRST, "10,00") + a_row(CANCELLED, "6,00")
    lignes = f"{LINES}{FIRST};Repas;Noé;1;10;10\n{CANCELLED};Garderie;Noé;1;6;6\n"
    a_folder(folder, **LISTED, factures=factures, lignes=lignes, reglements=PAID)


def its_events(desk: Desk) -> None:
    factures = HEADS + a_row(NOTE, "-4,24", "", FIRST) + a_row(CANCELLED, "6,00", "annulee")
    factures += a_row(DEBITED, "8,00", "", "", "prelevement")
    lignes = f"{LINES}{NOTE};Repas;Noé;-2;2,12;-4,24\n{CANCELLED};Garderie;Noé;1;6;6\n{DEBITED};Étude;Noé;3;2,67;8,00\n"
    a_folder(desk.folder, **LISTED, factures=factures, lignes=lignes, reglements=PAID)


def happened_once(desk: Desk) -> None:
    ports = desk.run.invoice_import
    invoices = {invoice.number: invoice for invoice in ports.invoices.of(F2)}
    assert (invoices[FIRST].remaining, invoices[NOTE].overpaid, invoices[NOTE].remaining) == (576, 0, 0)
    assert [len(invoices[number].payments) for number in (FIRST, NOTE, CANCELLED)] == [1, 1, 1]
    assert (invoices[CANCELLED].cancelled_on, invoices[CANCELLED].overpaid) == (date(2026, 11, 23), 600)
    assert (invoices[DEBITED].means, invoices[DEBITED].total) == (Means.DIRECT_DEBIT, 800)
    lines = list(ports.book.lines(date(2026, 11, 1)))
    assert list(broken_links(lines, BookHead(2026))) == []
    told = [(line.entry.kind, line.entry.invoice, line.entry.amount) for line in lines]
    assert [one for one in told if one[0] is not EntryKind.PAYMENT] == [
        (EntryKind.DECISION, CANCELLED, 0),
        (EntryKind.CREDIT, NOTE, -424),
        (EntryKind.CREDIT, FIRST, 424),
    ]
    [point] = ports.book.points()
    assert (point.kind, point.invoice, point.received) == (PointKind.OVERPAID, CANCELLED, 600)


def test_importing_events_of_invoices_survives_every_fault(tmp_path: Path) -> None:
    fresh = loaded(tmp_path / "town", "lundi 2026-11-23 08:00", the_month, its_events)
    tried = survives(
        Case(fresh=fresh, run=Desk.load, recover=Desk.load, check=happened_once, ways=SEVERAL, next=RUN_AGAIN)
    )
    assert {fault.way for fault in tried} == set(SEVERAL)
