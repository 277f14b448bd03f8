"""What it means that reglements.csv is complete: a payment that it does not have any more is taken back.

« Complete » is about the invoices that factures.csv or the list name, and from the list's first day on. So the list of
a month cannot take back the payments of the month before; they are only remarked.
"""

import sqlite3
from dataclasses import dataclass, field
from datetime import date

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.invoices.decisions import InFiles, InvoicePlan
from chalicelib.intake.invoices.matching import Received, match
from chalicelib.intake.invoices.money_rows import PAYMENTS, MoneyRow, RowKind, online_row, stage_row
from chalicelib.intake.invoices.payment_words import payment_words
from chalicelib.intake.report import NotTaken
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment, standing
from chalicelib.values import Value

NOT_OF_THE_LIST = frozenset({Means.ONLINE, Means.CREDIT_NOTE})
"""Means of payments that no list takes back by leaving them out."""
_FIRST_DAY = """
SELECT min(day) FROM (SELECT paid_on AS day FROM received UNION ALL SELECT day FROM money_rows WHERE file = ?)
"""

KEPT = (
    "facture « {} » : {} n'est plus dans la liste ; attendu : une ligne négative, ou « annule », si c'est à reprendre"
)


class CompleteList(Value):
    """``since`` is the list's first day, None when it has no rows. ``unread`` has invoices of rows that were set aside:
    the list does not say all of them."""

    since: date | None
    unread: frozenset[str]


class OnList(Value):
    """A payment of the town that the portal has, of an invoice that the list is about."""

    invoice: InvoiceNumber
    family: FamilyId
    payment: Payment
    gone: bool
    before: bool
    """Gone, and from before the list's first day: it is only remarked."""


def complete_list(lists: sqlite3.Connection) -> CompleteList:
    (day,) = lists.execute(_FIRST_DAY, (PAYMENTS,)).fetchone()
    rows = lists.execute("SELECT id FROM set_aside WHERE file = ?", (PAYMENTS,))
    return CompleteList(date.fromisoformat(day) if day else None, frozenset(invoice for (invoice,) in rows))


def beside(complete: CompleteList, in_files: InFiles, invoice: Invoice) -> list[OnList]:
    """The town's payments of an invoice, and which of them the list does not have."""
    if in_files.number in complete.unread or not _is_named(in_files):
        return []
    found = match((*in_files.received, *in_files.renamed), invoice.payments)
    listed = {pair.payment.id for pair in (*found.known, *found.doubtful)}
    there = [one for one in standing(invoice.payments) if one.attempt is None and one.means not in NOT_OF_THE_LIST]
    made = []
    for payment in there:
        missing = payment.id not in listed
        before = missing and complete.since is not None and payment.paid_on < complete.since
        made.append(OnList(invoice.number, invoice.family, payment, missing and not before, before))
    return made


@dataclass
class MoneyBeside:
    """What the comparison of some invoices found of money that is followed later."""

    recorded: list[OnList] = field(default_factory=list)
    came_online: list[tuple[InvoiceNumber, Received]] = field(default_factory=list)

    def of(self, complete: CompleteList | None, in_files: InFiles, plan: InvoicePlan, known: Invoice | None) -> None:
        self.came_online += ((in_files.number, received) for received in plan.came_online)
        if complete and known:
            self.recorded += beside(complete, in_files, known)

    def stage(self, lists: sqlite3.Connection, today: date) -> list[NotTaken]:
        """Stage what is to be followed: money that came online, and what is to be taken back ``today`` (Paris). What
        the portal has is noted for the brakes. Returns what is only remarked."""
        for number, received in self.came_online:
            stage_row(lists, online_row(number, received))
        for one in self.recorded:
            values = (one.invoice, one.payment.id, one.family, one.gone)
            lists.execute("INSERT OR IGNORE INTO recorded VALUES (?, ?, ?, ?)", values)
            if one.gone:
                row = MoneyRow(FileLine(PAYMENTS, 0), RowKind.GONE, today, one.invoice, payment=one.payment.id)
                stage_row(lists, row)
        before = ((one.invoice, payment_words(one.payment)) for one in self.recorded if one.before)
        return [NotTaken(FileLine(PAYMENTS, 0), KEPT.format(invoice, payment)) for invoice, payment in before]


def _is_named(in_files: InFiles) -> bool:
    return in_files.invoice is not None or bool(in_files.received or in_files.renamed)
