"""What came in online on a day: the list that the régisseur opens each morning.

Nothing in it is computed from today's invoices, so the list of a past day never changes.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from chalicelib.exports.book_words import KINDS
from chalicelib.exports.csv_out import csv_chunks, day_of, euros_of, minute_of
from chalicelib.rules.book import MONEY, BookLine
from chalicelib.rules.payments import AttemptState, received_by
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import Book

PAID = ("jour", "nature", "facture", "reference", "montant", "autorisation", "moyen", "date_banque")
MEANS = {AttemptState.PAID: "carte bancaire", AttemptState.DEBIT_ACCEPTED: "prélèvement"}
OTHER = "en ligne"
"""Money of which the treasury told a letter that the portal does not know."""


def name_of(day: date) -> str:
    return f"paiements-{day.isoformat()}.csv"


def payments_of(book: Book, day: date) -> Iterator[bytes]:
    """The money of the portal's own payments that it noted on ``day`` in Paris: what the bank took, less what was taken
    back. What the town's list says was paid online is in the journal alone.

    What leaves « à classer » and what it becomes are two lines that add up to nothing.
    """
    return csv_chunks(PAID, (_row(line) for line in book.lines(day.replace(day=1)) if _is_of(line, day)))


def _is_of(line: BookLine, day: date) -> bool:
    entry = line.entry
    return entry.kind in MONEY and entry.attempt is not None and paris_day(line.at) == day


def _row(line: BookLine) -> Sequence[str]:
    entry = line.entry
    state = received_by(entry.letter)
    return (
        *(day_of(paris_day(line.at)), KINDS[entry.kind], entry.invoice, entry.transmitted, euros_of(entry.amount)),
        *(entry.authorisation, MEANS[state] if state else OTHER, minute_of(entry.bank_at)),
    )
