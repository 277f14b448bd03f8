"""The fonts of our PDFs, read and cut once a process.

fpdf2 reads each font again for each document, and cuts out the glyphs that the document draws: together more than half
of an invoice's time. Here a font is read once, and documents that draw nothing but everyday letters share one cut.
It uses what fpdf2 keeps to itself, and how fontTools cuts: fpdf2 is pinned, and fontTools locked with it in the zip.
"""

from collections.abc import Collection, Iterator
from copy import copy
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from string import ascii_letters, digits, punctuation
from typing import Any, BinaryIO, NamedTuple

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import CoreFont, Glyph, SubsetMap, TTFFont

from chalicelib.adapters.scripts import as_letter

EVERYDAY = frozenset(
    map(ord, ascii_letters + digits + punctuation + "ÀÂÄÆÇÈÉÊËÎÏÔÖÙÛÜŒŸàâäæçèéêëîïôöùûüœÿ«»’–—…·°€\u00a0\u202f")
)
"""The letters of nearly every document in French. One that draws any of them gets all: 5 KB more for an invoice,
and most documents need the very same cut. A space is none: fpdf2 asks for it in fonts that draw nothing."""
NOT_IN_A_PDF = ["GDEF", "GPOS", "GSUB", "MATH", "OS/2", "cmap", "gasp", "name", "post"]
"""Tables that no reader of a PDF looks at: the document says itself which glyph is which letter."""
CUTS = 64
"""Cuts that are kept, of some 10 KB each: one for everyday letters, the others for documents with rarer ones."""


class _Cut(NamedTuple):
    """A font with only some of its ``glyphs``, in the order of their numbers."""

    glyphs: tuple[str, ...]
    file: bytes


class _Shared(TTFont):  # type: ignore[misc] # fontTools says no types.
    """What fpdf2 cuts in place of a font: without tables, it only learns which glyphs the document draws."""

    def __init__(self, path: Path, glyphs: Collection[str]) -> None:
        super().__init__(recalcTimestamp=False)
        self.path = path
        self.glyphOrder = list(glyphs)
        self.file = b""

    def setGlyphOrder(self, glyphOrder: list[str]) -> None:  # noqa: N802, N803 # fontTools names them so.
        """Called by the cutter with the glyphs to keep."""
        cut = _cut(self.path, _with_everyday(self.path, frozenset(glyphOrder)))
        self.file = cut.file
        super().setGlyphOrder(list(cut.glyphs))

    def save(self, file: BinaryIO, *_: Any, **__: Any) -> None:
        file.write(self.file)


class _Letters(SubsetMap):
    """The glyphs that a document draws, and the letters that each is for whoever copies the text. A form of an Arabic
    letter is the letter; the glyph for no letter is none, where fpdf2 has a zero."""

    def items(self) -> Iterator[tuple[Glyph | None, int]]:
        for glyph, code in super().items():
            letters = _letters(glyph) if glyph and code else ()
            yield (Glyph(glyph.glyph_id, letters, glyph.glyph_name, glyph.glyph_width) if glyph else None), code


def _letters(glyph: Glyph) -> tuple[int, ...]:
    known = glyph.unicode if isinstance(glyph.unicode, tuple) else (glyph.unicode,)
    return tuple(ord(letter) for code in known for letter in as_letter(chr(code)))


def font_for(pdf: FPDF, path: Path, family: str, style: str) -> TTFFont:
    """The font of one document. What the document notes in it (letters drawn, numbers of objects) is its own."""
    read = _read(path, family, style)
    font = copy(read)
    font.i = len(pdf.fonts) + 1
    font.ttfont = _Shared(path, _glyphs(path))
    font.desc = copy(read.desc)
    font.cw = copy(read.cw)
    font.missing_glyphs = []
    font.subset = _Letters(font)
    return font


def draw_as(font: CoreFont | TTFFont, letter: str, sign: str) -> None:
    """Make one document's font draw ``sign`` for a letter that it does not have. Whoever copies the text gets the
    letter."""
    if isinstance(font, TTFFont):
        code, like = ord(letter), ord(sign)
        font.cmap = {**font.cmap, code: font.cmap[like]}
        font.glyph_ids = {**font.glyph_ids, code: font.glyph_ids[like]}
        font.cw[code] = font.cw[like]


@cache
def _read(path: Path, family: str, style: str) -> TTFFont:
    """The font as fpdf2 reads it. It is only ever copied."""
    font = TTFFont(FPDF(), path, f"{family.lower()}{style}", style)
    font.close()
    return font


@cache
def _glyphs(path: Path) -> tuple[str, ...]:
    with TTFont(path, lazy=True) as font:
        return tuple(font.getGlyphOrder())


@cache
def _everyday(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True) as font:
        return frozenset(glyph for letter, glyph in font.getBestCmap().items() if letter in EVERYDAY)


def _with_everyday(path: Path, glyphs: frozenset[str]) -> frozenset[str]:
    everyday = _everyday(path)
    return glyphs | everyday if glyphs & everyday else glyphs


@lru_cache(CUTS)
def _cut(path: Path, glyphs: frozenset[str]) -> _Cut:
    """The same glyphs give the same bytes. Each call reads a font of its own, so that threads share none."""
    with TTFont(path, recalcTimestamp=False, recalcBBoxes=False, lazy=True) as font:
        font.getGlyphOrder()  # Read now: the names of glyphs are in tables that are left out.
        cutter = Subsetter(Options(notdef_outline=True, recommended_glyphs=True, drop_tables=NOT_IN_A_PDF))
        cutter.populate(glyphs=sorted(glyphs))
        cutter.subset(font)
        written = BytesIO()
        font.save(written)
        return _Cut(tuple(font.getGlyphOrder()), written.getvalue())
