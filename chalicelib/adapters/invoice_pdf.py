"""An invoice on paper, for a town whose software makes none: what a French public invoice must say, on A4."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal

from chalicelib.adapters.pdf_sheet import LINE_MM, MARGIN_MM, WIDTH_MM, Sheet
from chalicelib.rules.families import Family
from chalicelib.rules.invoices import Invoice, InvoiceLine
from chalicelib.rules.money import in_words, price_in_words
from chalicelib.rules.town import Town

PADDING_MM = 1.5
COLUMNS = (
    ("Désignation", 70.0, "L"),
    ("Enfant", 36.0, "L"),
    ("Quantité", 18.0, "R"),
    ("Prix unitaire", 26.0, "R"),
    ("Montant", 24.0, "R"),
)
"""Columns of the table: title, width in millimetres, and the side on which the text stands (L or R)."""
ON_THE_INTERNET = (
    "Vous pouvez payer sur internet en vous connectant sur www.payfip.gouv.fr "
    "et en saisissant les informations suivantes :"
)


class InvoicePdf:
    """``InvoiceRenderer``. ``portal`` is the address of the portal's pages; empty when it is not known."""

    def __init__(self, portal: str = "") -> None:
        self.portal = portal

    def render(self, invoice: Invoice, lines: Sequence[InvoiceLine], family: Family, town: Town) -> bytes:
        # fpdf2 and what it needs take as long to load as the rest of an import: loaded only when a PDF is made.
        from chalicelib.adapters.tagged_pdf import TaggedPdf  # noqa: PLC0415

        pdf = TaggedPdf(
            title=f"Facture {invoice.number} - {invoice.label}",
            author=town.name,
            created=datetime.combine(invoice.issued_on, time(), UTC),
        )
        sheet = Sheet(pdf, f"{town.name} · Facture {invoice.number}")
        _heading(sheet, invoice, town)
        _facts(sheet, invoice, lines, family)
        _table(sheet, lines)
        _total(sheet, invoice)
        _how_to_pay(sheet, invoice, town, self.portal)
        return pdf.to_bytes()


def _heading(sheet: Sheet, invoice: Invoice, town: Town) -> None:
    """Write who sends the invoice, and its number."""
    sheet.paragraph(town.name, size=14, bold=True)
    sheet.y += 1
    for text in (town.legal.identity, town.legal.address, invoice.regie):
        if text and text != town.name:
            sheet.paragraph(text)
    office = town.office
    sheet.paragraph(" · ".join(part for part in (office.name, office.phone, office.email) if part), size=8.5)
    sheet.paragraph(f"Ouvert {office.hours}" if office.hours else " ", size=8.5)
    sheet.y += 6
    sheet.paragraph(f"Facture n° {invoice.number}", kind="H1", size=16, bold=True)
    sheet.y += 2
    sheet.paragraph(invoice.label, bold=True)
    sheet.y += 3


def _facts(sheet: Sheet, invoice: Invoice, lines: Sequence[InvoiceLine], family: Family) -> None:
    """Write who owes it, when it was issued, when it is due, and for which children."""
    children = ", ".join(dict.fromkeys(line.child for line in lines if line.child))
    for name, value in (
        ("Redevable", family.payer),
        ("Date d'émission", f"{invoice.issued_on:%d/%m/%Y}"),
        ("Date limite de paiement", f"{invoice.due_on:%d/%m/%Y}"),
        ("Enfants" if "," in children else "Enfant", children),
    ):
        if value:
            _named(sheet, name, value)
    sheet.y += 5


def _named(sheet: Sheet, name: str, value: str, *, bold: bool = False, indent: float = 0.0) -> None:
    """Write ``Name : value``; values stand one under the other."""
    width = 54.0
    sheet.face(9.5, bold=bold)
    lines = sheet.wrapped(value, WIDTH_MM - indent - width)
    if not sheet.room(len(lines) * LINE_MM):
        sheet.next_page()
    with sheet.pdf.element("P"):
        sheet.face(9.5)
        sheet.lines([f"{name} :"], MARGIN_MM + indent, sheet.y, width)
        sheet.face(9.5, bold=bold)
        sheet.lines(lines, MARGIN_MM + indent + width, sheet.y, WIDTH_MM - indent - width)
    sheet.y += len(lines) * LINE_MM


