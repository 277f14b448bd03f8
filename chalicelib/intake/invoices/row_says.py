"""What a row of factures.csv says beside the facts of its invoice: cancelled, a credit note, on direct debit. A column
that the list does not have says nothing: what the portal knows stays."""

from dataclasses import replace

from chalicelib.intake.files.cells import Cells
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents, in_words
from chalicelib.values import Value

STATES = {"annulee": True, "annule": True}
COLLECTED = {"prelevement": Means.DIRECT_DEBIT}
COLLECTED_WORDS = {None: "aucun", Means.DIRECT_DEBIT: "prélèvement"}


class RowSays(Value):
    """``cancelled`` is None when the list has no such column. ``corrects`` and ``means`` say whether the list speaks of
    them at all; ``by_hand`` whether the row itself does, not the family's list."""

    cancelled: bool | None = None
    corrects: bool = False
    means: bool = False
    by_hand: bool = False

    def beside(self, known: Invoice, wanted: Invoice, *, busy: bool) -> Invoice:
        """``wanted`` with what the list does not say, as the portal knows it. ``busy``: money came for it, or is on its
        way; then only the row itself can say how the town collects it."""
        kept = replace(wanted, cancelled_on=known.cancelled_on)
        if not self.corrects:
            kept = replace(kept, corrects=known.corrects)
        if not self.means or (busy and not self.by_hand):
            kept = replace(kept, means=known.means)
        return kept


def cancelled_of(cells: Cells) -> bool | None:
    """None when the list has no such column."""
    if not cells.row.has("etat"):
        return None
    return bool(cells.row["etat"]) and bool(cells.one_of("etat", STATES, "annulee, ou une case vide"))


def means_of(cells: Cells) -> str | None:
    """``direct-debit``; None when the family's list decides."""
    means = cells.one_of("moyen", COLLECTED, "prelevement, ou une case vide") if cells.row["moyen"] else None
    return means.value if means else None


def corrects_of(cells: Cells, number: str, total: Cents | None) -> str | None:
    """The invoice that the row corrects, empty for none; None when the list has no such column. A row that is right and
    corrects another without being a credit note is set aside."""
    if not cells.row.has("facture_corrigee"):
        return None
    corrects = cells.identifier("facture_corrigee") if cells.row["facture_corrigee"] else ""
    if corrects and cells.good and total is not None and total >= 0:
        cells.wait(
            f"la facture « {number} » corrige « {corrects} » et son total est {in_words(total)} ; "
            "attendu : un avoir (un total négatif), ou une case vide"
        )
    return corrects
