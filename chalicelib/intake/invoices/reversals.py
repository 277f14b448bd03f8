"""contrepassations.csv: online payments that bounced, as the town's bank statement says."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date

from chalicelib.intake.files.cells import Cells
from chalicelib.intake.files.faults import Faults, FileLine
from chalicelib.intake.files.listing import Listing
from chalicelib.intake.report import IntakeTally
from chalicelib.rules.ids import invoice_number
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.reversing import NotReversible, Reversal, ReversePayment

REVERSALS = "contrepassations.csv"
NOT_REVERSIBLE_WORDS = {
    "invoice": "la facture « {0.invoice} » n'existe pas sur le portail ; attendu : une facture payée en ligne",
    "payment": "le portail n'a pas pris de paiement « {0.authorisation} » pour la facture « {0.invoice} » ; "
    "attendu : le numéro d'autorisation d'un paiement en ligne",
}


class ReversalList(Listing):
    """Stages the list of ``folder``, if there is one."""

    def stage(self, progress: Callable[[str], None]) -> None:
        if (self.folder / REVERSALS).exists():
            self._read((REVERSALS, self._reversal), progress)

    def _reversal(self, cells: Cells) -> None:
        invoice, authorisation = cells.identifier("facture"), cells.identifier("autorisation")
        day, why = cells.day("date"), cells.text("motif", needed=False)
        if day and day > paris_day(self.now):
            cells.fault(f"le {day:%d/%m/%Y} est dans l'avenir ; attendu : une date passée")
        if not (cells.good and day):
            return
        self._insert(
            cells,
            "INSERT OR IGNORE INTO reversals VALUES (?, ?, ?, ?, ?)",
            (invoice, authorisation, cells.row.where.line, day.isoformat(), why),
            ("SELECT line FROM reversals WHERE invoice = ? AND authorisation = ?", (invoice, authorisation)),
            f"le paiement « {authorisation} » de la facture « {invoice} » est déjà",
        )


def check_reversals(lists: sqlite3.Connection, reverse: ReversePayment, faults: Faults) -> None:
    """Add to ``faults`` the lines that the portal cannot take back."""
    for line, reversal in _staged(lists):
        try:
            reverse.check(reversal)
        except NotReversible as fault:
            faults.add(FileLine(REVERSALS, line), NOT_REVERSIBLE_WORDS[fault.args[0]].format(reversal))


def write_reversals(lists: sqlite3.Connection, reverse: ReversePayment, tally: IntakeTally) -> Iterator[int]:
    """Take back the payments that bounced; yields 1 for each line. Raises Unavailable."""
    for _, reversal in _staged(lists):
        if reverse(reversal):
            tally.added += 1
        else:
            tally.unchanged += 1
        yield 1


def _staged(lists: sqlite3.Connection) -> list[tuple[int, Reversal]]:
    rows = lists.execute("SELECT line, invoice, authorisation, day, why FROM reversals ORDER BY line").fetchall()
    return [
        (line, Reversal(invoice_number(invoice), authorisation, date.fromisoformat(day), why))
        for line, invoice, authorisation, day, why in rows
    ]
