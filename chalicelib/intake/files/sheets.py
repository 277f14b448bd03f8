"""Rows of a CSV list as a spreadsheet writes it. Whatever the size of the list, one row is in memory at a time."""

import csv
import re
import string
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from chalicelib.intake.files.charsets import AGAIN, UnreadableFile, encoding_of
from chalicelib.intake.files.faults import Faults, FileLine, nearest, plain
from chalicelib.values import Value

TAB = "\t"
CELLS_REMEMBERED = 4096
"""How many first cells are remembered: the rows of a family, or of a child, follow each other."""
_GUARDED = re.compile(r'="((?:[^"]|"")*)"')
"""``="007"``: some software, and the portal's own files, write this so that a spreadsheet does not turn 007 into 7.
What is in it is text, whatever it looks like."""
_ERROR = re.compile(
    r"#(?:REF|N/A|NA|VALEUR|VALUE|NOM|NAME|DIV/0|NUL|NULL|NOMBRE|NUM|CALC|CHAMP|FIELD|SPILL|PROPAGATION)[!?]?|##+|Err:\d+",
    re.IGNORECASE,
)
_NOTHING = {"NULL", "null", "(null)", "\\N", "None", "NaN", "nan", "N/A", "n/a", "undefined"}
"""How software writes a missing value. ``Null``, with this case, is a name."""
_HARMLESS = frozenset(string.ascii_letters + string.digits) - set("EeNnu") | {""}
"""First letters of most cells: such cells need no further look."""
_TOTAL = re.compile(r"(?:sous[- ]?|grand )?tota(?:l|ux)(?:[ :].*)?|somme|moyenne|nombre(?: de .*)?")


class Columns(Value):
    """The columns of a list: those that it needs, and those that it may leave out."""

    needed: Sequence[str]
    optional: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        return [*self.needed, *self.optional]


class Row(Value):
    """One row. ``cells`` has every known column, without spaces around; empty when the file has no such column.

    ``is_data`` is False for something that only looks like a row (a total, a formula); its fault was already noted.
    """

    where: FileLine
    cells: Mapping[str, str]
    is_data: bool = True
    named: Sequence[str] = ()
    """The columns that the file has."""

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def has(self, column: str) -> bool:
        return column in self.named


def rows_of(path: Path, columns: Columns, faults: Faults) -> Iterator[Row]:
    """The rows that are not empty. Faults of the file itself go to ``faults``, unless ``names`` noted them already."""
    if path.name in faults.unread:
        return
    if not path.is_file():
        faults.add_unread(
            FileLine(path.name, 1), f"ce fichier manque ; attendu : une liste avec {', '.join(columns.names)}"
        )
        return
    try:
        encoding = encoding_of(path)
    except UnreadableFile as unreadable:
        faults.add_unread(FileLine(path.name, unreadable.line), str(unreadable))
        return
    with path.open(encoding=encoding, newline="") as file:
        yield from _rows(file, path.name, columns, faults)


def _rows(file: TextIO, name: str, columns: Columns, faults: Faults) -> Iterator[Row]:
    skipped, delimiter = _start(file)
    if delimiter == TAB:
        faults.add_unread(FileLine(name, 1), f"les colonnes sont séparées par des tabulations ; {AGAIN}")
        return
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    line = skipped
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            faults.add_unread(
                FileLine(name, line), "la ligne n'est pas lisible ; attendu : un guillemet fermé pour chaque guillemet"
            )
            return
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = _header(cells, FileLine(name, line), columns, faults)
        elif not header:
            faults.unjudged[name] += 1
        else:
            yield _row(cells, header, FileLine(name, line), columns, faults)
    if header is None:
        faults.add_unread(
            FileLine(name, 1), f"le fichier est vide ; attendu : une ligne de titres {', '.join(columns.names)}"
        )


def _start(file: TextIO) -> tuple[int, str]:
    """How many lines come before the titles (a spreadsheet's ``sep=;``), and which sign separates columns."""
    first = file.readline()
    said = re.fullmatch(r"sep=([;,])\s*", first)
    if said:
        return 1, said.group(1)
    file.seek(0)
    if TAB in first and ";" not in first:
        return 0, TAB
    return 0, ";" if first.count(";") >= first.count(",") else ","


