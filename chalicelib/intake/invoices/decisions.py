"""What to do with an invoice, given what the files say of it and what the portal has of it. The decisions are pure."""

from collections.abc import Iterator
from dataclasses import replace
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
from chalicelib.values import Value


class InvoiceChange(Enum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class PdfSource(Enum):
    """Where an invoice's PDF comes from."""

    GIVEN = "given"
    MADE = "made"
    KEPT = "kept"


class InFiles(Value):
    """What the files say of one invoice. ``invoice`` is None when factures.csv does not have it. ``pdf`` is a file's
    name, empty when there is none; ``pdf_bytes`` is its size."""

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


class FamilyInvoices(Value):
    """The invoices of the files that one family owes. ``family`` has no children: a PDF shows the names in its
    lines."""

    family: Family
    in_files: tuple[InFiles, ...]


class OnPortal(Value):
    """What the portal has: the invoice of that number, its lines, the number that uses its reference, and the attempt
    to pay that is under way or to check."""

    invoice: Invoice | None = None
    lines: tuple[InvoiceLine, ...] = ()
    holder: InvoiceNumber | None = None
    attempt: Attempt | None = None


class InvoicePlan(Value):
    """What to do: put ``invoice`` and ``lines`` (unless UNCHANGED), store the PDF, record the payments.

    ``kept_as_it_is`` says why a change that the files ask for is set aside; empty when none is.
    """

    change: InvoiceChange
    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    pdf: PdfSource
    payments: Matching
    kept_as_it_is: str = ""

    @property
    def to_record(self) -> tuple[Received, ...]:
        return self.payments.new


def plan_of(in_files: InFiles, on_portal: OnPortal) -> InvoicePlan:
    """What to do. Raises ValueError when neither the files nor the portal have the invoice; ``wrong_with`` reports that
    before."""
    known = on_portal.invoice
    wanted = in_files.invoice or known
    if wanted is None:
        raise ValueError(f"invoice {in_files.number} is nowhere")
    if known:
        # The day when it came online, its PDF, its payments and its attempts come from the portal.
        wanted = replace(wanted, published_at=known.published_at, payments=known.payments, begun=known.begun)
        wanted = replace(wanted, pdf_bytes=known.pdf_bytes, pdf_tag=known.pdf_tag)
    lines = in_files.lines or _still_right(on_portal.lines, wanted.total)
    if known is None:
        change = InvoiceChange.ADDED
    elif wanted != known or lines != on_portal.lines:
        change = InvoiceChange.CHANGED
    else:
        change = InvoiceChange.UNCHANGED
    payments = match(in_files.received, wanted.payments)
    why = _why_kept(known, wanted, on_portal.attempt) if known and change is InvoiceChange.CHANGED else ""
    if known and why:
        return InvoicePlan(InvoiceChange.UNCHANGED, known, on_portal.lines, PdfSource.KEPT, payments, why)
    return InvoicePlan(change, wanted, lines, _pdf_of(in_files, change, wanted, lines), payments)


def _why_kept(known: Invoice, wanted: Invoice, attempt: Attempt | None) -> str:
    """Why an invoice may not change now; empty when it may. It may not when money was received for it, or is on its
    way."""
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
    """The portal's lines, while they add up to the total of the files."""
    return lines if sum(line.amount for line in lines) == total else ()


def _pdf_of(in_files: InFiles, change: InvoiceChange, invoice: Invoice, lines: tuple[InvoiceLine, ...]) -> PdfSource:
    if in_files.pdf:
        return PdfSource.GIVEN
    if lines and (change is not InvoiceChange.UNCHANGED or not invoice.pdf_bytes):
        return PdfSource.MADE
    return PdfSource.KEPT


def wrong_with(in_files: InFiles, on_portal: OnPortal) -> Iterator[tuple[FileLine, str]]:
    """Why the files cannot be followed, in French, given what the portal has."""
    known, wanted = on_portal.invoice, in_files.invoice
    if known is None and wanted is None:
        yield from _nowhere(in_files)
        return
    plan = plan_of(in_files, on_portal)
    if known and wanted and known.family != wanted.family:
        yield (
            in_files.where,
            f"la facture « {in_files.number} » est celle d'une autre famille ; attendu : un autre numéro",
        )
        return
    if wanted and on_portal.holder not in (None, in_files.number):
        yield (
            in_files.where,
            f"la référence « {wanted.reference} » est celle de la facture « {on_portal.holder} » du portail ; "
            "attendu : une référence par facture",
        )
    if plan.change is not InvoiceChange.UNCHANGED and plan.pdf is PdfSource.KEPT:
        wanted_pdf = PurePath("pdf", f"{in_files.number}.pdf")
        yield (
            in_files.where,
            f"la facture « {in_files.number} » n'a ni lignes ni PDF ; "
            f"attendu : des lignes dans lignes.csv, ou {wanted_pdf}",
        )


def _nowhere(in_files: InFiles) -> Iterator[tuple[FileLine, str]]:
    unknown = f"la facture « {in_files.number} » n'existe pas ; attendu : une facture de factures.csv ou du portail"
    for received in in_files.received:
        yield FileLine(PAYMENTS, received.line), unknown
    if in_files.pdf:
        yield file_line_of(in_files.pdf), unknown


def _differences(known: Invoice, wanted: Invoice) -> Iterator[str]:
    """Each fact that changes, with its old and its new value."""
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
