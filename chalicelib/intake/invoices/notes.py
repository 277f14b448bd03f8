"""New credit notes of factures.csv: which of them can be taken, given the family's invoices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from chalicelib.intake.invoices.decisions import FamilyInvoices, InFiles
from chalicelib.rules.crediting import NoteFault, wrong_with_note
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.services.invoice_ports import HeldInvoice, InvoiceStore
from chalicelib.values import Value


def wrong_notes_of(
    given: FamilyInvoices, held: Mapping[InvoiceNumber, HeldInvoice], invoices: InvoiceStore
) -> Mapping[InvoiceNumber, NoteFault]:
    """The family's new credit notes that cannot be taken. One Query for a family that has any, and no call for
    others."""
    rows = [one for one in given.in_files if new_note(one, held[one.number].invoice, None)]
    if not rows:
        return {}
    there = {invoice.number: invoice for invoice in invoices.of(given.family.id)}
    found = [new_note(one, held[one.number].invoice, _corrected(one, there, invoices)) for one in rows]
    return wrong_notes([note for note in found if note], there.values())


class NewNote(Value):
    """A credit note that the portal does not have, or has otherwise. ``corrected`` is the invoice that it names, None
    when there is none."""

    note: Invoice
    corrected: Invoice | None


def wrong_notes(notes: Sequence[NewNote], there: Iterable[Invoice]) -> Mapping[InvoiceNumber, NoteFault]:
    """The notes of one family that cannot be taken. ``there`` are its invoices on the portal. The earlier notes are
    taken first, and count for the later ones."""
    found: dict[InvoiceNumber, NoteFault] = {}
    new = {one.note.number for one in notes}
    beside = [invoice for invoice in there if invoice.number not in new]
    for one in notes:
        if fault := wrong_with_note(one.note, one.corrected, beside):
            found[one.note.number] = fault
        else:
            beside.append(one.note)
    return found


def new_note(in_files: InFiles, known: Invoice | None, corrected: Invoice | None) -> NewNote | None:
    """The credit note of a row, when it has to be judged: it is new, or corrects otherwise than the portal's.

    ``corrected`` is the portal's invoice that it names; what the list says of it is used when there is none, and when
    the list cancels it.
    """
    note = in_files.invoice
    if not (note and note.is_credit_note and note.corrects):
        return None
    if known and (known.total, known.corrects) == (note.total, note.corrects):
        return None
    listed = in_files.corrected
    if corrected and listed and listed.cancelled_on:
        corrected = replace(corrected, cancelled_on=listed.cancelled_on)
    return NewNote(note, corrected or listed)


def _corrected(row: InFiles, there: Mapping[InvoiceNumber, Invoice], invoices: InvoiceStore) -> Invoice | None:
    """What the portal has of the invoice that a note corrects, whoever owes it."""
    number = row.invoice.corrects if row.invoice else None
    if number is None or number in there:
        return there.get(number) if number else None
    return None if row.corrected else invoices.holder(number)
