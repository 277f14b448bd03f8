"""A PDF of titles, paragraphs and tables of short texts; its text is tagged, and it carries its letters.

The invoices' fpdf2 weighs three times as much as all that a function is given: an order goes to a printer in a kitchen
a minute after its hour, a ticket to a parent who has just paid, and neither needs it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from chalicelib.adapters.pdf_metadata import as_hex, xmp
from chalicelib.adapters.plain_text import PlainText, stream, width

PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 595, 842, 48
"""Points; A4, upright."""
BOTTOM = 60
FIRST_FONT = 8
"""Number of the first object of the fonts: what comes before is always there."""
TITLE, HEADING, TEXT, CELL = ("H1", 15.0, True), ("H2", 11.5, True), ("P", 9.5, False), 8.5


class PaperColumn(NamedTuple):
    """``width`` in points; ``right``: on which side its texts stand."""

    title: str
    width: float
    right: bool


class PlainPdf:
    """A document that is written from top to bottom. The same calls give the same bytes."""

    def __init__(self, *, title: str, author: str, at: datetime) -> None:
        """``at`` (aware) is the only date in it."""
        self.title, self.author, self.at = title, author, at
        self.pages: list[list[str]] = []
        self.elements: list[tuple[str, int | None, int, int]] = []
        """Kind, number of the element around it (None: the document), page, number of the content on the page (-1: it
        holds elements)."""
        self.marks: list[int] = []
        self.y = 0.0
        self.text = PlainText()
        self.next_page()

    def next_page(self) -> None:
        self.pages.append([])
        self.marks.append(0)
        self.y = PAGE_HEIGHT - MARGIN

    def room(self, height: float) -> bool:
        return self.y - height >= BOTTOM

    def paragraph(self, text: str, style: tuple[str, float, bool] = TEXT, indent: float = 0) -> None:
        kind, size, bold = style
        lines = wrapped(text, PAGE_WIDTH - 2 * MARGIN - indent, size, bold=bold)
        if not self.room(len(lines) * size * 1.4):
            self.next_page()
        self._element(kind, None, [(MARGIN + indent, size, bold, lines, 0.0)])
        self.y -= len(lines) * size * 1.4

    def space(self, points: float) -> None:
        self.y -= points

    def table(self, columns: Sequence[PaperColumn], rows: Sequence[Sequence[str]], bold: Sequence[bool]) -> None:
        """``bold`` says it of each row. The titles come again on each page."""
        table = self._holder("Table", None)
        self._row(table, columns, [column.title for column in columns], "TH", bold=True)
        for row, strong in zip(rows, bold, strict=True):
            if not self.room(self._height(columns, row, bold=strong)):
                self.next_page()
                self._row(table, columns, [column.title for column in columns], "TH", bold=True)
            self._row(table, columns, row, "TD", bold=strong)

    def _row(self, table: int, columns: Sequence[PaperColumn], cells: Sequence[str], kind: str, *, bold: bool) -> None:
        row, x, height = self._holder("TR", table), float(MARGIN), self._height(columns, cells, bold=bold)
        if kind == "TH":
            self._drawn(
                f"0.92 g {MARGIN} {self.y - height:.2f} {sum(c.width for c in columns):.2f} {height:.2f} re f 0 g"
            )
        for column, text in zip(columns, cells, strict=True):
            lines = wrapped(text, column.width - 6, CELL, bold=bold)
            self._element(kind, row, [(x + 3, CELL, bold, lines, column.width - 6 if column.right else 0.0)])
            x += column.width
        self.y -= height
        self._drawn(f"0.7 G 0.5 w {MARGIN} {self.y:.2f} m {x:.2f} {self.y:.2f} l S 0 G")

    def _height(self, columns: Sequence[PaperColumn], cells: Sequence[str], *, bold: bool) -> float:
        most = max(len(wrapped(text, c.width - 6, CELL, bold=bold)) for c, text in zip(columns, cells, strict=True))
        return most * CELL * 1.4 + 4

    def _drawn(self, what: str) -> None:
        """Decoration: a screen reader skips it."""
        self.pages[-1].append(f"/Artifact BMC {what} EMC")

    def _holder(self, kind: str, parent: int | None) -> int:
        self.elements.append((kind, parent, len(self.pages) - 1, -1))
        return len(self.elements) - 1

    def _element(
        self, kind: str, parent: int | None, texts: Sequence[tuple[float, float, bool, Sequence[str], float]]
    ) -> None:
        """Write texts as one element: left edge, size, bold, lines, and the width in which they stand on the right."""
        mark, self.marks[-1] = self.marks[-1], self.marks[-1] + 1
        self.elements.append((kind, parent, len(self.pages) - 1, mark))
        out = [f"/{kind} <</MCID {mark}>> BDC"]
        for x, size, bold, lines, right in texts:
            for number, line in enumerate(lines):
                start = x + right - width(line, size, bold=bold) if right else x
                out.append(self.text.shown(line, start, self.y - size - 1 - number * size * 1.4, size, bold=bold))
        self.pages[-1].append("\n".join([*out, "EMC"]))

    def to_bytes(self) -> bytes:
        return self.to_text().encode("ascii")

    def to_text(self) -> str:
        """The file. It is ASCII, so that an answer of the API can carry it as text."""
        for number, page in enumerate(self.pages, start=1):
            foot = f"{self.title} – {number} / {len(self.pages)}"
            page.append(f"/Artifact BMC\n{self.text.shown(foot, MARGIN, 30, 8, bold=False)}\nEMC")
        return _file(list(_objects(self)))


def wrapped(text: str, room: float, size: float, *, bold: bool) -> list[str]:
    """``text`` in lines of ``room`` points: between words, or inside one that is longer than a line."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size, bold=bold) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and width(lines[-1] + letter, size, bold=bold) > room:
                lines.append("")
            lines[-1] += letter
    return lines


