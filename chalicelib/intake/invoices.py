"""What the files say of an invoice, what the portal has of it, and what is then to be done: pure decisions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePath

from chalicelib.intake.faults import Place
from chalicelib.intake.invoice_lists import INVOICES, PAYMENTS
from chalicelib.intake.pdf_files import place_of
from chalicelib.rules.families import Family
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine, Means, Payment
from chalicelib.rules.money import Cents, in_words


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
class Received:
    """A row of reglements.csv."""

    line: int
    payment: Payment


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
    def place(self) -> Place:
        return Place(INVOICES, self.line)


@dataclass(frozen=True)
class FamilyInvoices:
    """The invoices of the files that one family owes. ``family`` has no children: a PDF names those of its lines."""

    family: Family
    listed: tuple[Listed, ...]


@dataclass(frozen=True)
class There:
    """What the portal has: the invoice of that number, its lines, and the number that holds its reference."""

    invoice: Invoice | None = None
    lines: tuple[InvoiceLine, ...] = ()
    holder: InvoiceNumber | None = None


@dataclass(frozen=True)
class Step:
    """What is to be done: ``invoice`` and ``lines`` to put unless UNCHANGED, the PDF to store, payments to record."""

    change: Change
    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    pdf: Pdf
    to_record: tuple[Received, ...]


def step_of(listed: Listed, there: There) -> Step:
    """Raises ValueError when neither the files nor the portal have the invoice: ``wrong_with`` says what is wrong."""
    known = there.invoice
    wanted = listed.invoice or known
    if wanted is None:
        raise ValueError(f"invoice {listed.number} is nowhere")
    if known:
        # The day it came online, its PDF and its payments are the portal's.
        wanted = replace(wanted, published_at=known.published_at, pdf_bytes=known.pdf_bytes, payments=known.payments)
    lines = listed.lines or _still_right(there.lines, wanted.total)
    if known is None:
        change = Change.ADDED
    elif wanted != known or lines != there.lines:
        change = Change.CHANGED
    else:
        change = Change.UNCHANGED
    recorded = tuple(received for received in listed.received if not _is_known(received.payment, known))
    return Step(change, wanted, lines, _pdf_of(listed, change, wanted, lines), recorded)


def _still_right(lines: tuple[InvoiceLine, ...], total: Cents) -> tuple[InvoiceLine, ...]:
    """Lines of the portal, as long as they add up to the total of the files."""
    return lines if sum(line.amount for line in lines) == total else ()


def _pdf_of(listed: Listed, change: Change, invoice: Invoice, lines: tuple[InvoiceLine, ...]) -> Pdf:
    if listed.pdf:
        return Pdf.GIVEN
    if lines and (change is not Change.UNCHANGED or not invoice.pdf_bytes):
        return Pdf.MADE
    return Pdf.KEPT


def _is_known(payment: Payment, invoice: Invoice | None) -> bool:
    """Whether the portal has the payment: the very same, or the one that it took online itself and the town repeats."""
    there = invoice.payments if invoice else ()
    return any(
        one.id == payment.id
        or (one.means is payment.means is Means.ONLINE and one.amount == payment.amount and one.authorisation)
        for one in there
    )


def wrong_with(listed: Listed, there: There) -> Iterator[tuple[Place, str]]:
    """Why the files cannot be followed, given what the portal has."""
    known, wanted = there.invoice, listed.invoice
    if known is None and wanted is None:
        yield from _nowhere(listed)
        return
    step = step_of(listed, there)
    if known and wanted and known.family != wanted.family:
        yield listed.place, f"la facture « {listed.number} » est celle d'une autre famille ; attendu : un autre numéro"
        return
    if wanted and there.holder not in (None, listed.number):
        yield (
            listed.place,
            f"la référence « {wanted.reference} » est celle de la facture « {there.holder} » du portail ; "
            "attendu : une référence par facture",
        )
    if known and known.payments and step.change is Change.CHANGED:
        changes = ", ".join(_differences(known, step.invoice)) or "ses lignes"
        yield listed.place, f"la facture « {listed.number} » a un règlement et change ({changes}) ; attendu : la même"
    elif step.change is not Change.UNCHANGED and step.pdf is Pdf.KEPT:
        wanted_pdf = PurePath("pdf", f"{listed.number}.pdf")
        yield (
            listed.place,
            f"la facture « {listed.number} » n'a ni lignes ni PDF ; "
            f"attendu : des lignes dans lignes.csv, ou {wanted_pdf}",
        )
    yield from _changed_payments(listed, known)


def _nowhere(listed: Listed) -> Iterator[tuple[Place, str]]:
    unknown = f"la facture « {listed.number} » n'existe pas ; attendu : une facture de factures.csv ou du portail"
    for received in listed.received:
        yield Place(PAYMENTS, received.line), unknown
    if listed.pdf:
        yield place_of(listed.pdf), unknown


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


def _changed_payments(listed: Listed, known: Invoice | None) -> Iterator[tuple[Place, str]]:
    there = {payment.id: payment for payment in known.payments} if known else {}
    for received in listed.received:
        before = there.get(received.payment.id, received.payment)
        if before != received.payment:
            yield (
                Place(PAYMENTS, received.line),
                "ce règlement est déjà enregistré autrement "
                f"({in_words(before.amount)} le {before.paid_on:%d/%m/%Y}) ; "
                "attendu : le même, ou une autre référence",
            )
