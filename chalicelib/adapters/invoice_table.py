"""The lines of an invoice: a table with one part for each child, and what each child costs."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from chalicelib.adapters.pdf_sheet import MARGIN_MM, WIDTH_MM, Sheet
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.money import Cents, in_words, price_in_words

COLUMNS = (("Désignation", 108.0, "L"), ("Quantité", 18.0, "R"), ("Prix unitaire", 25.0, "R"), ("Montant", 23.0, "R"))
"""Title, width in millimetres, and the side on which the text stands (L or R)."""
STEP_MM, DAYS_STEP_MM, PADDING_MM = 4.0, 3.3, 0.6
"""Heights of a line of text, of a line of days, and of what is free above and under each row."""
TITLES_MM, CHILD_MM = 5.6, 5.4
TEXT, SMALL = 9.0, 7.0
"""Points."""
OVER_THREE = "<</O /Table /ColSpan 3>>"
FOR_ALL = "Pour la famille"
"""Title of the lines that name no child, when others do."""


class InvoiceTable:
    """Writes on ``sheet`` where it stands, and on as many pages as needed."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.child = ""
        """The child whose lines are being written: a page that begins among them says so."""

    def write(self, lines: Sequence[InvoiceLine]) -> None:
        with self.sheet.pdf.group("Table"):
            with self.sheet.pdf.group("TR"):
                self._titles()
            for child, of_child in by_child(lines):
                self._part(child, of_child)

    def _titles(self, *, again: bool = False) -> None:
        """The titles of the columns. With ``again``, on a later page, they are only decoration."""
        sheet = self.sheet
        sheet.box(sheet.y, TITLES_MM)
        sheet.face(8.5, bold=True)
        x = MARGIN_MM
        for text, width, align in COLUMNS:
            with sheet.pdf.artifact() if again else sheet.pdf.element("TH"):
                sheet.lines([text], x, sheet.y + PADDING_MM, width, align=align, step=STEP_MM)
            x += width
        sheet.y += TITLES_MM

    def _part(self, child: str, lines: Sequence[InvoiceLine]) -> None:
        self.child = child
        if child:
            if not self.sheet.room(CHILD_MM + 2 * STEP_MM + 2 * PADDING_MM):  # A name stays with its first line.
                self._next_page()
            self._heading(child, Cents(sum(line.amount for line in lines)))
        for line in lines:
            self._row(line)

    def _heading(self, child: str, subtotal: Cents) -> None:
        from chalicelib.adapters.tagged_pdf import OF_ITS_ROW  # noqa: PLC0415 - loads fpdf2

        sheet, y = self.sheet, self.sheet.y + 2 * PADDING_MM
        name_width = COLUMNS[0][1]
        sheet.face(TEXT, bold=True)
        name = sheet.wrapped(child, name_width - 2)
        with sheet.pdf.group("TR"):
            with sheet.pdf.element("TH", attributes=OF_ITS_ROW):
                sheet.lines(name, MARGIN_MM, y, name_width, step=STEP_MM)
            with sheet.pdf.element("TD", attributes=OVER_THREE):
                text = f"sous-total {in_words(subtotal)}"
                sheet.lines([text], MARGIN_MM + name_width, y, WIDTH_MM - name_width, align="R", step=STEP_MM)
        sheet.y += CHILD_MM + (len(name) - 1) * STEP_MM
        sheet.rule()

    def _row(self, line: InvoiceLine) -> None:
        sheet = self.sheet
        sheet.face(SMALL)
        days = sheet.wrapped(f"Jours : {line.days}", COLUMNS[0][1] - 4) if line.days else []
        sheet.face(TEXT)
        what = sheet.wrapped(line.what, COLUMNS[0][1] - 2)
        height = len(what) * STEP_MM + len(days) * DAYS_STEP_MM + 2 * PADDING_MM
        if not sheet.room(height):
            self._next_page()
            sheet.face(TEXT)
        y, x = sheet.y + PADDING_MM, MARGIN_MM + COLUMNS[0][1]
        with sheet.pdf.group("TR"):
            with sheet.pdf.element("TD"):
                sheet.lines(what, MARGIN_MM, y, COLUMNS[0][1], step=STEP_MM)
                sheet.face(SMALL)
                sheet.lines(days, MARGIN_MM + 2, y + len(what) * STEP_MM, COLUMNS[0][1], step=DAYS_STEP_MM)
            sheet.face(TEXT)
            numbers = (_count(line.quantity), price_in_words(line.unit_price), in_words(line.amount))
            for text, (_, width, align) in zip(numbers, COLUMNS[1:], strict=True):
                with sheet.pdf.element("TD"):
                    sheet.lines([text], x, y, width, align=align, step=STEP_MM)
                x += width
        sheet.y += height
        sheet.rule()

    def _next_page(self) -> None:
        self.sheet.next_page()
        self._titles(again=True)
        if self.child:
            with self.sheet.pdf.artifact():
                self.sheet.face(TEXT, bold=True)
                self.sheet.lines(
                    [f"{self.child} (suite)"], MARGIN_MM, self.sheet.y + PADDING_MM, WIDTH_MM, step=STEP_MM
                )
            self.sheet.y += CHILD_MM


def by_child(lines: Iterable[InvoiceLine]) -> list[tuple[str, list[InvoiceLine]]]:
    """The lines of each child, in the order of the town's file; those without a child come last."""
    parts: dict[str, list[InvoiceLine]] = {}
    for line in lines:
        parts.setdefault(line.child, []).append(line)
    alone = parts.pop("", [])
    named = FOR_ALL if parts else ""
    return [*parts.items(), *([(named, alone)] if alone else [])]


def _count(quantity: Decimal) -> str:
    """``4``, ``2,5``"""
    return f"{quantity.normalize():f}".replace(".", ",")
