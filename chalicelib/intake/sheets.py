"""Rows of a CSV list as a spreadsheet writes it, one at a time: whatever its size, one row is in memory."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from chalicelib.intake.faults import Faults, Place, nearest, plain

CHUNK = 1 << 16
_KEPT_ZEROS = re.compile(r'="(.*)"')
"""``="007"``: how some software keeps a spreadsheet from reading 007 as 7."""


@dataclass(frozen=True)
class Columns:
    """The columns of a list: those that it must have, and those that it may leave out."""

    needed: Sequence[str]
    optional: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        return [*self.needed, *self.optional]


@dataclass(frozen=True)
class Row:
    """One row. ``cells`` holds every known column, without spaces around; empty when the file has no such column."""

    place: Place
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def rows_of(path: Path, columns: Columns, faults: Faults) -> Iterator[Row]:
    """The rows that have something in them. What is wrong with the file itself goes to ``faults``."""
    if not path.is_file():
        faults.add(Place(path.name, 1), f"ce fichier manque ; attendu : une liste avec {', '.join(columns.names)}")
        return
    encoding = _encoding(path)
    if encoding is None:
        faults.add(Place(path.name, 1), "le fichier est en « Unicode UTF-16 » ; attendu : un enregistrement CSV UTF-8")
        return
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        yield from _rows(file, path.name, columns, faults)


def _encoding(path: Path) -> str | None:
    """UTF-8 (with or without BOM) when the whole file is, else Windows-1252; None for UTF-16."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        chunk = file.read(CHUNK)
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return None
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _rows(file: TextIO, name: str, columns: Columns, faults: Faults) -> Iterator[Row]:
    skipped, delimiter = _start(file)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    line = skipped
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            faults.add(
                Place(name, line), "la ligne n'est pas lisible ; attendu : un guillemet fermé pour chaque guillemet"
            )
            return
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = _header(cells, Place(name, line), columns, faults)
            if not header:
                return
        elif row := _row(cells, header, Place(name, line), columns, faults):
            yield row
    if header is None:
        faults.add(Place(name, 1), f"le fichier est vide ; attendu : une ligne de titres {', '.join(columns.names)}")


def _start(file: TextIO) -> tuple[int, str]:
    """How many lines come before the titles (a spreadsheet's ``sep=;``), and what separates columns."""
    first = file.readline()
    said = re.fullmatch(r"sep=([;,])\s*", first)
    if said:
        return 1, said.group(1)
    file.seek(0)
    return 0, ";" if first.count(";") >= first.count(",") else ","


def _header(cells: list[str], place: Place, columns: Columns, faults: Faults) -> list[str]:
    """The columns in the file's order; empty after a fault, for no row can be read then."""
    names = [re.sub(r"[ _'-]+", "_", plain(cell)) for cell in cells]
    while names and not names[-1]:
        names.pop()
    before = faults.count
    for name, typed in zip(names, cells, strict=False):
        if name not in columns.names:
            faults.add(place, f"la colonne « {typed.strip()} » n'est pas connue ; {nearest(name, columns.names)}")
        elif names.count(name) > 1:
            faults.add(place, f"la colonne « {name} » est là {names.count(name)} fois ; attendu : une seule fois")
    for name in columns.needed:
        if name not in names:
            faults.add(place, f"il manque la colonne « {name} » ; attendu : {', '.join(columns.names)}")
    return names if faults.count == before else []


def _row(cells: list[str], header: list[str], place: Place, columns: Columns, faults: Faults) -> Row | None:
    """A row may be shorter than the titles (spreadsheets drop empty ends), never longer."""
    values = [_cell(cell) for cell in cells]
    if any(values[len(header) :]):
        faults.add(place, f"il y a {len(values)} colonnes ; attendu : {len(header)}, comme la ligne de titres")
        return None
    filled = dict.fromkeys(columns.names, "") | dict(zip(header, values, strict=False))
    return Row(place, filled)


def _cell(text: str) -> str:
    text = text.strip()
    kept = _KEPT_ZEROS.fullmatch(text) if text.startswith("=") else None
    return kept.group(1).strip() if kept else text
