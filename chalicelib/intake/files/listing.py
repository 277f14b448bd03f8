"""What the reading of all lists has in common: each row goes once into the staging database."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from chalicelib.intake.files.cells import Cells
from chalicelib.intake.files.columns import COLUMNS, Columns, Titles
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.files.sheets import rows_of
from chalicelib.rules.town import Town

ListFile = tuple[str, Callable[[Cells], None]]
"""Name of a list, and the function that stages one of its rows."""


class Listing:
    """Stages lists of ``folder``. ``town`` is None when town.toml is wrong: what depends on the town is then not
    checked. ``titles`` has the town's own titles of columns."""

    def __init__(
        self,
        folder: Path,
        town: Town | None,
        database: sqlite3.Connection,
        faults: Faults,
        now: datetime,
        *,
        titles: Titles,
    ) -> None:
        self.folder = folder
        self.town = town
        self.titles = titles
        self.database = database
        self.faults = faults
        self.now = now

    def columns_of(self, name: str) -> Columns:
        return COLUMNS[name].titled(self.titles.get(name, {}))

    def _read(self, file: ListFile, progress: Callable[[str], None]) -> None:
        """Read one list. ``progress`` gets the name of the file at its beginning.

        The subject (its first needed column) of a row that is wrong or waits is remembered, so that other lists that
        name it are not faulty for that.
        """
        name, stage_row = file
        columns = self.columns_of(name)
        progress(name)
        for row in rows_of(self.folder / name, columns, self.faults):
            cells = Cells(row, self.faults)
            if row.is_data:
                stage_row(cells)
            if not (row.is_data and cells.good):
                aside = (name, row[columns.needed[0]])
                self.database.execute("INSERT OR IGNORE INTO set_aside VALUES (?, ?)", aside)
            if cells.waits_because:
                waits = (name, row.where.line, cells.waits_because)
                self.database.execute("INSERT INTO waiting VALUES (?, ?, ?)", waits)

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
        """Stage the row when all of it was right. A row that is already there is a fault; ``otherwise`` is the end of
        its sentence."""
        if cells.good and not self.database.execute(insert, values).rowcount:
            (line,) = self.database.execute(*find).fetchone()
            cells.fault(f"{twice} ligne {line} ; attendu : une seule fois{otherwise}")
