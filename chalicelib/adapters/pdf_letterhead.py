"""What begins each paper that is posted: who sends it, and to whom, for an envelope with a window."""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.adapters.pdf_sheet import MARGIN_MM, Sheet
from chalicelib.rules.town import Town

if TYPE_CHECKING:
    from fpdf import FPDF

    from chalicelib.adapters.tagged_pdf import TaggedPdf

ADDRESS_LEFT_MM, ADDRESS_TOP_MM, ADDRESS_WIDTH_MM, ADDRESS_LINE_MM = 110.0, 55.8, 78.0, 3.8
"""Where the window of a French DL envelope shows a sheet that is folded in three, wherever the sheet slips.

The envelope is 220 × 110 mm, its window 100 × 35 mm, 20 mm from the right and from the bottom: 100 to 200 mm from the
left, 55 to 90 mm from the top. The sheet, 210 × 99 mm, may lie up to 10 mm further right and 11 mm further down: what
is always seen of it is 100 to 190 mm from its left and 55 to 79 mm from its top. 110 and 55 mm is also where mailing
houses expect the address to begin.
"""
ADDRESS_LINES = 6
"""La Poste reads six lines at most."""
ADDRESS_SIZES = (10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
"""Points: the first size in which every line is narrow enough."""
FOLDS_MM = (99.0, 198.0)
BESIDE_WINDOW_MM, BESIDE_STEP_MM = 68.0, 4.2
"""Width of what is written left of the window, where no window shows it, and the height of its lines."""
ABOVE_WINDOW_MM, UNDER_WINDOW_MM = 42.0, 93.0
"""No window shows what is above the first or under the second."""
CREST_MM = 16.0
CRESTS = 8
"""Crests of which is known whether they can be drawn: a process has one town's."""


def sender(sheet: Sheet, town: Town, texts: Iterable[str]) -> None:
    """Write who sends the paper, left of the window: the crest, the name in the town's colour, then ``texts``."""
    if can_be_drawn(town.crest):
        box = (MARGIN_MM, sheet.y, CREST_MM, CREST_MM)
        with sheet.pdf.figure(f"Blason : {town.name}", box):
            _draw(sheet.pdf, town.crest, sheet.y)
        sheet.y += CREST_MM + 2
    sheet.face(13, bold=True)
    sheet.pdf.set_text_color(town.colour)
    beside(sheet, town.name)
    sheet.y += 1
    sheet.face(8.5)
    for text in texts:
        beside(sheet, text)


def beside(sheet: Sheet, text: str, *, kind: str = "P") -> None:
    """Write ``text``, left of the window, in the face that is set."""
    if not text:
        return
    lines = sheet.wrapped(text, BESIDE_WINDOW_MM)
    with sheet.pdf.element(kind):
        sheet.lines(lines, MARGIN_MM, sheet.y, BESIDE_WINDOW_MM, step=BESIDE_STEP_MM)
    sheet.y += len(lines) * BESIDE_STEP_MM


def folds(pdf: "TaggedPdf") -> None:
    """Mark in the margin where the sheet is folded."""
    with pdf.artifact():
        pdf.set_draw_color(150)
        for y in FOLDS_MM:
            pdf.line(5, y, 9, y)


def in_the_window(sheet: Sheet, payer: str, address: Sequence[str]) -> None:
    """Write the address where the window shows it, in letters small enough for it."""
    # La Poste reads the last line, the town, in capitals.
    texts = [payer, *address[:-1], *(line.upper() for line in address[-1:])][:ADDRESS_LINES]
    for size in ADDRESS_SIZES:
        sheet.face(size)
        if all(sheet.pdf.get_string_width(text) <= ADDRESS_WIDTH_MM for text in texts):
            break
    lines = [line for text in texts for line in sheet.wrapped(text, ADDRESS_WIDTH_MM)][:ADDRESS_LINES]
    with sheet.pdf.element("P"):
        for number, line in enumerate(lines):
            sheet.pdf.set_xy(ADDRESS_LEFT_MM, ADDRESS_TOP_MM + number * ADDRESS_LINE_MM)
            sheet.pdf.cell(ADDRESS_WIDTH_MM, ADDRESS_LINE_MM, f"{line} ")


@lru_cache(CRESTS)
def can_be_drawn(crest: str) -> bool:
    """Whether there is a crest, and fpdf2 knows how to draw it: browsers draw more."""
    from fpdf import FPDF  # noqa: PLC0415 - it takes long to load: only when a PDF is made

    if not crest:
        return False
    trial = FPDF()
    trial.add_page()
    try:
        _draw(trial, crest, 0)
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
        return False
    return True


def _draw(pdf: "FPDF", crest: str, y: float) -> None:
    pdf.image(io.BytesIO(crest.encode()), MARGIN_MM, y, CREST_MM, CREST_MM, keep_aspect_ratio=True)
