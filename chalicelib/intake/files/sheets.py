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
from chalicelib.intake.files.columns import Columns, title_key
from chalicelib.intake.files.faults import Faults, FileLine, plain
from chalicelib.intake.files.headings import Heading, heading
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


def typed_rows(path: Path) -> Iterator[list[str]]:
    """Every row that is not empty, the titles first, with all its cells as they are typed: to write the list again.

    Only for a list in which ``rows_of`` found no fault.
    """
    with path.open(encoding=encoding_of(path), newline="") as file:
        _, delimiter = _start(file)
        for cells in csv.reader(file, delimiter=delimiter, strict=True):
            if any(cell.strip() for cell in cells):
                yield cells


def _rows(file: TextIO, name: str, columns: Columns, faults: Faults) -> Iterator[Row]:
    skipped, delimiter = _start(file)
    if delimiter == TAB:
        faults.add_unread(FileLine(name, 1), f"les colonnes sont séparées par des tabulations ; {AGAIN}")
        return
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    titles: Heading | None = None
    has_titles = False
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
        if not has_titles:
            titles, has_titles = heading(cells, FileLine(name, line), columns, faults), True
        elif titles is None:
            faults.unjudged[name] += 1
        else:
            yield _row(cells, titles, FileLine(name, line), columns, faults)
    if not has_titles:
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


def _row(cells: list[str], titles: Heading, where: FileLine, columns: Columns, faults: Faults) -> Row:
    """A row by column. It may be shorter than the titles (spreadsheets drop empty ends), never longer."""
    values = [cell_of(cell) for cell in cells]
    there = {column: value for column, value in zip(titles.columns, values, strict=False) if column}
    filled = dict.fromkeys(columns.names, "") | there

    def texts() -> set[str]:
        return {name for name, cell in zip(titles.columns, cells, strict=False) if _GUARDED.fullmatch(cell.strip())}

    wrong = _not_data(values, filled, titles, columns, texts)
    if wrong:
        faults.add(where, wrong)
    return Row(where, filled, is_data=not wrong, named=titles.columns)


def _not_data(
    values: list[str], cells: Mapping[str, str], titles: Heading, columns: Columns, texts: Callable[[], set[str]]
) -> str | None:
    """Why this is no row of the list, in French; None when it may be one. ``texts`` names the guarded columns."""
    known = titles.titles
    if title_key(values[0]) == known[0] and [title_key(value) for value in values if value] == [n for n in known if n]:
        return "la ligne de titres est là une deuxième fois ; attendu : une seule, tout en haut"
    first = cells[columns.needed[0]] or next((value for value in values if value), "")
    if _is_total(first):
        return f"« {first[:40]} » est une ligne de total ; attendu : seulement les lignes de la liste"
    if len(columns.needed) > 1 and len(values) - values.count("") == 1:
        return "il n'y a qu'une case remplie ; attendu : une ligne de la liste, sans titre ni note autour"
    if len(values) > len(known) and any(values[len(known) :]):
        return f"il y a {len(values)} colonnes ; attendu : {len(known)}, comme la ligne de titres"
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
def _is_total(cell: str) -> bool:
    return bool(_TOTAL.fullmatch(plain(cell)))


def cell_of(text: str) -> str:
    """What a typed cell holds: ``="007"`` holds 007. There are no spaces around it, and each accent joins its letter in
    one character: some systems write two."""
    text = text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()
    guarded = _GUARDED.fullmatch(text) if text.startswith("=") else None
    return guarded.group(1).replace('""', '"').strip() if guarded else text
