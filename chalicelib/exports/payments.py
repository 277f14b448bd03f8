"""The payments' journal -> the lists that the régisseur opens in a spreadsheet.

They have semicolons, decimal commas and UTF-8 with its mark: a French spreadsheet reads that without a question.
Nothing in them is computed from today's invoices, so the list of a past day never changes.
"""

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from chalicelib.rules.ledger import Kind, LedgerEntry
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState, Doubt, received_by
from chalicelib.rules.school_calendar import PARIS
from chalicelib.services.payment_ports import AttemptStore

PAID = ("jour", "nature", "facture", "reference", "montant", "autorisation", "moyen", "date_banque")
TO_CHECK = ("jour", "nature", "facture", "reference", "montant", "autorisation", "date_banque", "pourquoi", "famille")
KINDS = {
    Kind.PAID: "paiement",
    Kind.REVERSED: "contre-passation",
    Kind.OVERPAID: "trop-perçu à rembourser",
    Kind.TO_CHECK: "à vérifier",
    Kind.DECLARED: "annoncé, à confirmer",
}
WHY = {Doubt.SILENT: "la trésorerie n'a jamais répondu"}
MEANS = {AttemptState.PAID: "carte bancaire", AttemptState.DEBIT_ACCEPTED: "prélèvement"}
FORMULA = ("=", "+", "-", "@")


def write_day(attempts: AttemptStore, day: date, folder: Path) -> Path:
    """Write ``paiements-<day>.csv`` in ``folder``: what the portal received and took back on one day in Paris."""
    kept = (entry for entry in attempts.ledger(day) if entry.kind in {Kind.PAID, Kind.REVERSED})
    return _write(folder / f"paiements-{day.isoformat()}.csv", PAID, (_paid(entry) for entry in kept))


def write_to_check(attempts: AttemptStore, folder: Path) -> Path:
    """Write ``a-verifier.csv`` in ``folder``: everything that a person has to check, from the beginning, oldest
    first."""
    return _write(folder / "a-verifier.csv", TO_CHECK, (_to_check(entry) for entry in attempts.to_refund_or_check()))


def _paid(entry: LedgerEntry) -> Sequence[str]:
    return (*_what(entry), euros_of(entry.amount), entry.authorisation, _means(entry), _bank_date(entry))


def _to_check(entry: LedgerEntry) -> Sequence[str]:
    amount = euros_of(entry.amount)
    why = (WHY.get(entry.doubt) if entry.doubt else None) or entry.why
    return (*_what(entry), amount, entry.authorisation, _bank_date(entry), why, entry.family)


def _what(entry: LedgerEntry) -> Sequence[str]:
    return (f"{entry.day:%d/%m/%Y}", KINDS[entry.kind], entry.invoice, entry.reference)


def _means(entry: LedgerEntry) -> str:
    state = received_by(entry.letter)
    return MEANS[state] if state else ""


def _bank_date(entry: LedgerEntry) -> str:
    return f"{entry.paid_at.astimezone(PARIS):%d/%m/%Y %H:%M}" if entry.paid_at else ""


def euros_of(cents: Cents) -> str:
    """``-4,24``: without thousands separator and currency sign."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole},{part:02}"


def _write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write a list. It has another name until it is complete, so that an interrupted export leaves no half list."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8-sig", newline="", dir=path.parent, prefix=path.name, delete=False
    ) as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(heads)
        writer.writerows(_safe(row) for row in rows)
    temporary = Path(file.name)
    temporary.chmod(0o600)
    os.replace(temporary, path)  # noqa: PTH105 - atomic, which is the point
    return path


def _safe(row: Sequence[str]) -> Iterator[str]:
    """A spreadsheet runs what looks like a formula, so such a text gets an apostrophe, except a negative amount."""
    for cell in row:
        is_amount = cell[1:].replace(",", "").isdecimal()
        yield f"'{cell}" if cell.startswith(FORMULA) and not is_amount else cell
