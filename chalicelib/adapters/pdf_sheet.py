"""A sheet of A4 that is written from top to bottom, as every paper of the town is."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from chalicelib.adapters.tagged_pdf import TaggedPdf

MARGIN_MM, WIDTH_MM, BOTTOM_MM = 18.0, 174.0, 276.0
"""Millimetres: each side margin, the width between the margins, and the height at which a page is full."""
LINE_MM = 5.0
INK, PALE = 20, 235
"""Greys (0 black to 255 white): of the text, and of the background of titles."""


class Sheet:
    """Writes on the page, and goes to the next page when it is full. Lengths are millimetres, sizes are points."""

    def __init__(self, pdf: "TaggedPdf", running: str = "") -> None:
        self.pdf = pdf
        self.running = running
        """What the foot of each page says, before the page's number; without it, pages have no foot."""
        self.y = 0.0
        self.next_page()

    def next_page(self) -> None:
        self.pdf.add_page()
        if self.running:
            self._foot()
        self.y = 16.0

    def _foot(self) -> None:
        pdf = self.pdf
        with pdf.artifact():
            self.face(8)
            pdf.set_xy(MARGIN_MM, 283)
            pdf.cell(WIDTH_MM / 2, 4, self.running)
            pdf.cell(WIDTH_MM / 2, 4, f"Page {pdf.page} / {{nb}}", align="R")

    def room(self, height: float) -> bool:
        """Whether the page has ``height`` millimetres left."""
        return self.y + height <= BOTTOM_MM

    def face(self, size: float, *, bold: bool = False) -> None:
        self.pdf.set_font("DejaVu", "B" if bold else "", size)
        self.pdf.set_text_color(INK)

    def wrapped(self, text: str, width: float) -> list[str]:
        """``text`` cut into lines of ``width`` millimetres: between words, or inside a word that is longer than a
        line."""
        lines = [""]
        for word in normalize("NFC", text).split(" "):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if self.pdf.get_string_width(longer) <= width:
                lines[-1] = longer
                continue
            parts = list(self._cut(word, width))
            lines[-1:] = [lines[-1], *parts] if lines[-1] else parts
        return lines

    def _cut(self, word: str, width: float) -> Iterator[str]:
        start = 0
        for end in range(1, len(word) + 1):
            if self.pdf.get_string_width(word[start:end]) > width and end > start + 1:
                yield word[start : end - 1]
                start = end - 1
        yield word[start:]

    def lines(
        self, lines: Iterable[str], x: float, y: float, width: float, *, align: str = "L", step: float = LINE_MM
    ) -> None:
        """Write the lines of one text, ``step`` under each other. A space that nobody sees ends each of them, so that a
        screen reader hears one text."""
        for number, line in enumerate(lines):
            self.pdf.set_xy(x, y + number * step)
            self.pdf.cell(width, step, line if align == "R" else f"{line} ", align=align)

    def paragraph(
        self,
        text: str,
        *,
        kind: str = "P",
        size: float = 9.5,
        bold: bool = False,
        width: float = WIDTH_MM,
        step: float = LINE_MM,
    ) -> None:
        """A paragraph of that width, its lines ``step`` under each other; ``kind`` is its element (``H2`` for a
        title)."""
        self.face(size, bold=bold)
        lines = self.wrapped(text, width)
        if not self.room(len(lines) * step):
            self.next_page()
            self.face(size, bold=bold)
        with self.pdf.element(kind):
            self.lines(lines, MARGIN_MM, self.y, width, step=step)
        self.y += len(lines) * step

    def box(self, y: float, height: float) -> None:
        """A pale background."""
        with self.pdf.artifact():
            self.pdf.set_fill_color(PALE)
            self.pdf.rect(MARGIN_MM, y, WIDTH_MM, height, style="F")

    def rule(self) -> None:
        with self.pdf.artifact():
            self.pdf.set_draw_color(170)
            self.pdf.line(MARGIN_MM, self.y, MARGIN_MM + WIDTH_MM, self.y)
