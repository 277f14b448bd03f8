"""A row of reglements.csv: a payment, or one that is not there after all."""

import hashlib
import sqlite3
from datetime import date, datetime

from chalicelib.intake.files.cells import Cells, loosely
from chalicelib.intake.invoices.money_rows import MoneyRow, RowKind, stage_row
from chalicelib.rules.ids import invoice_number
from chalicelib.rules.invoices import Means, plain_reference
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.school_calendar import paris_day

MEANS_WORDS = {
    "cheque": Means.CHEQUE,
    "especes": Means.CASH,
    "virement": Means.TRANSFER,
    "prelevement": Means.DIRECT_DEBIT,
    "carte": Means.CARD,
    "autre": Means.OTHER,
    "en ligne": Means.ONLINE,
    "avoir": Means.CREDIT_NOTE,
}
FUTURE = "le {:%d/%m/%Y} est dans l'avenir ; attendu : une date passée"
_TWICE = "SELECT line FROM received WHERE invoice = ? AND id = ? AND paid_on = ?"


def stage_payment(cells: Cells, database: sqlite3.Connection, now: datetime) -> None:
    """Stage a right row, as what it is."""
    invoice, payer, day = cells.identifier("facture"), cells.text("payeur"), cells.day("date")
    amount, means = cells.amount("montant"), cells.one_of("moyen", loosely(MEANS_WORDS), ", ".join(MEANS_WORDS))
    reference, annulled = cells.text("reference", needed=False), cells.yes("annule")
    if amount == 0:
        cells.fault(f"le montant est {in_words(amount)} ; attendu : plus de 0,00, ou moins pour reprendre un règlement")
    if day and amount and amount > 0 and day > paris_day(now):
        cells.fault(FUTURE.format(day))
    if not (cells.good and day and amount and means):
        return
    of_a_note = means is Means.CREDIT_NOTE
    if of_a_note and not reference:
        cells.wait("le moyen est « avoir » et la référence est vide ; attendu : le numéro d'un avoir de la famille")
        return
    # A note may give several parts to one invoice: its number alone names none of them.
    facts = ("", plain_reference(reference)) if of_a_note else (reference, payer)
    name = payment_id(*facts, day, Cents(abs(amount)), means)
    kind = _kind_of(cells, day, amount, means, annulled=annulled, today=paris_day(now))
    if not cells.good:
        return
    if kind:
        number = invoice_number(invoice)
        row = MoneyRow(cells.row.where, kind, day, number, Cents(abs(amount)), means, reference, payer, name)
        stage_row(database, row)
        return
    values = (invoice, name, cells.row.where.line, payer, day.isoformat(), amount, means.value, reference)
    if not database.execute("INSERT OR IGNORE INTO received VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values).rowcount:
        (line,) = database.execute(_TWICE, (invoice, name, day.isoformat())).fetchone()
        cells.fault(
            f"le même règlement est déjà ligne {line} ; attendu : une seule fois, "
            "ou une référence différente pour chacun dans la colonne « reference »"
        )


def payment_id(reference: str, payer: str, day: date, amount: Cents, means: Means) -> str:
    """The identifier of a payment: the same row always gives the same one.

    It is made of the town's reference when there is one (lost zeros make no difference), otherwise of all that the row
    says.
    """
    named = ("reference", plain_reference(reference))
    facts = named if reference else (payer, day.isoformat(), str(amount), means.value)
    return f"town-{hashlib.sha256('|'.join(facts).encode()).hexdigest()[:20]}"


def _kind_of(cells: Cells, day: date, amount: Cents, means: Means, *, annulled: bool, today: date) -> RowKind | None:
    """What a row is when it is no new payment of the desk. A row that contradicts itself waits."""
    if amount > 0 and not annulled:
        return RowKind.CREDIT if means is Means.CREDIT_NOTE else None
    if annulled and amount < 0:
        cells.wait("une ligne négative ne s'annule pas ; attendu : « annule » sur la ligne du règlement, sans celle-ci")
    elif means is Means.ONLINE:
        cells.wait(
            "un paiement en ligne ne se reprend pas par reglements.csv ; attendu : une ligne de contrepassations.csv, "
            "avec son numéro d'autorisation"
        )
    elif means is Means.CREDIT_NOTE:
        cells.wait("un avoir donné ne se reprend pas ; attendu : une nouvelle facture de ce montant")
    elif amount < 0 and day > today:
        cells.wait(FUTURE.format(day))
    return RowKind.ANNULLED if annulled else RowKind.NEGATIVE
