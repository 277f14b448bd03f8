"""What came in on each day of the bank, by means: the régisseur holds it against the account's statement."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from chalicelib.exports.book_words import closed_words, means_of
from chalicelib.exports.csv_out import Bare, csv_chunks, day_of, euros_of
from chalicelib.rules.book import MONEY, BookLine, Closing, EntryKind
from chalicelib.rules.money import Cents

HEADS = ("date_banque", "moyen", "nombre", "brut", "dont_repris", "net", "arrete")
TOTAL = "total"


class BankDay(NamedTuple):
    """``taken_back`` is negative; ``gross`` is what came in before anything was taken back."""

    number: int = 0
    gross: Cents = Cents(0)
    taken_back: Cents = Cents(0)

    @property
    def net(self) -> Cents:
        return Cents(self.gross + self.taken_back)

    def plus(self, other: "BankDay") -> "BankDay":
        taken_back = Cents(self.taken_back + other.taken_back)
        return BankDay(self.number + other.number, Cents(self.gross + other.gross), taken_back)

    def with_line(self, line: BookLine) -> "BankDay":
        amount = line.entry.amount
        if line.entry.kind is EntryKind.REVERSAL:
            return self._replace(taken_back=Cents(self.taken_back + amount))
        # What leaves « à classer » comes back as a payment: it was one operation of the bank, and stays one.
        return self._replace(number=self.number + (1 if amount > 0 else -1), gross=Cents(self.gross + amount))


def bank_days_name(month: date) -> str:
    return f"rapprochement-{month:%Y-%m}.csv"


def bank_days_file(lines: Iterable[BookLine], closing: Closing | None) -> Iterator[bytes]:
    """A row for each day and means, in the order of the statement, then their total."""
    days, total = by_bank_day(lines), BankDay()
    closed = closed_words(closing)
    rows = []
    for (day, means), one in sorted(days.items()):
        rows.append((day_of(day), means, *_figures(one), closed))
        total = total.plus(one)
    return csv_chunks(HEADS, [*rows, (TOTAL, "", *_figures(total), closed)])


def by_bank_day(lines: Iterable[BookLine]) -> dict[tuple[date, str], BankDay]:
    found: dict[tuple[date, str], BankDay] = {}
    for line in lines:
        if line.entry.kind in MONEY:
            key = line.entry.day, means_of(line.entry)
            found[key] = found.get(key, BankDay()).with_line(line)
    return found


def _figures(one: BankDay) -> Sequence[str]:
    return Bare(one.number), euros_of(one.gross), euros_of(one.taken_back), euros_of(one.net)
