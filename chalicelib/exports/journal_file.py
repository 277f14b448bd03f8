"""The lines of the régie's journal of a month, as they were written."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from chalicelib.exports.book_words import KINDS, goes_back_to, means_of
from chalicelib.exports.csv_out import Reference, csv_chunks, day_of, euros_of, minute_of, second_of
from chalicelib.rules.book import BookLine

HEADS = (
    *("numero", "ecrit_le", "date_recette", "date_banque", "regie", "exercice", "facture", "reference"),
    *("reference_transmise", "famille", "payeur", "nature", "moyen", "montant", "autorisation", "client", "idop"),
    *("saisie", "reprend", "motif", "se_rapporte_a", "empreinte_precedente", "empreinte"),
)


def journal_name(month: date) -> str:
    return f"journal-{month:%Y-%m}.csv"


def journal_file(lines: Iterable[BookLine]) -> Iterator[bytes]:
    return csv_chunks(HEADS, map(_row, lines))


def _row(line: BookLine) -> Sequence[str]:
    entry = line.entry
    return (
        *(line.name, second_of(line.at), day_of(entry.day), minute_of(entry.bank_at), entry.regie, entry.exercice),
        *(entry.invoice, entry.reference, entry.transmitted, Reference(entry.family), entry.payer),
        *(KINDS[entry.kind], means_of(entry), euros_of(entry.amount), entry.authorisation),
        *(Reference(entry.client_number), entry.idop, entry.saisie, entry.takes_back, entry.reason),
        *(Reference(goes_back_to(line)), line.before, line.hash),
    )