def _header(cells: list[str], where: FileLine, columns: Columns, faults: Faults) -> list[str]:
    """The columns in the file's order; empty after a fault, because then no row can be read."""
    names = [_title(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) < len(columns.needed) and not set(names) & set(columns.names):
        faults.add_unread(
            where,
            "une ligne est au-dessus des titres ; "
            f"attendu : les titres {', '.join(columns.names)} sur la première ligne",
        )
        return []
    before = faults.count
    for name, typed in zip(names, cells, strict=False):
        if name not in columns.names:
            faults.add(where, f"la colonne « {typed.strip()} » n'est pas connue ; {nearest(name, columns.names)}")
        elif names.count(name) > 1:
            faults.add(where, f"la colonne « {name} » est là {names.count(name)} fois ; attendu : une seule fois")
    for name in columns.needed:
        if name not in names:
            faults.add(where, f"il manque la colonne « {name} » ; attendu : {', '.join(columns.names)}")
    if faults.count == before:
        return names
    faults.unread.add(where.file)
    return []


def _row(cells: list[str], header: list[str], where: FileLine, columns: Columns, faults: Faults) -> Row:
    """A row by column. It may be shorter than the titles (spreadsheets drop empty ends), never longer."""
    values = [_cell(cell) for cell in cells]
    filled = dict.fromkeys(columns.names, "") | dict(zip(header, values, strict=False))

    def texts() -> set[str]:
        return {name for name, cell in zip(header, cells, strict=False) if _GUARDED.fullmatch(cell.strip())}

    wrong = _not_data(values, filled, header, columns, texts)
    if wrong:
        faults.add(where, wrong)
    return Row(where, filled, is_data=not wrong, named=header)


def _not_data(
    values: list[str], cells: Mapping[str, str], header: list[str], columns: Columns, texts: Callable[[], set[str]]
) -> str | None:
    """Why this is no row of the list, in French; None when it may be one. ``texts`` names the guarded columns."""
    if _title(values[0]) == header[0] and [_title(value) for value in values if value] == [n for n in header if n]:
        return "la ligne de titres est là une deuxième fois ; attendu : une seule, tout en haut"
    first = cells[columns.needed[0]] or next((value for value in values if value), "")
    if _is_total(first):
        return f"« {first[:40]} » est une ligne de total ; attendu : seulement les lignes de la liste"
    if len(columns.needed) > 1 and len(values) - values.count("") == 1:
        return "il n'y a qu'une case remplie ; attendu : une ligne de la liste, sans titre ni note autour"
    if len(values) > len(header) and any(values[len(header) :]):
        return f"il y a {len(values)} colonnes ; attendu : {len(header)}, comme la ligne de titres"
    for name, value in cells.items():
        if value[:1] not in _HARMLESS and (wrong := _no_value(value)) and name not in texts():
            return f"« {name} » {wrong}"
    return None


def _no_value(cell: str) -> str | None:
    if _ERROR.fullmatch(cell):
        return "est une erreur du tableur ; attendu : la valeur elle-même, dans une colonne assez large"
    if cell.startswith("="):
        return "est une formule ; attendu : sa valeur (copier, puis « collage spécial : valeurs »)"
    if cell in _NOTHING:
        return f"vaut « {cell} » ; attendu : une case vide, ou « Null » si c'est un nom"
    return None


@lru_cache(maxsize=CELLS_REMEMBERED)
def _title(cell: str) -> str:
    return re.sub(r"[ _'-]+", "_", plain(cell))


@lru_cache(maxsize=CELLS_REMEMBERED)
def _is_total(cell: str) -> bool:
    return bool(_TOTAL.fullmatch(plain(cell)))


def _cell(text: str) -> str:
    """The text without spaces around. Each accent joins its letter in one character: some systems write two."""
    text = text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()
    guarded = _GUARDED.fullmatch(text) if text.startswith("=") else None
    return guarded.group(1).replace('""', '"').strip() if guarded else text
