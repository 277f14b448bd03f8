"""What to do with an invoice, given what the files say of it and what the portal has of it. The decisions are pure."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from pathlib import PurePath

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.invoices.kept import CREDIT_AND_NEW, LATER, NEW_INVOICE, NOT_CANCELLED, is_what, wrong_note_words
from chalicelib.intake.invoices.lists import INVOICES
from chalicelib.intake.invoices.matching import Matching, Received, match
from chalicelib.intake.invoices.money_rows import PAYMENTS
from chalicelib.intake.invoices.pdf_files import file_line_of
from chalicelib.intake.invoices.row_says import COLLECTED_WORDS, RowSays
from chalicelib.rules.cancelling import wrong_with_cancelling
from chalicelib.rules.crediting import NoteFault
from chalicelib.rules.families import Family
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine, Means
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.payments import Attempt
from chalicelib.values import Value

NOTHING_RECEIVED = Matching((), (), ())


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
    name, empty when there is none; ``pdf_bytes`` is its size. ``corrected`` is what a credit note corrects, as
    factures.csv has it."""

    number: InvoiceNumber
    line: int
    invoice: Invoice | None
    lines: tuple[InvoiceLine, ...]
    received: tuple[Received, ...]
    pdf: str
    pdf_bytes: int
    says: RowSays = RowSays()
    corrected: Invoice | None = None
    renamed: tuple[Received, ...] = ()
    """Rows of payments that bring none now: annulled, or a second row of one cheque."""

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
    to pay that is under way or to check. ``note_fault`` is what is wrong with it as a new credit note."""

    invoice: Invoice | None = None
    lines: tuple[InvoiceLine, ...] = ()
    holder: InvoiceNumber | None = None
    attempt: Attempt | None = None
    note_fault: NoteFault | None = None


class InvoicePlan(Value):
    """What to do: put ``invoice`` and ``lines`` (unless UNCHANGED), store the PDF, record the payments, then ``cancel``
    the invoice. When it ``waits``, nothing is done, not even for its payments.

    ``kept_as_it_is`` says why a change that the files ask for is set aside; empty when none is.
    """

    change: InvoiceChange
    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    pdf: PdfSource
    payments: Matching
    kept_as_it_is: str = ""
    cancel: bool = False
    waits: bool = False

    @property
    def leaves_nothing_to_do(self) -> bool:
        """Whether the portal is as the files say, or stays as it is."""
        unchanged = self.change is InvoiceChange.UNCHANGED and self.pdf is PdfSource.KEPT
        return unchanged and not (self.to_record or self.cancel)

    @property
    def to_record(self) -> tuple[Received, ...]:
        return tuple(one for one in self.payments.new if one.payment.means is not Means.ONLINE)

    @property
    def came_online(self) -> tuple[Received, ...]:
        """Rows of money that came online without the portal's knowing: it may be what an open point waits for."""
        return tuple(one for one in self.payments.new if one.payment.means is Means.ONLINE)


def plan_of(in_files: InFiles, on_portal: OnPortal) -> InvoicePlan:
    """What to do. Raises ValueError when neither the files nor the portal have the invoice; ``wrong_with`` reports that
    before."""
    known = on_portal.invoice
    wanted = in_files.invoice or known
    if wanted is None:
        raise ValueError(f"invoice {in_files.number} is nowhere")
    if on_portal.note_fault:
        why = wrong_note_words(wanted, on_portal.note_fault)
        stays, nothing = known or wanted, NOTHING_RECEIVED
        return InvoicePlan(InvoiceChange.UNCHANGED, stays, (), PdfSource.KEPT, nothing, why, waits=True)
    payments = match(in_files.received, known.payments if known else ())
    if known is None:
        lines, cancel = in_files.lines, bool(in_files.says.cancelled)
        pdf = _pdf_of(in_files, InvoiceChange.ADDED, wanted, lines)
        return InvoicePlan(InvoiceChange.ADDED, wanted, lines, pdf, payments, cancel=cancel)
    if known.cancelled_on or in_files.says.cancelled:
        return _cancelled_plan(in_files, on_portal, known, payments)
    return _known_plan(in_files, on_portal, known, payments)


