"""A TrueType font read by hand: which letters it has, how wide they are, and a copy with only some of them.

The functions of the pages have neither fpdf2 nor fontTools, and a PDF for everybody carries its fonts (ISO 14289-1).
Our fonts have outlines of one kind (``glyf``) and no hints: what is needed of them is a page of code.
"""

import struct
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

KEPT = (b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp")
"""Tables that a PDF needs of a font: the document says itself which glyph is which letter."""
MORE_PARTS, WORDS, SCALE, SCALES, MATRIX = 0x20, 0x01, 0x08, 0x40, 0x80
"""Flags of a part of a composed glyph: others follow, its place is in words, and how much is said of its shape."""


class PlainFont:
    """One font file. ``ascent``, ``descent`` and ``box`` are in thousandths of the size, as widths are."""

    def __init__(self, data: bytes) -> None:
        self.tables = dict(_tables(data))
        self.units: int = struct.unpack_from(">H", self.tables[b"head"], 18)[0]
        self.box = tuple(self._thousandths(one) for one in struct.unpack_from(">4h", self.tables[b"head"], 36))
        self.ascent, self.descent = (
            self._thousandths(one) for one in struct.unpack_from(">2h", self.tables[b"hhea"], 4)
        )
        (self.count,) = struct.unpack_from(">H", self.tables[b"maxp"], 4)
        self.glyphs: Mapping[int, int] = dict(_letters(self.tables[b"cmap"]))
        """Number of the glyph of each letter."""
        self.widths = self._widths()
        self.places = self._places()

    def _thousandths(self, units: int) -> int:
        return round(units * 1000 / self.units)

    def _widths(self) -> tuple[int, ...]:
        (several,) = struct.unpack_from(">H", self.tables[b"hhea"], 34)
        pairs = struct.unpack_from(f">{2 * several}H", self.tables[b"hmtx"])
        known = [self._thousandths(width) for width in pairs[::2]]
        return (*known, *[known[-1]] * (self.count - several))

    def _places(self) -> tuple[int, ...]:
        """Where each outline begins in ``glyf``, and where the last one ends."""
        (long,) = struct.unpack_from(">h", self.tables[b"head"], 50)
        if long:
            return struct.unpack_from(f">{self.count + 1}I", self.tables[b"loca"])
        return tuple(2 * half for half in struct.unpack_from(f">{self.count + 1}H", self.tables[b"loca"]))

    def with_only(self, glyphs: Collection[int]) -> bytes:
        """The font with the outlines of these glyphs, of what they are composed of, and of the sign for no glyph. Every
        glyph keeps its number."""
        kept = self._with_parts({0, *glyphs})
        outlines, places = bytearray(), []
        for glyph in range(self.count):
            places.append(len(outlines))
            if glyph in kept:
                outlines += self._outline(glyph)
                outlines += bytes(-len(outlines) % 4)
        head = self.tables[b"head"]
        head = head[:8] + bytes(4) + head[12:50] + struct.pack(">h", 1) + head[52:]  # No sum, and long places.
        new = {
            b"glyf": bytes(outlines),
            b"loca": struct.pack(f">{self.count + 1}I", *places, len(outlines)),
            b"head": head,
        }
        return _file({name: new.get(name, self.tables[name]) for name in KEPT})

    def _outline(self, glyph: int) -> bytes:
        return self.tables[b"glyf"][self.places[glyph] : self.places[glyph + 1]]

    def _with_parts(self, glyphs: set[int]) -> set[int]:
        found, left = set(glyphs), list(glyphs)
        while left:
            new = set(_parts(self._outline(left.pop()))) - found
            found |= new
            left += new
        return found


@cache
def read_font(path: Path) -> PlainFont:
    return PlainFont(path.read_bytes())


def _tables(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    (count,) = struct.unpack_from(">H", data, 4)
    for number in range(count):
        name, _, start, size = struct.unpack_from(">4s3I", data, 12 + 16 * number)
        yield name, data[start : start + size]


def _letters(cmap: bytes) -> Iterator[tuple[int, int]]:
    """Letter and glyph, from the table of the first 65,536 letters (format 4): our fonts have no others."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    starts = [struct.unpack_from(">I", cmap, 8 + 8 * number)[0] for number in range(count)]
    start = next(one for one in starts if struct.unpack_from(">H", cmap, one)[0] == 4)
    size, segments = struct.unpack_from(">H", cmap, start + 2)[0], struct.unpack_from(">H", cmap, start + 6)[0] // 2
    words = struct.unpack_from(f">{size // 2}H", cmap, start)
    lasts, firsts = 7, 8 + segments
    for segment in range(segments):
        first, last = words[firsts + segment], words[lasts + segment]
        delta = words[firsts + segments + segment]
        offset_at = firsts + 2 * segments + segment
        for letter in range(first, min(last, 0xFFFE) + 1):
            offset = words[offset_at]
            glyph = words[offset_at + offset // 2 + letter - first] if offset else letter
            if glyph:
                yield letter, (glyph + delta) & 0xFFFF


def _parts(outline: bytes) -> Iterator[int]:
    """Glyphs that this one is composed of."""
    if not outline or struct.unpack_from(">h", outline)[0] >= 0:
        return
    at, flags = 10, MORE_PARTS
    while flags & MORE_PARTS:
        flags, glyph = struct.unpack_from(">2H", outline, at)
        yield glyph
        at += 8 if flags & WORDS else 6
        at += 2 if flags & SCALE else 4 if flags & SCALES else 8 if flags & MATRIX else 0


def _file(tables: Mapping[bytes, bytes]) -> bytes:
    """A font file of these tables, with the sums that readers check."""
    power = 1 << (len(tables).bit_length() - 1)
    head = struct.pack(">I4H", 0x00010000, len(tables), 16 * power, power.bit_length() - 1, 16 * (len(tables) - power))
    start, entries, contents = 12 + 16 * len(tables), b"", b""
    for name in sorted(tables):
        content = tables[name]
        entries += struct.pack(">4s3I", name, _sum(content), start + len(contents), len(content))
        contents += content + bytes(-len(content) % 4)
    return head + entries + contents


def _sum(content: bytes) -> int:
    padded = content + bytes(-len(content) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF
