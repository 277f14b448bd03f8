"""The bordereau of a month on paper, with a place for date and signature.

It is made each night by a function that has no fpdf2. What is on it are the town's words, sums and who closed the
month; no payer's name.
"""

from datetime import datetime

from chalicelib.adapters.plain_pdf import HEADING, TITLE, PaperColumn, PlainPdf
from chalicelib.services.slip_ports import SlipSheet, SlipTable

WIDTHS = (112.0, 143.0, 46.0, 66.0, 66.0, 66.0)
"""Points, of the columns."""
SIGNED = ("Fait à                              , le", "Le régisseur :", "Vu, le comptable :")


class SlipPdf:
    """``SlipRenderer``."""

    def __call__(self, sheet: SlipSheet, town: str, at: datetime) -> bytes:
        pdf = PlainPdf(title=sheet.title, author=town, at=at)
        pdf.paragraph(town)
        pdf.space(4)
        pdf.paragraph(sheet.title, TITLE)
        pdf.space(4)
        pdf.paragraph(sheet.closed)
        for table in sheet.tables:
            _table(pdf, sheet, table)
        _end(pdf, sheet)
        return pdf.to_bytes()


def _table(pdf: PlainPdf, sheet: SlipSheet, table: SlipTable) -> None:
    pdf.space(12)
    if not pdf.room(90):  # A title stays with the first rows of its table.
        pdf.next_page()
    pdf.paragraph(table.title, HEADING)
    pdf.space(3)
    titled = zip(sheet.columns, WIDTHS, strict=True)
    columns = [PaperColumn(title, width, number >= 2) for number, (title, width) in enumerate(titled)]
    pdf.table(columns, table.rows, table.bold)


def _end(pdf: PlainPdf, sheet: SlipSheet) -> None:
    """A signature never stands alone on a page."""
    pdf.space(10)
    if not pdf.room(155):
        pdf.next_page()
    pdf.paragraph(sheet.rule)
    pdf.space(14)
    for line in SIGNED:
        pdf.paragraph(line)
        pdf.space(22)