def _known_plan(in_files: InFiles, on_portal: OnPortal, known: Invoice, payments: Matching) -> InvoicePlan:
    """What becomes of an invoice that the portal has: it may change while nothing was paid, and no payment comes with
    the change or is under way."""
    wanted = in_files.invoice or known
    # The day when it came online, its PDF, its payments and its attempts come from the portal.
    wanted = replace(wanted, published_at=known.published_at, payments=known.payments, begun=known.begun)
    wanted = replace(wanted, pdf_bytes=known.pdf_bytes, pdf_tag=known.pdf_tag)
    wanted = in_files.says.beside(known, wanted, busy=bool(known.payments or on_portal.attempt))
    lines = in_files.lines or _still_right(on_portal.lines, wanted.total)
    if wanted == known and lines == on_portal.lines:
        pdf = _pdf_of(in_files, InvoiceChange.UNCHANGED, known, lines)
        return InvoicePlan(InvoiceChange.UNCHANGED, known, lines, pdf, payments)
    why = _why_kept(known, wanted, on_portal.attempt, payments)
    if why:
        return InvoicePlan(InvoiceChange.UNCHANGED, known, on_portal.lines, PdfSource.KEPT, payments, why)
    pdf = _pdf_of(in_files, InvoiceChange.CHANGED, wanted, lines)
    return InvoicePlan(InvoiceChange.CHANGED, wanted, lines, pdf, payments)


def _cancelled_plan(in_files: InFiles, on_portal: OnPortal, known: Invoice, payments: Matching) -> InvoicePlan:
    """What becomes of an invoice of the portal that is cancelled, there or by the list: its other facts stay as they
    are, and a payment is still taken, to be refunded."""
    if known.cancelled_on:
        why = f"la facture « {known.number} » est annulée ; {NEW_INVOICE}" if in_files.says.cancelled is False else ""
    else:
        why = _why_not_cancelled(known, on_portal.attempt)
    pdf = _pdf_of(in_files, InvoiceChange.UNCHANGED, known, on_portal.lines)
    cancel = not (why or known.cancelled_on)
    return InvoicePlan(InvoiceChange.UNCHANGED, known, on_portal.lines, pdf, payments, why, cancel=cancel)


def _why_not_cancelled(known: Invoice, attempt: Attempt | None) -> str:
    """Why an invoice cannot be cancelled now, as the list asks; empty when it can."""
    if attempt:
        return f"la facture « {known.number} » a un paiement en ligne {is_what(attempt)} et est annulée ; {LATER}"
    fault = wrong_with_cancelling(known)
    return NOT_CANCELLED[fault].format(known.number) if fault else ""


def _why_kept(known: Invoice, wanted: Invoice, attempt: Attempt | None, payments: Matching) -> str:
    """Why an invoice may not change now; empty when it may. It may not when money was received for it, by the portal or
    by these very files, or is on its way."""
    changes = ", ".join(_differences(known, wanted)) or "ses lignes"
    if known.payments or payments.new:
        return f"la facture « {known.number} » a un règlement et change ({changes}) ; {CREDIT_AND_NEW}"
    if attempt is None:
        return ""
    return f"la facture « {known.number} » a un paiement en ligne {is_what(attempt)} et change ({changes}) ; {LATER}"


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
    plan = plan_of(in_files, on_portal)
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
        ("facture corrigée", known.corrects or "aucune", wanted.corrects or "aucune"),
        ("moyen", COLLECTED_WORDS[known.means], COLLECTED_WORDS[wanted.means]),
    ):
        if before != after:
            yield f"{name} : {before} → {after}"
