"""What the files say of an invoice, what the portal has of it, and what is then to be done: pure decisions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePath

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.invoices.lists import INVOICES, PAYMENTS
from chalicelib.intake.invoices.matching import Matching, Received, match
from chalicelib.intake.invoices.pdf_files import file_line_of
from chalicelib.rules.families import Family
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.payments import Attempt, AttemptState


class Change(Enum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Pdf(Enum):
    """Where an invoice's PDF comes from."""

    GIVEN = "given"
    MADE = "made"
    KEPT = "kept"


@dataclass(frozen=True)
class Listed:
    """What the files say of one invoice. ``invoice`` is None when factures.csv leaves it out; ``pdf`` is a file's name,
    empty when there is none, ``pdf_bytes`` its size."""

    number: InvoiceNumber
    line: int
    invoice: Invoice | None
    lines: tuple[InvoiceLine, ...]
    received: tuple[Received, ...]
    pdf: str
    pdf_bytes: int

    @property
    def where(self) -> FileLine:
        return FileLine(INVOICES, self.line)


@dataclass(frozen=True)
class FamilyInvoices:
    """The invoices of the files that one family owes. ``family`` has no children: a PDF names those of its lines."""

    family: Family
    listed: tuple[Listed, ...]


@dataclass(frozen=True)
class There:
    """What the portal has: the invoice of that number, its lines, the number that holds its reference, and the attempt
    to pay that is under way or to check."""

    invoice: Invoice | None = None
    lines: tuple[InvoiceLine, ...] = ()
    holder: InvoiceNumber | None = None
    attempt: Attempt | None = None


@dataclass(frozen=True)
class Step:
    """What is to be done: ``invoice`` and ``lines`` to put unless UNCHANGED, the PDF to store, payments to record.

    ``kept_as_it_is``: why a change that the files ask for is set aside, empty when none is.
    """

    change: Change
    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    pdf: Pdf
    payments: Matching
    kept_as_it_is: str = ""

    @property
    def to_record(self) -> tuple[Received, ...]:
        return self.payments.new


def step_of(listed: Listed, there: There) -> Step:
    """Raises ValueError when neither the files nor the portal have the invoice: ``wrong_with`` says what is wrong."""
    known = there.invoice
    wanted = listed.invoice or known
    if wanted is None:
        raise ValueError(f"invoice {listed.number} is nowhere")
    if known:
        # The day it came online, its PDF, its payments and the attempts to pay it are the portal's.
        wanted = replace(wanted, published_at=known.published_at, pdf_bytes=known.pdf_bytes, payments=known.payments)
        wanted = replace(wanted, begun=known.begun)
    lines = listed.lines or _still_right(there.lines, wanted.total)
    if known is None:
        change = Change.ADDED
    elif wanted != known or lines != there.lines:
        change = Change.CHANGED
    else:
        change = Change.UNCHANGED
    payments = match(listed.received, wanted.payments)
    why = _why_kept(known, wanted, there.attempt) if known and change is Change.CHANGED else ""
    if known and why:
        return Step(Change.UNCHANGED, known, there.lines, Pdf.KEPT, payments, why)
    return Step(change, wanted, lines, _pdf_of(listed, change, wanted, lines), payments)


def _why_kept(known: Invoice, wanted: Invoice, attempt: Attempt | None) -> str:
    """Why an invoice may not change now; empty when it may. Money was received for what it says, or is on its way."""
    changes = ", ".join(_differences(known, wanted)) or "ses lignes"
    if known.payments:
        return f"la facture « {known.number} » a un règlement et change ({changes}) ; attendu : la même"
    if attempt is None:
        return ""
    is_what = "à vérifier" if attempt.state is AttemptState.TO_CHECK else "en cours"
    return (
        f"la facture « {known.number} » a un paiement en ligne {is_what} et change ({changes}) ; "
        "attendu : la même, ou un nouvel import quand ce paiement sera connu"
    )


def _still_right(lines: tuple[InvoiceLine, ...], total: Cents) -> tuple[InvoiceLine, ...]:
    """Lines of the portal, as long as they add up to the total of the files."""
    return lines if sum(line.amount for line in lines) == total else ()


def _pdf_of(listed: Listed, change: Change, invoice: Invoice, lines: tuple[InvoiceLine, ...]) -> Pdf:
    if listed.pdf:
        return Pdf.GIVEN
    if lines and (change is not Change.UNCHANGED or not invoice.pdf_bytes):
        return Pdf.MADE
    return Pdf.KEPT


def wrong_with(listed: Listed, there: There) -> Iterator[tuple[FileLine, str]]:
    """Why the files cannot be followed, given what the portal has."""
    known, wanted = there.invoice, listed.invoice
    if known is None and wanted is None:
        yield from _nowhere(listed)
        return
    step = step_of(listed, there)
    if known and wanted and known.family != wanted.family:
        yield listed.where, f"la facture « {listed.number} » est celle d'une autre famille ; attendu : un autre numéro"
        return
    if wanted and there.holder not in (None, listed.number):
        yield (
            listed.where,
            f"la référence « {wanted.reference} » est celle de la facture « {there.holder} » du portail ; "
            "attendu : une référence par facture",
        )
    if step.change is not Change.UNCHANGED and step.pdf is Pdf.KEPT:
        wanted_pdf = PurePath("pdf", f"{listed.number}.pdf")
        yield (
            listed.where,
            f"la facture « {listed.number} » n'a ni lignes ni PDF ; "
            f"attendu : des lignes dans lignes.csv, ou {wanted_pdf}",
        )


def _nowhere(listed: Listed) -> Iterator[tuple[FileLine, str]]:
    unknown = f"la facture « {listed.number} » n'existe pas ; attendu : une facture de factures.csv ou du portail"
    for received in listed.received:
        yield FileLine(PAYMENTS, received.line), unknown
    if listed.pdf:
        yield file_line_of(listed.pdf), unknown


def _differences(known: Invoice, wanted: Invoice) -> Iterator[str]:
    """Each fact that changes, with both values."""
    for name, before, after in (
        ("émise le", f"{known.issued_on:%d/%m/%Y}", f"{wanted.issued_on:%d/%m/%Y}"),
        ("échéance", f"{known.due_on:%d/%m/%Y}", f"{wanted.due_on:%d/%m/%Y}"),
        ("libellé", known.label, wanted.label),
        ("régie", known.regie, wanted.regie),
        ("référence", known.reference, wanted.reference),
        ("total", in_words(known.total), in_words(wanted.total)),
    ):
        if before != after:
            yield f"{name} : {before} → {after}"
