"""The bordereau's rows for a spreadsheet, and in words for the paper."""

from collections.abc import Iterator, Sequence
from datetime import date

from chalicelib.exports.book_words import closed_words, month_words
from chalicelib.exports.csv_out import Bare, csv_chunks, euros_of
from chalicelib.exports.slip import SlipLevel, SlipRow
from chalicelib.rules.book import Closing
from chalicelib.rules.money import Cents, in_words
from chalicelib.services.slip_ports import SlipSheet, SlipTable

HEADS = ("ligne", "regie", "moyen", "produit", "nombre", "montant", "report", "total", "arrete")
LEVELS = {
    SlipLevel.PRODUCT: "produit",
    SlipLevel.MEANS: "total du moyen",
    SlipLevel.UNCLASSIFIED: "à classer",
    SlipLevel.REGIE: "total de la régie",
    SlipLevel.ALL: "total",
    SlipLevel.REFUND: "remboursement, pour mémoire",
}
NO_PRODUCT = "produit inconnu"
COLUMNS = ("Moyen", "Produit", "Nombre", "Du mois", "Report", "Total")
REFUNDS = "Remboursements, pour mémoire (dans aucun total)"
RULE = (
    "Un paiement est réparti entre les produits de sa facture au prorata de leurs montants, au centime, les centimes "
    "restants aux plus forts restes ; une contre-passation, comme le paiement qu'elle reprend. « À classer » : argent "
    "reçu qu'aucune facture n'explique encore. Nombre : lignes du journal. Report : mois précédents de l'exercice."
)


def slip_file(rows: Sequence[SlipRow], closing: Closing | None) -> Iterator[bytes]:
    closed = closed_words(closing)
    return csv_chunks(HEADS, ((*_cells(row), closed) for row in rows))


def slip_sheet(rows: Sequence[SlipRow], month: date, closing: Closing | None) -> SlipSheet:
    regies = dict.fromkeys(row.key.regie for row in rows if row.key.level < SlipLevel.ALL)
    tables = [_table(f"Régie : {name}", [row for row in rows if _is_of(row, name)]) for name in regies]
    tables.append(_table("Toutes les régies", [row for row in rows if row.key.level is SlipLevel.ALL]))
    if refunds := [row for row in rows if row.key.level is SlipLevel.REFUND]:
        tables.append(_table(REFUNDS, refunds))
    title = f"Bordereau des recettes de {month_words(month)}"
    closed = closed_words(closing)
    return SlipSheet(title, closed[0].upper() + closed[1:], COLUMNS, tuple(tables), RULE)


def _is_of(row: SlipRow, regie: str) -> bool:
    return row.key.regie == regie and row.key.level < SlipLevel.ALL


def _cells(row: SlipRow) -> Sequence[str]:
    level, regie, means, _ = row.key
    figures = euros_of(row.month.amount), euros_of(row.before), euros_of(row.total)
    return LEVELS[level], regie, means, _product(row), Bare(row.month.number), *figures


def _table(title: str, rows: Sequence[SlipRow]) -> SlipTable:
    sums = {SlipLevel.MEANS, SlipLevel.REGIE, SlipLevel.ALL}
    return SlipTable(title, tuple(map(_row, rows)), tuple(row.key.level in sums for row in rows))


def _row(row: SlipRow) -> tuple[str, ...]:
    level, _, means, _ = row.key
    first, second = means or LEVELS[level], _product(row)
    if level in {SlipLevel.MEANS, SlipLevel.UNCLASSIFIED}:
        second = LEVELS[level]
    return first, second, str(row.month.number), *map(_euros, (row.month.amount, row.before, row.total))


def _product(row: SlipRow) -> str:
    if row.key.level in {SlipLevel.PRODUCT, SlipLevel.REFUND}:
        return row.month.name or NO_PRODUCT
    return ""


def _euros(cents: Cents) -> str:
    return in_words(cents)
