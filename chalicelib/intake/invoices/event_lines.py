"""Credit notes and cancellations of an import, counted and named: what it would do, and what it did."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chalicelib.intake.files.faults import several
from chalicelib.intake.invoices.decisions import InvoiceChange, InvoicePlan
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.money import Cents, in_words

MOST_NAMED = 6


@dataclass
class InvoiceEvents:
    """``notes``: credit notes that are new. ``given``: what they gave to the invoices that they correct. ``cancelled``:
    invoices that become cancelled."""

    notes: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def of(self, plan: InvoicePlan) -> None:
        invoice = plan.invoice
        if plan.change is InvoiceChange.ADDED and invoice.is_credit_note:
            self.notes.append(f"« {invoice.number} » : {in_words(invoice.total)}")
        if plan.cancel:
            self.cancelled.append(f"« {invoice.number} » : {in_words(invoice.total)}")

    def gave(self, note: InvoiceNumber, amount: Cents) -> None:
        self.given.append(f"« {note} » : {in_words(amount)}")

    def coming(self) -> Iterator[str]:
        """What is shown before anything is written."""
        if self.notes:
            yield f"Avoirs : {several(len(self.notes), 'ajouté')} ({_named(self.notes)})"
        if self.cancelled:
            words = "seraient annulées" if len(self.cancelled) > 1 else "serait annulée"
            yield f"Factures : {len(self.cancelled)} {words} ({_named(self.cancelled)})"

    def lines(self) -> Iterator[str]:
        """What is said after it was done."""
        if self.notes:
            yield f"Avoirs : {several(len(self.notes), 'ajouté')} ({_named(self.notes)})"
        if self.given:
            yield f"Avoirs déduits de la facture qu'ils corrigent : {len(self.given)} ({_named(self.given)})"
        if self.cancelled:
            yield f"Factures annulées : {len(self.cancelled)} ({_named(self.cancelled)})"

    def __bool__(self) -> bool:
        return bool(self.notes or self.given or self.cancelled)


def _named(invoices: Iterable[str]) -> str:
    ordered = sorted(invoices)
    more = len(ordered) - MOST_NAMED
    return ", ".join(ordered[:MOST_NAMED]) + (f" et {several(more, 'autre')}" if more > 0 else "")
