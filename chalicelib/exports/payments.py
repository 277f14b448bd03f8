"""The payments' journal -> the lists that the régisseur opens in a spreadsheet.

Nothing in them is computed from today's invoices, so the list of a past day never changes.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from chalicelib.exports.csv_out import csv_chunks, day_of, euros_of, minute_of
from chalicelib.rules.ledger import Kind, LedgerEntry
from chalicelib.rules.payments import AttemptState, Doubt, received_by
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
TO_CHECK_NAME = "a-verifier.csv"
WHY = {Doubt.SILENT: "la trésorerie n'a jamais répondu"}
MEANS = {AttemptState.PAID: "carte bancaire", AttemptState.DEBIT_ACCEPTED: "prélèvement"}


def name_of(day: date) -> str:
    return f"paiements-{day.isoformat()}.csv"


def payments_of(attempts: AttemptStore, day: date) -> Iterator[bytes]:
    """What the portal received and took back on one day in Paris."""
    kept = (entry for entry in attempts.ledger(day) if entry.kind in {Kind.PAID, Kind.REVERSED})
    return csv_chunks(PAID, (_paid(entry) for entry in kept))


def to_check(attempts: AttemptStore) -> Iterator[bytes]:
    """Everything that a person has to check, from the beginning, oldest first."""
    return csv_chunks(TO_CHECK, (_to_check(entry) for entry in attempts.to_refund_or_check()))


def _paid(entry: LedgerEntry) -> Sequence[str]:
    return (*_what(entry), euros_of(entry.amount), entry.authorisation, _means(entry), minute_of(entry.paid_at))


def _to_check(entry: LedgerEntry) -> Sequence[str]:
    amount = euros_of(entry.amount)
    why = (WHY.get(entry.doubt) if entry.doubt else None) or entry.why
    return (*_what(entry), amount, entry.authorisation, minute_of(entry.paid_at), why, entry.family)


def _what(entry: LedgerEntry) -> Sequence[str]:
    return (day_of(entry.day), KINDS[entry.kind], entry.invoice, entry.reference)


def _means(entry: LedgerEntry) -> str:
    state = received_by(entry.letter)
    return MEANS[state] if state else ""
