"""What reading any of the town's lists has in common: row after row into the staging database, each once."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from chalicelib.intake.files.cells import Cells
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.files.sheets import Columns, rows_of
from chalicelib.rules.town import Town

ListFile = tuple[str, Columns, Callable[[Cells], None]]
"""Name of a list, its columns, and what stages one of its rows."""


class Listing:
    """Stages lists of ``folder``. ``town`` is None when town.toml is wrong: then what depends on it is not checked."""

    def __init__(
        self, folder: Path, town: Town | None, database: sqlite3.Connection, faults: Faults, now: datetime
    ) -> None:
        self.folder = folder
        self.town = town
        self.database = database
        self.faults = faults
        self.now = now

    def _read(self, file: ListFile, progress: Callable[[str], None]) -> None:
        """``progress`` is told the name of the file as it begins.

        What a wrong row is about (its first needed column) is remembered: no other list is wrong for naming it.
        """
        name, columns, stage_row = file
        progress(name)
        for row in rows_of(self.folder / name, columns, self.faults):
            cells = Cells(row, self.faults)
            if row.is_data:
                stage_row(cells)
            if not (row.is_data and cells.good):
                aside = (name, row[columns.needed[0]])
                self.database.execute("INSERT OR IGNORE INTO set_aside VALUES (?, ?)", aside)

    def _insert(
        self,
        cells: Cells,
        insert: str,
        values: tuple[object, ...],
        find: tuple[str, tuple[object, ...]],
        twice: str,
        *,
        otherwise: str = "",
    ) -> None:
        """Stage the row when all of it was right; a row that is already there is a fault, which ``otherwise`` ends."""
        if cells.good and not self.database.execute(insert, values).rowcount:
            (line,) = self.database.execute(*find).fetchone()
            cells.fault(f"{twice} ligne {line} ; attendu : une seule fois{otherwise}")