def _table(sheet: Sheet, lines: Sequence[InvoiceLine]) -> None:
    if not lines:
        return
    with sheet.pdf.group("Table"):
        with sheet.pdf.group("TR"):
            _titles(sheet)
        for line in lines:
            _row(sheet, line)


def _titles(sheet: Sheet, *, again: bool = False) -> None:
    """Write the titles of the columns. With ``again``, on a later page, they are only decoration."""
    sheet.box(sheet.y, LINE_MM + 2 * PADDING_MM)
    sheet.face(8.5, bold=True)
    x = MARGIN_MM
    for title, width, align in COLUMNS:
        with sheet.pdf.artifact() if again else sheet.pdf.element("TH"):
            sheet.lines([title], x, sheet.y + PADDING_MM, width, align=align)
        x += width
    sheet.y += LINE_MM + 2 * PADDING_MM


def _row(sheet: Sheet, line: InvoiceLine) -> None:
    sheet.face(9)
    texts = (
        line.what,
        line.child,
        _count(line.quantity),
        price_in_words(line.unit_price),
        in_words(line.amount),
    )
    cells = [sheet.wrapped(text, width - 2) for text, (_, width, _) in zip(texts, COLUMNS, strict=True)]
    height = max(map(len, cells)) * LINE_MM + PADDING_MM
    if not sheet.room(height):
        sheet.next_page()
        _titles(sheet, again=True)
        sheet.face(9)
    x = MARGIN_MM
    with sheet.pdf.group("TR"):
        for cell, (_, width, align) in zip(cells, COLUMNS, strict=True):
            with sheet.pdf.element("TD"):
                sheet.lines(cell, x, sheet.y + PADDING_MM / 2, width, align=align)
            x += width
    sheet.y += height
    sheet.rule()


def _count(quantity: Decimal) -> str:
    """``4``, ``2,5``"""
    return f"{quantity.normalize():f}".replace(".", ",")


def _total(sheet: Sheet, invoice: Invoice) -> None:
    height = LINE_MM + 2 * PADDING_MM + 1
    if not sheet.room(height):
        sheet.next_page()
    sheet.y += 1
    sheet.box(sheet.y, height)
    sheet.face(11, bold=True)
    with sheet.pdf.element("P"):
        sheet.lines(
            [f"Total à payer : {in_words(invoice.total)}"], MARGIN_MM, sheet.y + PADDING_MM + 0.5, WIDTH_MM, align="R"
        )
    sheet.y += height + 6


def _how_to_pay(sheet: Sheet, invoice: Invoice, town: Town, portal: str) -> None:
    payment = town.payment
    if not sheet.room(9 * LINE_MM):  # The title and the two numbers that must be typed stay together.
        sheet.next_page()
    sheet.paragraph("Pour payer", kind="H2", size=12, bold=True)
    sheet.y += 1
    if payment.client_number:
        sheet.paragraph(ON_THE_INTERNET)
        sheet.y += 1
        _named(sheet, "Identifiant structure", payment.client_number, bold=True, indent=6)
        _named(sheet, "Référence", invoice.reference, bold=True, indent=6)
        _named(sheet, "Montant", in_words(invoice.total), bold=True, indent=6)
        sheet.y += 1
    seen = "consulter et payer" if payment.online else "consulter"
    where = f" : {portal}" if portal else " de la ville."
    sheet.paragraph(f"Vous pouvez aussi la {seen} sur le portail parents{where}")
    if payment.means:
        sheet.y += 1
        sheet.paragraph("Autres moyens de paiement :")
    for means in payment.means:
        sheet.paragraph(f"- {means}")
    sheet.y += 1
    sheet.paragraph(f"À payer au plus tard le {invoice.due_on:%d/%m/%Y}.", bold=True)
    if payment.mention:
        sheet.y += 3
        sheet.paragraph(payment.mention, size=8)