def _objects(pdf: PlainPdf) -> Iterator[str]:
    """Every object, numbered from 1: catalogue, pages, facts, structure, metadata, fonts, then each page with its
    content, then each element."""
    fonts = pdf.text.objects(FIRST_FONT)
    count, first_page = len(pdf.pages), FIRST_FONT + len(fonts)
    first_element = first_page + 2 * count
    roots = [number for number, one in enumerate(pdf.elements) if one[1] is None]
    yield (
        "<</Type /Catalog /Pages 2 0 R /Lang (fr-FR) /MarkInfo <</Marked true>> /StructTreeRoot 4 0 R /Metadata 7 0 R "
        "/ViewerPreferences <</DisplayDocTitle true>>>>"
    )
    yield f"<</Type /Pages /Count {count} /Kids [{' '.join(f'{first_page + 2 * n} 0 R' for n in range(count))}]>>"
    made = f"{pdf.at.astimezone(UTC):%Y%m%d%H%M%SZ}"
    yield f"<</Title <{as_hex(pdf.title)}> /Author <{as_hex(pdf.author)}> /CreationDate (D:{made})>>"
    yield "<</Type /StructTreeRoot /K 5 0 R /ParentTree 6 0 R>>"
    yield f"<</Type /StructElem /S /Document /P 4 0 R /K [{_references(roots, first_element)}]>>"
    yield f"<</Nums [{' '.join(_parents(pdf, page, first_element) for page in range(count))}]>>"
    said = xmp(title=pdf.title, author=pdf.author, created=pdf.at)
    packet = f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>{said}<?xpacket end="w"?>'
    packet = packet.encode("ascii", "xmlcharrefreplace").decode()
    yield f"<</Type /Metadata /Subtype /XML /Length {len(packet)}>>\nstream\n{packet}\nendstream"
    yield from fonts
    for number, page in enumerate(pdf.pages):
        yield (
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /StructParents {number} /Tabs /S "
            f"/Resources <</Font <<{pdf.text.names(FIRST_FONT)}>>>> /Contents {first_page + 2 * number + 1} 0 R>>"
        )
        yield stream("\n".join(page).encode("ascii"))
    for number, (kind, parent, page_number, mark) in enumerate(pdf.elements):
        inside = [other for other, one in enumerate(pdf.elements) if one[1] == number]
        kids = str(mark) if mark >= 0 else f"[{_references(inside, first_element)}]"
        around = 5 if parent is None else first_element + parent
        scope = " /A <</O /Table /Scope /Column>>" if kind == "TH" else ""
        yield (
            f"<</Type /StructElem /S /{kind} /P {around} 0 R /Pg {first_page + 2 * page_number} 0 R /K {kids}{scope}>>"
        )


def _references(numbers: Sequence[int], first: int) -> str:
    return " ".join(f"{first + number} 0 R" for number in numbers)


def _parents(pdf: PlainPdf, page: int, first: int) -> str:
    """The elements of a page's contents, in the order of their marks."""
    there = [number for number, one in enumerate(pdf.elements) if one[2] == page and one[3] >= 0]
    return f"{page} [{_references(there, first)}]"


def _file(objects: Sequence[str]) -> str:
    out, places, length = ["%PDF-1.7\n"], [], 9
    for number, content in enumerate(objects, start=1):
        places.append(length)
        out.append(f"{number} 0 obj\n{content}\nendobj\n")
        length += len(out[-1])
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        f"{''.join(out)}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<</Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R>>\nstartxref\n{length}\n%%EOF\n"
    )
