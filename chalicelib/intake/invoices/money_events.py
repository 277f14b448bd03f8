"""The rows about money that was counted already -> the portal, after the invoices and their payments.

A row that cannot be followed is set aside with its reason; it is tried again when another one was followed, so that the
order of rows and of files does not matter.
"""

import sqlite3
from collections.abc import Iterator

from chalicelib.french.words import month
from chalicelib.intake.files.faults import FileLine, number, several
from chalicelib.intake.invoices.following import Aside, Follow
from chalicelib.intake.invoices.money_rows import MoneyRow, RowKind, staged_rows
from chalicelib.intake.invoices.words import overpaid_line
from chalicelib.intake.money_acts import MoneyAct
from chalicelib.intake.report import IntakeReport, NotTaken
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.points import PointKind
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.money_desk import MoneyDesk

MOST_NAMED = 6
ACTS = {
    RowKind.DECISION: MoneyAct.DECISION,
    RowKind.NEGATIVE: MoneyAct.TAKEN_BACK,
    RowKind.ANNULLED: MoneyAct.TAKEN_BACK,
    RowKind.GONE: MoneyAct.TAKEN_BACK,
    RowKind.BOUNCE: MoneyAct.REVERSAL,
    RowKind.CREDIT: MoneyAct.CREDIT,
    RowKind.REFUND: MoneyAct.REFUND,
}
"""The act of each kind; the others are payments like those of the other rows."""
OF_TODAY = frozenset({RowKind.ANNULLED, RowKind.GONE})
"""Rows that take back today, whatever day they tell."""


class MoneyEvents:
    """Follows the staged rows. ``look`` writes nothing."""

    def __init__(self, lists: sqlite3.Connection, desk: MoneyDesk, report: IntakeReport) -> None:
        self.lists = lists
        self.desk = desk
        self.report = report
        self.follow = Follow(desk)
        self.touched: dict[InvoiceNumber, FileLine] = {}
        """Invoices about which something was done, with the last row that did it."""

    def look(self) -> Iterator[str]:
        """What would be done now, for the preview: one sentence for each act."""
        found: dict[MoneyAct, list[str]] = {act: [] for act in MoneyAct}
        for row in staged_rows(self.lists):
            if row.kind in ACTS and self._would(row):
                found[ACTS[row.kind]].append(row.invoice or row.point)
        for act, about in found.items():
            if about:
                more = len(about) - MOST_NAMED
                others = f" et {several(more, 'autre')}" if more > 0 else ""
                yield f"{act.value} : {number(len(about))} ({', '.join(about[:MOST_NAMED])}{others})"

    def write(self) -> Iterator[int]:
        """Follow every row; yields how many were settled, 0 for one that may be tried again. Raises Unavailable."""
        left, before = list(staged_rows(self.lists)), -1
        asides: list[NotTaken] = []
        while len(left) != before:
            before, asides = len(left), []
            still: list[MoneyRow] = []
            for row in left:
                aside = self._followed(row)
                if aside:
                    still.append(row)
                    asides.append(aside)
                yield 0 if aside else 1
            left = still
        if left:
            yield len(left)
        self.report.waiting += asides
        self._tell_what_is_overpaid()
        self._tell_closed_months()

    def _would(self, row: MoneyRow) -> bool:
        try:
            return self.follow(row, check=True)
        except Aside:
            return False

    def _followed(self, row: MoneyRow) -> NotTaken | None:
        """Follow a row. Why it is set aside, or None."""
        try:
            done = self.follow(row)
        except Aside as aside:
            return NotTaken(row.where, str(aside))
        act = ACTS.get(row.kind)
        tally = self.report.acts[act] if act else self.report.payments
        tally.added += done
        tally.unchanged += not done
        if done:
            if row.invoice:
                self.touched[row.invoice] = row.where
            if row.kind not in OF_TODAY:
                self.report.dated.append((row.where, row.day))
        return None

    def _tell_what_is_overpaid(self) -> None:
        """What the rows changed is told as it is now. What the town decided to keep is not to be given back: its point
        is closed until more money comes."""
        told = [one for one in self.report.overpaid if one.about not in self.touched]
        for name, where in self.touched.items():
            invoice = self.desk.invoices.holder(name)
            if invoice and invoice.overpaid and not invoice.is_credit_note:
                told.append(overpaid_line(where, name, invoice.overpaid))
        points = self.desk.book.points() if told else ()
        still = {point.invoice for point in points if point.kind is PointKind.OVERPAID}
        self.report.overpaid = [one for one in told if one.about in still]

    def _tell_closed_months(self) -> None:
        closed = {closing.month for closing in self.desk.book.closings()} if self.report.dated else set()
        today = paris_day(self.desk.clock.now())
        for where, day in self.report.dated:
            if day.replace(day=1) in closed:
                words = f"{month(day)} {day.year} est arrêté : sa ligne du journal est en {month(today)} {today.year}"
                self.report.late.append(NotTaken(where, words))
