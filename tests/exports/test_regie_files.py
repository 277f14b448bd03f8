"""Journal, bordereau and reconciliation of a month, from its lines."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.exports.bank_days import bank_days_file, bank_days_name
from chalicelib.exports.journal_file import HEADS, journal_file, journal_name
from chalicelib.exports.slip import slip_name, slip_rows, tally
from chalicelib.exports.slip_file import slip_file, slip_sheet
from chalicelib.rules.book import BookLine, Closing, EntryKind
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.products import UNKNOWN, shared
from tests.clock import paris
from tests.exports.lines import an_entry, lines_of
from tests.exports.reading import cells_of

NOVEMBER = date(2026, 11, 1)
CLOSING = Closing(NOVEMBER, "Mme Roux, régisseuse", paris("mardi 2026-12-01 09:12"), 3, "ab", Cents(0))
CLOSED = "arrêté le 01/12/2026 à 09:12 par Mme Roux, régisseuse"


def halves(line: BookLine) -> Mapping[str, Cents]:
    return shared(line.entry.amount, {"Cantine": Cents(3), "Garderie": Cents(1)})


def nothing_known(line: BookLine) -> Mapping[str, Cents]:
    return {UNKNOWN: line.entry.amount}


def test_the_journal_tells_each_line_whole() -> None:
    (line,) = lines_of([an_entry(123_424)])
    heads, one = cells_of(b"".join(journal_file([line])))
    assert (journal_name(NOVEMBER), heads) == ("journal-2026-11.csv", list(HEADS))
    assert dict(zip(heads, one, strict=True)) == {
        "numero": "2026-000001",
        "ecrit_le": "23/11/2026 10:00:00",
        "date_recette": "22/11/2026",
        "date_banque": "22/11/2026 23:59",
        "regie": "REGIE PERISCOLAIRE",
        "exercice": "2013",
        "facture": "2013-026-000335",
        "reference": "2013-T5-00-26000335",
        "reference_transmise": "2013T50026000335",
        "famille": '="f-bond"',
        "payeur": "Jamie BOND",
        "nature": "paiement",
        "moyen": "carte bancaire en ligne",
        "montant": "1234,24",
        "autorisation": "3fd",
        "client": '="006382"',
        "idop": "idop-1",
        "saisie": "T",
        **dict.fromkeys(("reprend", "motif", "se_rapporte_a", "empreinte_precedente"), ""),
        "empreinte": line.hash,
    }


def test_a_line_says_what_it_takes_back_and_what_it_follows() -> None:
    taken_back: dict[str, Any] = {"letter": "V", "takes_back": "2026-000001", "reason": "=rejet"}
    elsewhere: dict[str, Any] = {"day": date(2026, 10, 30), "bank_at": None, "payer": "Trần Thị Hồng"}
    first, second = lines_of([an_entry(5), an_entry(-5, EntryKind.REVERSAL, **taken_back, **elsewhere)])
    heads, _, row = cells_of(b"".join(journal_file([first, second])))
    said = dict(zip(heads, row, strict=True))
    assert (said["nature"], said["moyen"], said["montant"]) == ("contre-passation", "prélèvement en ligne", "-0,05")
    assert (said["reprend"], said["motif"], said["se_rapporte_a"]) == ("2026-000001", '="=rejet"', '="10/2026"')
    assert (said["date_banque"], said["payeur"]) == ("", "Trần Thị Hồng")
    assert said["empreinte_precedente"] == first.hash


def test_the_bank_days_are_those_of_the_statement() -> None:
    lines = lines_of(
        [
            an_entry(500, day=date(2026, 11, 23)),
            an_entry(300),
            an_entry(200, letter="V"),
            an_entry(-200, EntryKind.REVERSAL, letter="V", takes_back="2026-000003", day=date(2026, 11, 25)),
            an_entry(999, EntryKind.UNCLASSIFIED),
            an_entry(-999, EntryKind.UNCLASSIFIED),
            an_entry(999),
            an_entry(-300, EntryKind.REFUND, means=Means.TRANSFER),
            an_entry(0, EntryKind.DECISION, means=None),
            an_entry(70, means=Means.CHEQUE, letter="", day=date(2026, 10, 31)),
        ]
    )
    assert bank_days_name(NOVEMBER) == "rapprochement-2026-11.csv"
    assert cells_of(b"".join(bank_days_file(lines, CLOSING))) == [
        ["date_banque", "moyen", "nombre", "brut", "dont_repris", "net", "arrete"],
        ["31/10/2026", "chèque", "1", "0,70", "0,00", "0,70", CLOSED],
        ["22/11/2026", "carte bancaire en ligne", "2", "12,99", "0,00", "12,99", CLOSED],
        ["22/11/2026", "prélèvement en ligne", "1", "2,00", "0,00", "2,00", CLOSED],
        ["23/11/2026", "carte bancaire en ligne", "1", "5,00", "0,00", "5,00", CLOSED],
        ["25/11/2026", "prélèvement en ligne", "0", "0,00", "-2,00", "-2,00", CLOSED],
        ["total", "", "5", "20,69", "-2,00", "18,69", CLOSED],
    ]


def test_the_slip_sums_up_means_and_products() -> None:
    before = tally(lines_of([an_entry(100), an_entry(50, means=Means.CASH)]), halves)
    lines = lines_of(
        [
            an_entry(10),
            an_entry(-5, EntryKind.REVERSAL),
            an_entry(7, regie="Cimetières"),
            an_entry(999, EntryKind.UNCLASSIFIED),
            an_entry(-3, EntryKind.REFUND, means=Means.TRANSFER),
            an_entry(-4, EntryKind.CREDIT, means=Means.CREDIT_NOTE),
            an_entry(0, EntryKind.DECISION, means=None),
        ]
    )
    rows = cells_of(b"".join(slip_file(slip_rows(tally(lines, halves), before), None)))
    regie, card, cash, open_month = "REGIE PERISCOLAIRE", "carte bancaire en ligne", "espèces", "mois non arrêté"
    assert rows == [
        ["ligne", "regie", "moyen", "produit", "nombre", "montant", "report", "total", "arrete"],
        ["produit", "Cimetières", card, "Cantine", "1", "0,05", "0,00", "0,05", open_month],
        ["produit", "Cimetières", card, "Garderie", "1", "0,02", "0,00", "0,02", open_month],
        ["total du moyen", "Cimetières", card, "", "1", "0,07", "0,00", "0,07", open_month],
        ["total de la régie", "Cimetières", "", "", "1", "0,07", "0,00", "0,07", open_month],
        ["produit", regie, card, "Cantine", "2", "0,04", "0,75", "0,79", open_month],
        ["produit", regie, card, "Garderie", "2", "0,01", "0,25", "0,26", open_month],
        ["total du moyen", regie, card, "", "2", "0,05", "1,00", "1,05", open_month],
        ["produit", regie, cash, "Cantine", "0", "0,00", "0,38", "0,38", open_month],
        ["produit", regie, cash, "Garderie", "0", "0,00", "0,12", "0,12", open_month],
        ["total du moyen", regie, cash, "", "0", "0,00", "0,50", "0,50", open_month],
        ["à classer", regie, card, "", "1", "9,99", "0,00", "9,99", open_month],
        ["total de la régie", regie, "", "", "3", "10,04", "1,50", "11,54", open_month],
        ["total", "", "", "", "4", "10,11", "1,50", "11,61", open_month],
        ["remboursement, pour mémoire", regie, "virement", "Cantine", "1", "-0,02", "0,00", "-0,02", open_month],
        ["remboursement, pour mémoire", regie, "virement", "Garderie", "1", "-0,01", "0,00", "-0,01", open_month],
    ]


def test_the_paper_has_a_table_for_each_regie_and_says_who_closed() -> None:
    lines = lines_of([an_entry(10), an_entry(7, regie="Cimetières"), an_entry(-1, EntryKind.REFUND)])
    sheet = slip_sheet(slip_rows(tally(lines, nothing_known), {}), NOVEMBER, CLOSING)
    assert (slip_name(NOVEMBER), sheet.title) == ("bordereau-2026-11", "Bordereau des recettes de 11/2026")
    assert sheet.closed == "Arrêté le 01/12/2026 à 09:12 par Mme Roux, régisseuse"
    assert [table.title for table in sheet.tables] == [
        *("Régie : Cimetières", "Régie : REGIE PERISCOLAIRE", "Toutes les régies"),
        "Remboursements, pour mémoire (dans aucun total)",
    ]
    first = sheet.tables[0]
    assert first.rows[0][:3] == ("carte bancaire en ligne", "produit inconnu", "1")
    assert first.rows[-1][:2] == ("total de la régie", "")
    assert first.bold == (False, True, True)


def test_a_month_without_money_has_a_total_of_nothing() -> None:
    sheet = slip_sheet(slip_rows({}, {}), NOVEMBER, None)
    assert [(table.title, table.rows) for table in sheet.tables] == [
        ("Toutes les régies", (("total", "", "0", "0,00\u00a0€", "0,00\u00a0€", "0,00\u00a0€"),))
    ]
    assert cells_of(b"".join(bank_days_file([], None)))[1][:6] == ["total", "", "0", "0,00", "0,00", "0,00"]
