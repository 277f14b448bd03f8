"""The régie's journal in the words of a régisseur."""

from datetime import date, datetime

from chalicelib.rules.book import BookLine, Closing, Entry, EntryKind
from chalicelib.rules.invoices import Means
from chalicelib.rules.payments import AttemptState, received_by
from chalicelib.rules.school_calendar import PARIS

KINDS = {
    EntryKind.PAYMENT: "paiement",
    EntryKind.REVERSAL: "contre-passation",
    EntryKind.REFUND: "remboursement",
    EntryKind.UNCLASSIFIED: "à classer",
    EntryKind.CREDIT: "avoir imputé",
    EntryKind.DECISION: "décision",
}
CARD_ONLINE, DEBIT_ONLINE, ONLINE = "carte bancaire en ligne", "prélèvement en ligne", "en ligne"
MEANS = {
    Means.CHEQUE: "chèque",
    Means.CASH: "espèces",
    Means.TRANSFER: "virement",
    Means.DIRECT_DEBIT: "prélèvement",
    Means.CARD: "carte bancaire au guichet",
    Means.OTHER: "autre",
    Means.CREDIT_NOTE: "avoir",
}
OPEN = "mois non arrêté"
_ONLINE = {AttemptState.PAID: CARD_ONLINE, AttemptState.DEBIT_ACCEPTED: DEBIT_ONLINE}


def means_of(entry: Entry) -> str:
    """How the money came; empty for a decision."""
    if entry.means is Means.ONLINE:
        state = received_by(entry.letter)
        return _ONLINE[state] if state else ONLINE
    return MEANS[entry.means] if entry.means else ""


def month_words(month: date) -> str:
    """``11/2026``"""
    return f"{month:%m/%Y}"


def goes_back_to(line: BookLine) -> str:
    """The month of the money, when the line is in the book of another one: ``10/2026``; else empty."""
    return month_words(line.entry.day) if line.entry.day.replace(day=1) != line.month else ""


def closed_words(closing: Closing | None) -> str:
    """Who closed the month and when: ``arrêté le 01/11/2026 à 09:12 par Mme Roux, régisseuse``."""
    return f"arrêté le {instant_words(closing.at)} par {closing.by}" if closing else OPEN


def instant_words(at: datetime) -> str:
    """``01/11/2026 à 09:12`` in Paris."""
    return f"{at.astimezone(PARIS):%d/%m/%Y à %H:%M}"
