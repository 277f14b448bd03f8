"""Text on the pages of a plain PDF: which font has each letter, how wide it is, and the fonts that the file carries."""

import zlib
from base64 import a85encode
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from unicodedata import normalize

from chalicelib.adapters.plain_font import PlainFont, read_font
from chalicelib.adapters.scripts import as_drawn, as_letter

FONTS = Path(__file__).parent / "fonts"
FILES = {"F1": "DejaVuSans.ttf", "F2": "DejaVuSans-Bold.ttf", "F3": "DejaVuSans-Names.ttf"}
"""The letters of French, plain and bold; and those of most other languages, of which a bold text has the plain ones."""
FOR_NAMES, NO_GLYPH = "F3", "□"
"""The sign is drawn for what no font has: nothing is left out."""
OBJECTS = 6
"""Of each font: the font, its letters as a reader copies them, its codes, what it looks like, its file, the glyph of
each code."""


def width(text: str, size: float, *, bold: bool) -> float:
    """Points."""
    return sum(_font(name).widths[glyph] for name, glyph in _glyphs(_drawn(text), bold=bold)) * size / 1000


@cache
def _font(name: str) -> PlainFont:
    return read_font(FONTS / FILES[name])


def _drawn(text: str) -> str:
    return as_drawn(normalize("NFC", text))


def _glyphs(drawn: str, *, bold: bool) -> Iterator[tuple[str, int]]:
    """The font and the glyph of each sign."""
    french = "F2" if bold else "F1"
    for sign in drawn:
        glyph = _font(french).glyphs.get(ord(sign))
        if glyph is not None:
            yield french, glyph
        else:
            known = _font(FOR_NAMES).glyphs
            yield FOR_NAMES, known.get(ord(sign), known[ord(NO_GLYPH)])


class PlainText:
    """The text of one document: it remembers which letters of which font were drawn."""

    def __init__(self) -> None:
        self.used: dict[str, dict[str, int]] = {}
        """Font -> what is drawn -> its code: the number of its glyph, or one behind all glyphs for what is drawn as the
        sign for no glyph. So whoever copies the text, or hears it, gets the letter."""

    def shown(self, text: str, x: float, y: float, size: float, *, bold: bool) -> str:
        """What draws ``text`` on a page, from the point where its first letter stands."""
        drawn = _drawn(text)
        coded = [
            (font, self._code(font, sign)) for sign, (font, _) in zip(drawn, _glyphs(drawn, bold=bold), strict=True)
        ]
        pieces = [
            f"/{font} {size} Tf <{''.join(f'{code:04X}' for _, code in run)}> Tj"
            for font, run in groupby(coded, key=lambda one: one[0])
        ]
        return f"BT {x:.2f} {y:.2f} Td {' '.join(pieces)} ET"

    def _code(self, name: str, sign: str) -> int:
        font, used = _font(name), self.used.setdefault(name, {})
        behind = font.count + len(used)
        return used.setdefault(sign, font.glyphs.get(ord(sign), behind))

    def names(self, first: int) -> str:
        """The fonts by their names, as a page lists them; ``first`` is the number of the first of their objects."""
        return " ".join(f"/{name} {first + OBJECTS * at} 0 R" for at, name in enumerate(sorted(self.used)))

    def objects(self, first: int) -> list[str]:
        found: list[str] = []
        for at, name in enumerate(sorted(self.used)):
            found += _font_objects(first + OBJECTS * at, name, self.used[name])
        return found


def _font_objects(number: int, name: str, used: dict[str, int]) -> Iterator[str]:
    font, called = _font(name), f"PORTAL+{FILES[name].removesuffix('.ttf')}"
    drawn = {code: code if code < font.count else font.glyphs[ord(NO_GLYPH)] for code in used.values()}
    yield (
        f"<</Type /Font /Subtype /Type0 /BaseFont /{called} /Encoding /Identity-H /ToUnicode {number + 1} 0 R "
        f"/DescendantFonts [{number + 2} 0 R]>>"
    )
    yield stream(_to_unicode(used).encode("ascii"))
    widths = " ".join(f"{code} [{font.widths[drawn[code]]}]" for code in sorted(drawn))
    yield (
        f"<</Type /Font /Subtype /CIDFontType2 /BaseFont /{called} /CIDToGIDMap {number + 5} 0 R "
        f"/FontDescriptor {number + 3} 0 R /W [{widths}] "
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>>>"
    )
    yield (
        f"<</Type /FontDescriptor /FontName /{called} /Flags 4 /FontBBox [{' '.join(map(str, font.box))}] "
        f"/ItalicAngle 0 /Ascent {font.ascent} /Descent {font.descent} /CapHeight {font.ascent} /StemV 80 "
        f"/FontFile2 {number + 4} 0 R>>"
    )
    content = font.with_only(set(drawn.values()))
    yield stream(content, f" /Length1 {len(content)}")
    yield stream(b"".join(drawn.get(code, 0).to_bytes(2, "big") for code in range(max(drawn) + 1)))


def _to_unicode(used: dict[str, int]) -> str:
    """Which letter each code is, a hundred in a block as the format asks."""
    letters = sorted((code, as_letter(sign).encode("utf-16-be").hex().upper()) for sign, code in used.items())
    pairs = [f"<{code:04X}> <{letter}>" for code, letter in letters]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    said = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo <</Registry (Adobe) "
        "/Ordering (UCS) /Supplement 0>> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{said}\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )


def stream(content: bytes, more: str = "") -> str:
    """``content`` as an object of a PDF, small and in ASCII: an answer of the API carries no other bytes."""
    packed = a85encode(zlib.compress(content, 9)).decode("ascii") + "~>"
    return f"<</Length {len(packed)} /Filter [/ASCII85Decode /FlateDecode]{more}>>\nstream\n{packed}\nendstream"
