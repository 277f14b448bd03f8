"""An invoice on paper, for a town whose software makes none: what is to pay first, what the law asks for, on A4."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from chalicelib.adapters.invoice_table import InvoiceTable
from chalicelib.adapters.invoice_words import Headline, headline, paid_words, title
from chalicelib.adapters.pdf_letterhead import (
    ABOVE_WINDOW_MM,
    UNDER_WINDOW_MM,
    beside,
    folds,
    in_the_window,
    sender,
)
from chalicelib.adapters.pdf_sheet import MARGIN_MM, WIDTH_MM, Sheet
from chalicelib.adapters.qr_code import squares
from chalicelib.rules.families import Family
from chalicelib.rules.invoices import Invoice, InvoiceLine, Means
from chalicelib.rules.money import in_words
from chalicelib.rules.payments import LEAST
from chalicelib.rules.town import Town

if TYPE_CHECKING:
    from chalicelib.adapters.tagged_pdf import TaggedPdf

HEADLINE_LEFT_MM, HEADLINE_TOP_MM, BAR_MM = 100.0, 14.0, 1.6
"""Where the amount stands, right above the window; the town's colour is a bar on its left."""
QR_MM = 30.0
TEXT, STEP_MM = 8.5, 4.1
"""Of the ways to pay: size in points, height of a line in millimetres."""
NAME_MM = 48.0
"""Width of the names of what must be typed to pay."""
ON_THE_INTERNET = (
    "Vous pouvez payer sur internet en vous connectant sur www.payfip.gouv.fr "
    "et en saisissant les informations suivantes :"
)


class InvoicePdf:
    """``InvoiceRenderer``. ``portal`` is the address of the portal's pages; empty when it is not known."""

    def __init__(self, portal: str = "") -> None:
        self.portal = portal

    def render(
        self,
        invoice: Invoice,
        lines: Sequence[InvoiceLine],
        family: Family,
        town: Town,
        credit_notes: Sequence[Invoice] = (),
    ) -> bytes:
        # fpdf2 and what it needs take as long to load as the rest of an import: loaded only when a PDF is made.
        from chalicelib.adapters.tagged_pdf import TaggedPdf  # noqa: PLC0415

        pdf = TaggedPdf(
            title=f"{title(invoice).replace(' n°', '')} - {invoice.label}",
            author=town.name,
            created=datetime.combine(invoice.issued_on, time(), UTC),
        )
        sheet = Sheet(pdf, f"{town.name} · {title(invoice)}")
        _headline(sheet, headline(invoice), town)
        sender(sheet, town, _issuer(invoice, town))
        folds(pdf)
        in_the_window(sheet, family.payer, family.address)
        _facts(sheet, invoice, family)
        sheet.y = max(sheet.y + 1.5, UNDER_WINDOW_MM)
        if lines:
            InvoiceTable(sheet).write(lines)
        _totals(sheet, invoice, credit_notes)
        _HowToPay(sheet, invoice, town, self.portal).write()
        return pdf.to_bytes()


def _headline(sheet: Sheet, said: Headline, town: Town) -> None:
    """Write what is to pay above the window, before all else. It ends where the window may begin."""
    pdf, width = sheet.pdf, MARGIN_MM + WIDTH_MM - HEADLINE_LEFT_MM
    with pdf.artifact():
        pdf.set_fill_color(town.colour)
        pdf.rect(HEADLINE_LEFT_MM - 4, HEADLINE_TOP_MM, BAR_MM, ABOVE_WINDOW_MM - HEADLINE_TOP_MM, style="F")
    y = HEADLINE_TOP_MM
    with pdf.element("H1"):
        sheet.face(18, bold=True)
        sheet.lines([said.amount], HEADLINE_LEFT_MM, y + 1, width, step=8)
        sheet.face(12, bold=True)
        sheet.lines([said.until] if said.until else [], HEADLINE_LEFT_MM, y + 9.5, width, step=6)
    sheet.face(8.5)
    y += 17
    for note in said.notes:
        lines = sheet.wrapped(note, width)
        with pdf.element("P"):
            sheet.lines(lines, HEADLINE_LEFT_MM, y, width, step=4)
        y += 4 * len(lines)


def _issuer(invoice: Invoice, town: Town) -> Iterator[str]:
    """Who sends the invoice, and where to ask."""
    if town.legal.identity != town.name:
        yield town.legal.identity
    yield town.legal.address
    if town.payment.siret:
        yield f"SIRET {_siret(town.payment.siret)}"
    yield invoice.regie
    office = town.office
    yield " · ".join(part for part in (office.name, office.phone) if part)
    yield office.email
    if office.hours:
        yield f"Ouvert {office.hours}"


def _siret(digits: str) -> str:
    """``21010004300017`` -> ``210 100 043 00017``, as it is read."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:9]} {digits[9:]}"


def _facts(sheet: Sheet, invoice: Invoice, family: Family) -> None:
    """Write which invoice it is, left of the window; or at the height of the window's end if the sender is short."""
    sheet.y += 2
    sheet.face(11, bold=True)
    beside(sheet, title(invoice), kind="H2")
    sheet.face(9.5, bold=True)
    beside(sheet, invoice.label)
    sheet.face(8.5)
    beside(sheet, f"Émis{'' if invoice.is_credit_note else 'e'} le {invoice.issued_on:%d/%m/%Y} pour {family.payer}")
    beside(sheet, f"Référence {invoice.reference}")


