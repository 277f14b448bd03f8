"""Columns of enfants.csv and familles.csv that say more than who somebody is. All are optional.

Each function gives None when the list has no such column, and an empty value for an empty cell: a list without a column
says nothing, an empty cell says that there is nothing. A fault never shows a diet or what stands for a health plan,
because faults are printed and mailed.
"""

import re
from collections.abc import Mapping
from datetime import date

from chalicelib.intake.files.cells import Cells
from chalicelib.intake.files.columns import ADDRESS
from chalicelib.rules.ids import DietId

ADDRESS_LINES = "\n"
"""Between the lines of an address in the staging database. No line has one: control characters are refused."""
_DIGIT = re.compile(r"\d")
_POSTCODE = re.compile(r"\d{5}")


def birth_of(cells: Cells, today: date) -> str | None:
    """An ISO day. A cell without a digit is not shown: columns may be exchanged, and it may be a diet."""
    if not cells.row.has("naissance"):
        return None
    text = cells.row["naissance"]
    if text and not _DIGIT.search(text):
        cells.fault("« naissance » n'est pas une date ; attendu : 2018-09-01 ou 01/09/2018")
        return ""
    day = cells.day("naissance", needed=False)
    if day and day > today:
        cells.fault(f"« naissance » ({text}) est dans l'avenir ; attendu : une date passée")
    return day.isoformat() if day else ""


def diet_of(cells: Cells, diets: Mapping[str, DietId] | None, known: str) -> str | None:
    """``diets`` is what a cell may mean, None when the town could not be read: then nothing is written anyway.
    ``known`` names them for a clerk."""
    if not cells.row.has("regime"):
        return None
    text = cells.text("regime", needed=False)
    diet = cells.meaning("regime", diets or {})
    if text and diet is None and diets is not None:
        expected = f"un régime de town.toml ({known})" if known else "une case vide, ou [regimes] dans town.toml"
        cells.fault(f"« regime » n'est pas connu ; attendu : {expected}")
    return diet or ""


def pai_of(cells: Cells) -> bool | None:
    return cells.yes("pai", shown=False) if cells.row.has("pai") else None


def address_of(cells: Cells) -> str | None:
    """The lines of the address as they go on an envelope: first what is inside the building, last the town."""
    if not any(cells.row.has(column) for column in ADDRESS):
        return None
    street, inside, code, place = (cells.text(column, needed=False) for column in ADDRESS)
    if code and not _POSTCODE.fullmatch(code):
        cells.fault(
            f"« code_postal » vaut « {code} » ; attendu : cinq chiffres, par exemple 01000 "
            "(pour l'étranger : une case vide, et tout dans « ville »)"
        )
    elif code and not place:
        cells.fault("« code_postal » est là sans « ville » ; attendu : les deux")
    return ADDRESS_LINES.join(line for line in (inside, street, f"{code} {place}".strip()) if line)


def direct_debit_of(cells: Cells) -> bool | None:
    return cells.yes("prelevement") if cells.row.has("prelevement") else None
