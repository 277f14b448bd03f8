"""A PDF whose text is tagged: headings, paragraphs, tables with header cells, and decoration.

fpdf2 makes tags for headings and images only, all on one level. This module adds other kinds of elements and nested
ones. It uses fpdf2's structure builder, which is not public: so the version is pinned.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF, ViewerPreferences
from fpdf.fonts import TTFFont
from fpdf.output import OutputProducer, PDFPage
from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import PDFObject

from chalicelib.adapters.pdf_fonts import draw_as, font_for
from chalicelib.adapters.pdf_metadata import xmp
from chalicelib.adapters.scripts import as_drawn

FONTS = Path(__file__).parent / "fonts"
FAMILY, FOR_NAMES = "DejaVu", "DejaVuNames"
"""The letters of French, and those of most other languages: only a document that has such a name reads the second
font."""
NO_GLYPH = "□"
"""Drawn for a character that neither font has: nothing is left out, and whoever copies the text gets the character."""
logging.getLogger("fpdf").setLevel(logging.ERROR)
"""fpdf2 warns in English of glyphs and of titles in drawings; nobody who imports can mend them."""
ATTRIBUTES = {"TH": "<</O /Table /Scope /Column>>"}
"""Attributes of an element by its kind, when it has none of its own: most of our header cells are those of columns."""
OF_ITS_ROW = "<</O /Table /Scope /Row>>"
"""Attributes of a header cell that names its row."""


class _Element(StructElem):
    __slots__ = ("a",)

    def __init__(self, kind: str, parent: PDFObject, page: int, *, alt: str | None, attributes: str) -> None:
        super().__init__(f"/{kind}", parent, [], page_number=page, alt=alt)
        self.a = attributes or ATTRIBUTES.get(kind)


class _Structure(StructureTreeBuilder):
    """The tree of what the document says; ``inside`` is the element that will hold what comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[_Element] = []
        self.inside: StructElem = self.doc_struct_elem
        self.marks: Counter[int] = Counter()

    def add(self, kind: str, page: int, *, alt: str | None = None, attributes: str = "") -> _Element:
        element = _Element(kind, self.inside, page, alt=alt, attributes=attributes)
        self.inside.k.append(element)
        self.elements.append(element)
        return element

    def mark(self, element: StructElem, page: int) -> int:
        """The number, on its page, of a piece of content that belongs to ``element``."""
        number = self.marks[page]
        self.marks[page] += 1
        element.k.append(number)
        self.struct_tree_root.parent_tree.nums[page - 1].append(element)
        return number

    def __iter__(self) -> Iterator[PDFObject]:
        yield self.struct_tree_root
        yield self.doc_struct_elem
        yield self.struct_tree_root.parent_tree
        yield from self.elements


class _Output(OutputProducer):
    fpdf: "TaggedPdf"

    def _add_structure_tree(self) -> PDFObject | None:
        """Write on which page each element is: fpdf2 does so only for the first level."""
        pages = [one for one in self.pdf_objs if isinstance(one, PDFPage)]
        for element in self.fpdf.structure.elements:
            element.pg = pages[(element.page_number() or 1) - 1]  # type: ignore[assignment] # fpdf2 says None only
        return super()._add_structure_tree()


class TaggedPdf(FPDF):
    """An A4 document in French. The same calls give the same bytes, because ``created`` (aware) is its only date."""

    def __init__(self, *, title: str, author: str, created: datetime) -> None:
        super().__init__(format="A4")
        self.struct_builder = self.structure = _Structure()
        self.set_lang("fr-FR")
        self.set_title(title)
        self.set_author(author)
        self.set_creation_date(created)
        self.set_xmp_metadata(xmp(title=title, author=author, created=created))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_auto_page_break(False)
        self._add_fonts(FAMILY, "")
        self.french = frozenset(chr(code) for code in self._characters(FAMILY))

    def _add_fonts(self, family: str, suffix: str) -> None:
        for style, name in (("", "DejaVuSans"), ("B", "DejaVuSans-Bold")):
            font = font_for(self, FONTS / f"{name}{suffix}.ttf", family, style)
            self.fonts[font.fontkey] = font

    def _characters(self, family: str) -> Iterable[int]:
        font = self.fonts[family.lower()]
        return font.cmap if isinstance(font, TTFFont) else ()

    def _drawable(self, text: str) -> str:
        """``text`` as the fonts can draw it."""
        if self.french.issuperset(text):
            return text
        if FOR_NAMES.lower() not in self.fonts:
            self._add_fonts(FOR_NAMES, "-Names")
            self.set_fallback_fonts([FOR_NAMES])
        drawn = as_drawn(text)
        known = self._characters(FOR_NAMES)
        for sign in {sign for sign in drawn if sign not in self.french and ord(sign) not in known}:
            for style in ("", "B"):
                draw_as(self.fonts[f"{FOR_NAMES.lower()}{style}"], sign, NO_GLYPH)
        return drawn

    def cell(self, w: float | None = None, h: float | None = None, text: str = "", *given: Any, **options: Any) -> bool:
        drawable = self._drawable(text)
        broken = super().cell(w, h, drawable, *given, **options)
        if drawable is not text:
            self.current_font_is_set_on_page = False  # fpdf2 forgets that the second font is.
        return broken

    def get_string_width(self, s: str, *given: Any, **options: Any) -> float:
        font = self.current_font
        if isinstance(font, TTFFont) and self.french.issuperset(s):  # One font draws it: fpdf2 would look which.
            _, points = font.get_text_width(s, self.font_size_pt, None)
            return points / self.k
        return super().get_string_width(self._drawable(s), *given, **options)

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """An element made of elements: ``Table``, ``TR``. It may continue on other pages."""
        outside = self.structure.inside
        self.structure.inside = self.structure.add(kind, self.page)
        try:
            yield
        finally:
            self.structure.inside = outside

    @contextmanager
    def element(self, kind: str, *, alt: str | None = None, attributes: str = "") -> Iterator[None]:
        """An element that holds text, on one page: ``H1``, ``P``, ``TH``, ``TD``."""
        element = self.structure.add(kind, self.page, alt=alt, attributes=attributes)
        number = self.structure.mark(element, self.page)
        self.pages[self.page].struct_parents = self.page - 1
        self._out(f"/{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def figure(self, alt: str, box: tuple[float, float, float, float]) -> Iterator[None]:
        """A drawing; ``alt`` is what a screen reader says of it. ``box``: left, top, width, height in millimetres."""
        left, top, width, height = box
        corners = (left, self.h - top - height, left + width, self.h - top)
        place = " ".join(f"{millimetres * self.k:.2f}" for millimetres in corners)
        with self.element("Figure", alt=alt, attributes=f"<</O /Layout /Placement /Block /BBox [{place}]>>"):
            yield

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Decoration and repeated text: a screen reader skips it."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def to_bytes(self) -> bytes:
        return bytes(self.output(output_producer_class=_Output))