def _totals(sheet: Sheet, invoice: Invoice, credit_notes: Sequence[Invoice]) -> None:
    """Write the total, what was paid of it, and what the family has to its credit."""
    name = "Total de l'avoir" if invoice.is_credit_note else "Total de la facture"
    rows = [f"{name} : {in_words(invoice.total)}"]
    if invoice.paid and invoice.remaining:
        rows.append(f"{paid_words(invoice)[0].upper()}{paid_words(invoice)[1:]}")
    if not sheet.room(len(rows) * 6 + 4):
        sheet.next_page()
    sheet.y += 1
    sheet.box(sheet.y, len(rows) * 6 + 2)
    sheet.face(11, bold=True)
    for row in rows:
        with sheet.pdf.element("P"):
            sheet.lines([row], MARGIN_MM, sheet.y + 1, WIDTH_MM, align="R", step=6)
        sheet.y += 6
    sheet.y += 3
    for note in credit_notes:
        sheet.paragraph(f"Avoir n° {note.number} : {in_words(note.overpaid)} encore à votre crédit.")


class _HowToPay:
    """What a family does with the invoice. It stays on one page, with the code for its phone on the right."""

    def __init__(self, sheet: Sheet, invoice: Invoice, town: Town, portal: str) -> None:
        self.sheet = sheet
        self.invoice = invoice
        self.payment = town.payment
        self.portal = portal
        due, debited = invoice.remaining > 0, invoice.means is Means.DIRECT_DEBIT
        self.is_asked = due and not debited
        self.is_debited = due and debited
        self.is_online = self.is_asked and bool(portal and town.payment.online) and invoice.remaining >= LEAST

    def write(self) -> None:
        sheet = self.sheet
        if not sheet.room(QR_MM + 4 + 7):
            sheet.next_page()
        top = sheet.y
        width = WIDTH_MM - QR_MM - 6 if self.is_online else WIDTH_MM
        if self.is_asked:
            self._ways(width)
        elif self.is_debited:
            self._debit()
        if self.is_online:
            self._code(top)
            sheet.y = max(sheet.y, top + QR_MM + 4)
        elif self.portal:
            sheet.y += 1
            sheet.paragraph(f"Vous pouvez la consulter sur le portail parents : {self.portal}")
        if self.payment.mention:
            sheet.y += 1
            sheet.paragraph(self.payment.mention, size=7.5, step=3.6)

    def _ways(self, width: float) -> None:
        sheet, payment = self.sheet, self.payment
        sheet.paragraph("Pour payer", kind="H2", size=12, bold=True)
        sheet.y += 1
        if self.is_online:
            self._said(f"Sur le portail parents : {self.portal}", width, bold=True)
        if payment.client_number:
            self._said(ON_THE_INTERNET, width)
            self._typed("Identifiant structure", payment.client_number)
            self._typed("Référence", self.invoice.reference)
            self._typed("Montant", in_words(self.invoice.remaining))
        if payment.means:
            self._said(f"Autres moyens de paiement : {' ; '.join(payment.means)}.", width)

    def _said(self, text: str, width: float, *, bold: bool = False) -> None:
        self.sheet.paragraph(text, size=TEXT, width=width, step=STEP_MM, bold=bold)

    def _typed(self, name: str, value: str) -> None:
        """``name : value``; values stand one under the other."""
        sheet = self.sheet
        with sheet.pdf.element("P"):
            sheet.face(TEXT)
            sheet.lines([f"{name} :"], MARGIN_MM + 6, sheet.y, NAME_MM, step=STEP_MM)
            sheet.face(TEXT, bold=True)
            sheet.lines([value], MARGIN_MM + NAME_MM, sheet.y, WIDTH_MM - NAME_MM, step=STEP_MM)
        sheet.y += STEP_MM

    def _debit(self) -> None:
        sheet = self.sheet
        sheet.paragraph("Prélèvement automatique", kind="H2", size=12, bold=True)
        sheet.y += 1
        sheet.paragraph(
            f"Vous n'avez rien à faire : {in_words(self.invoice.remaining)} seront prélevés le "
            f"{self.invoice.due_on:%d/%m/%Y} sur le compte que vous avez donné à la mairie."
        )

    def _code(self, top: float) -> None:
        sheet, pdf = self.sheet, self.sheet.pdf
        left, page = MARGIN_MM + WIDTH_MM - QR_MM, f"{self.portal}/factures"
        with pdf.figure(f"Code QR qui ouvre la page de paiement {page}", (left, top, QR_MM, QR_MM)):
            _fill(pdf, squares(page, left * pdf.k, (pdf.h - top - QR_MM) * pdf.k, QR_MM * pdf.k))
        sheet.face(8)
        with pdf.element("P"):
            sheet.lines(["Photographiez pour payer"], left - 6, top + QR_MM, QR_MM + 6, align="R", step=4)


def _fill(pdf: "TaggedPdf", drawn: str) -> None:
    """Draw what fpdf2 has no words for; the page's colour is afterwards what it was."""
    pdf._out(f"q\n{drawn}\nQ")
