"""An order of the kitchen on paper: what moved, then a table for each day."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.adapters.plain_pdf import HEADING, MARGIN, PAGE_WIDTH, TITLE, PaperColumn, PlainPdf
from chalicelib.services.order_ports import DayWords, OrderSheet

SCHOOL, SITTING, NUMBER = 150.0, 95.0, 54.0
"""Points: widths of the first two columns, and the least of the others."""


class OrderPdf:
    """``SheetRenderer``."""

    def __call__(self, sheet: OrderSheet, named: Sequence[str], town: str, at: datetime) -> bytes:
        pdf = PlainPdf(title=sheet.title, author=town, at=at)
        pdf.paragraph(town)
        pdf.space(4)
        pdf.paragraph(sheet.title, TITLE)
        pdf.space(4)
        pdf.paragraph(sheet.figures_of)
        pdf.space(8)
        pdf.paragraph(sheet.compared, HEADING)
        for line in sheet.changes:
            pdf.paragraph(f"• {line}", indent=8)
        for day in sheet.days:
            _day(pdf, day)
        if named:
            pdf.space(12)
            pdf.paragraph("Enfants qui ont un PAI (à ne pas diffuser)", HEADING)
        for child in named:
            pdf.paragraph(f"• {child}", indent=8)
        return pdf.to_bytes()


def _day(pdf: PlainPdf, day: DayWords) -> None:
    pdf.space(12)
    if not pdf.room(90):  # A title stays with the first rows of its table.
        pdf.next_page()
    pdf.paragraph(day.title, HEADING)
    pdf.space(3)
    whole = PAGE_WIDTH - 2 * MARGIN
    numbers = len(day.columns) - 2
    number = max(NUMBER, min(64.0, (whole - SCHOOL - SITTING) / numbers))
    left = max(120.0, whole - numbers * number)
    number = (whole - left) / numbers
    widths = (left * SCHOOL / (SCHOOL + SITTING), left * SITTING / (SCHOOL + SITTING), *[number] * numbers)
    columns = [PaperColumn(title, w, at >= 2) for at, (title, w) in enumerate(zip(day.columns, widths, strict=True))]
    pdf.table(columns, day.rows, [bool(row[-1]) for row in day.rows])
