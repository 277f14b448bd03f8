"""contrepassations.csv, remboursements.csv and decisions.csv -> the staging database. Each row is checked alone."""

from collections.abc import Callable
from datetime import date
from functools import cached_property

from chalicelib.intake.files.cells import Cells, loosely
from chalicelib.intake.files.listing import Listing
from chalicelib.intake.invoices.money_rows import DECISIONS, REFUNDS, REVERSALS, MoneyRow, RowKind, stage_row
from chalicelib.intake.invoices.payment_rows import FUTURE, MEANS_WORDS
from chalicelib.rules.decisions import Word
from chalicelib.rules.ids import invoice_number
from chalicelib.rules.invoices import Means, plain_reference
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.points import code_written
from chalicelib.rules.school_calendar import paris_day

GIVEN_BACK_BY = {word: means for word, means in MEANS_WORDS.items() if means is not Means.CREDIT_NOTE}
DECISION_WORDS = {"payee": Word.PAID, "non-payee": Word.NOT_PAID, "conservee": Word.KEPT}


class MoneyLists(Listing):
    """Stages the lists of ``folder`` that exist."""

    @cached_property
    def _warrants(self) -> dict[tuple[str, int], tuple[str, int]]:
        """The invoice and the line that first had each warrant of a year: a town numbers them anew every January."""
        return {}

    def stage(self, progress: Callable[[str], None]) -> None:
        for file in ((REVERSALS, self._reversal), (DECISIONS, self._decision), (REFUNDS, self._refund)):
            if (self.folder / file[0]).exists():
                self._read(file, progress)

    def _reversal(self, cells: Cells) -> None:
        invoice, mark = cells.identifier("facture"), cells.text("autorisation")
        day, why = self._past_day(cells), cells.text("motif", needed=False)
        if cells.good and day:
            row = MoneyRow(cells.row.where, RowKind.BOUNCE, day, invoice_number(invoice), mark=mark, why=why)
            stage_row(self.database, row)

    def _refund(self, cells: Cells) -> None:
        invoice, day, amount = cells.identifier("facture"), self._past_day(cells), self._amount(cells)
        means = cells.one_of("moyen", loosely(GIVEN_BACK_BY), ", ".join(GIVEN_BACK_BY))
        warrant, mark = cells.text("mandat"), cells.text("autorisation", needed=False)
        why = cells.text("motif", needed=False)
        if warrant and day:
            self._refuse_shared(cells, warrant, day)
        if cells.good and day and amount:
            number = invoice_number(invoice)
            facts = {"mark": mark, "warrant": warrant, "why": why}
            stage_row(self.database, MoneyRow(cells.row.where, RowKind.REFUND, day, number, amount, means, **facts))

    def _refuse_shared(self, cells: Cells, warrant: str, day: date) -> None:
        """Set aside a row whose warrant refunds another invoice of the file: the portal knows it from one family
        alone."""
        mine = (cells.row["facture"], cells.row.where.line)
        invoice, line = self._warrants.setdefault((plain_reference(warrant), day.year), mine)
        if invoice != mine[0]:
            cells.wait(f"le mandat « {warrant} » est déjà celui de la ligne {line} ; attendu : un mandat pour chacun")

    def _decision(self, cells: Cells) -> None:
        point, day, who = code_written(cells.text("point")), self._past_day(cells), cells.text("par")
        word = cells.one_of("decision", loosely(DECISION_WORDS), ", ".join(DECISION_WORDS))
        invoice = cells.identifier("facture") if cells.row["facture"] else ""
        amount = self._amount(cells) if cells.row["montant"] else None
        mark, why = cells.text("autorisation", needed=False), cells.text("motif", needed=False)
        if cells.good and day and word:
            number = invoice_number(invoice) if invoice else None
            facts = {"mark": mark, "point": point, "word": word.value, "who": who, "why": why}
            stage_row(self.database, MoneyRow(cells.row.where, RowKind.DECISION, day, number, amount, None, **facts))

    def _past_day(self, cells: Cells) -> date | None:
        day = cells.day("date")
        if day and day > paris_day(self.now):
            cells.wait(FUTURE.format(day))
        return day

    def _amount(self, cells: Cells) -> Cents | None:
        amount = cells.amount("montant")
        if amount is not None and amount <= 0:
            cells.wait(f"le montant est {in_words(amount)} ; attendu : plus de 0,00")
        return amount
