"""An attendance list for the wall: names that are read at one metre, a box to tick, lines for the unannounced."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.adapters.pdf_sheet import LINE_MM, MARGIN_MM, WIDTH_MM, Sheet
from chalicelib.services.attendance_ports import AttendanceSheet, ClassSheet, NameRow

if TYPE_CHECKING:
    from chalicelib.adapters.tagged_pdf import TaggedPdf

NAME_POINTS = 12
"""Size of the names: the smallest that is read at one metre."""
PADDING_MM, BOX_MM = 1.0, 4.4
BLANK_LINES = 4
BLANK_MM = 9.0
"""Height of a line for a child that nobody announced."""
UNANNOUNCED = "Enfants non annoncés"
RESERVED = "Liste réservée à ceux qui accueillent les enfants"


class ListColumn(NamedTuple):
    title: str
    width: float


COLUMNS = (
    ListColumn("Là", 10.0),
    ListColumn("Enfant", 86.0),
    ListColumn("Régime, PAI", 54.0),
    ListColumn("Changement", 24.0),
)
"""Titles and widths in millimetres."""
SIZES = (NAME_POINTS, NAME_POINTS, 10.5, 10)
"""Size of the text of each column."""


class AttendancePdf:
    """``AttendanceRenderer``."""

    def __call__(self, sheet: AttendanceSheet, town: str, at: datetime) -> bytes:
        # fpdf2 takes long to load: only when a PDF is made.
        from chalicelib.adapters.tagged_pdf import TaggedPdf  # noqa: PLC0415

        title = f"{sheet.title}, {sheet.day}"
        paper = _Paper(TaggedPdf(title=title, author=town, created=at), f"{town} · {RESERVED}", sheet)
        for number, one in enumerate(sheet.classes):
            paper.of_class(one, first=not number)
        return paper.pdf.to_bytes()


class _Paper(Sheet):
    """Each class begins a page; what it does not hold goes on under the same headings."""

    def __init__(self, pdf: "TaggedPdf", running: str, sheet: AttendanceSheet) -> None:
        self.sheet = sheet
        super().__init__(pdf, running)

    def of_class(self, one: ClassSheet, *, first: bool) -> None:
        if not first:
            self.next_page()
        self._heading(one, "H1" if first else "P")
        self._totals(one)
        with self.pdf.group("Table"):
            with self.pdf.group("TR"):
                for x, column in self._columns():
                    with self.pdf.element("TH"):
                        self._title(x, column)
            self._under_titles()
            for row in (*one.present, *one.gone):
                self._child(one, row)
        self._blank_lines(one)

    def _heading(self, one: ClassSheet, kind: str) -> None:
        self.paragraph(self.sheet.title, kind=kind, size=16, bold=True)
        self.y += 2
        self.paragraph(self.sheet.day, size=12, bold=True)
        self.paragraph(self.sheet.as_of)
        self.y += 3
        self.paragraph(one.title, kind="H2", size=16, bold=True)
        self.y += 2

    def _totals(self, one: ClassSheet) -> None:
        """What the kitchen and the people at the door count with, before any name."""
        text = " · ".join(f"{count} {label}" for count, label in one.totals)
        self.face(13, bold=True)
        lines = self.wrapped(text, WIDTH_MM - 2 * PADDING_MM)
        height = len(lines) * LINE_MM + 2 * PADDING_MM
        self.box(self.y, height)
        with self.pdf.element("P"):
            self.lines(lines, MARGIN_MM + PADDING_MM, self.y + PADDING_MM, WIDTH_MM)
        self.y += height + 1
        self.paragraph(one.changes)
        self.y += 2

    def _columns(self) -> Sequence[tuple[float, ListColumn]]:
        starts, x = [], MARGIN_MM
        for column in COLUMNS:
            starts.append((x, column))
            x += column.width
        return starts

    def _title(self, x: float, column: ListColumn) -> None:
        self.face(9, bold=True)
        self.lines([column.title], x + PADDING_MM, self.y, column.width)

    def _under_titles(self) -> None:
        self.y += LINE_MM + 1
        self.rule()

    def _goes_on(self, one: ClassSheet) -> None:
        """The next page, under the same headings. A screen reader hears them once."""
        self.next_page()
        with self.pdf.artifact():
            self.face(12, bold=True)
            self.lines([f"{self.sheet.title}, {one.title} (suite)"], MARGIN_MM, self.y, WIDTH_MM)
            self.face(9.5)
            self.lines([f"{self.sheet.day} – {self.sheet.as_of}"], MARGIN_MM, self.y + LINE_MM + 1, WIDTH_MM)
            self.y += 2 * LINE_MM + 4
            for x, column in self._columns():
                self._title(x, column)
        self._under_titles()

    def _child(self, one: ClassSheet, row: NameRow) -> None:
        cells = self._cells(row)
        height = max(len(lines) for lines in cells) * LINE_MM + 2 * PADDING_MM
        if not self.room(height):
            self._goes_on(one)
        if row.change:
            self.box(self.y, height)
        if row in one.present:
            self._tick(self.y + PADDING_MM)
        with self.pdf.group("TR"):
            for (x, column), lines, size in zip(self._columns(), cells, SIZES, strict=True):
                with self.pdf.element("TD"):
                    self.face(size, bold=True)
                    self.lines(lines, x + PADDING_MM, self.y + PADDING_MM, column.width)
        self.y += height
        self.rule()

    def _cells(self, row: NameRow) -> Sequence[Sequence[str]]:
        """The lines of each cell, cut to the width of its column."""
        texts = ("", f"{row.last_name} {row.first_name}".strip(), row.marks, row.change)
        cells = []
        for text, size, column in zip(texts, SIZES, COLUMNS, strict=True):
            self.face(size, bold=True)
            cells.append(self.wrapped(text, column.width - 2 * PADDING_MM))
        return cells

    def _tick(self, y: float) -> None:
        with self.pdf.artifact():
            self.pdf.set_draw_color(60)
            self.pdf.rect(MARGIN_MM + PADDING_MM, y, BOX_MM, BOX_MM)

    def _blank_lines(self, one: ClassSheet) -> None:
        height = 2 * LINE_MM + BLANK_LINES * BLANK_MM
        if not self.room(height):
            self._goes_on(one)
        self.y += LINE_MM
        self.paragraph(UNANNOUNCED, kind="H3", size=10.5, bold=True)
        for _ in range(BLANK_LINES):
            self._tick(self.y + BLANK_MM - BOX_MM - PADDING_MM)
            self.y += BLANK_MM
            self.rule()
