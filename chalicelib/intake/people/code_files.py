"""Where made codes are written: a folder for each run, which is there whole or not at all, and only its owner reads."""

import csv
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chalicelib.intake.files.charsets import UnreadableFile
from chalicelib.intake.files.columns import Columns
from chalicelib.intake.files.faults import Faults, FileLine
from chalicelib.intake.files.sheets import cell_of, typed_rows
from chalicelib.intake.people.lists import FAMILIES
from chalicelib.values import Value

CODES = "codes"
"""The folder of all runs, in the town's folder."""
LETTERS, BEFORE = "lettres.pdf", "familles-avant.csv"
ASIDE = ".en-cours-"
NAME, CODE = "identifiant", "code_payeur"


class FamilyTable(Value):
    """familles.csv as it is typed, also the columns that the portal does not read. ``columns`` has the names of those
    that it reads, at their places; ``own`` is the town's title of the code."""

    titles: list[str]
    columns: list[str | None]
    rows: list[list[str]]
    own: str = CODE

    @classmethod
    def of(cls, path: Path, columns: Columns) -> "FamilyTable":
        """Raises ValueError when the file is no list of families."""
        titles, *rows = ([cell_of(cell) for cell in row] for row in typed_rows(path))
        names = [columns.of_title(title) for title in titles]
        if NAME not in names:
            raise ValueError("no family is named")
        return cls(titles, names, rows, (columns.own or {}).get(CODE, CODE))

    def codes(self) -> dict[str, str]:
        """The payer code of each family that has one."""
        if CODE not in self.columns:
            return {}
        name, code = self.columns.index(NAME), self.columns.index(CODE)
        return {row[name]: row[code] for row in self.rows if len(row) > max(name, code) and row[code]}

    def with_codes(self, given: Mapping[str, str]) -> list[list[str]]:
        """The titles, then the rows, with the codes ``given`` by family."""
        there = CODE in self.columns
        name, code = self.columns.index(NAME), self.columns.index(CODE) if there else len(self.titles)
        rows = [self.titles if there else [*self.titles, self.own]]
        for row in self.rows:
            cells = [*row, *[""] * (len(rows[0]) - len(row))][: len(rows[0])]
            cells[code] = given.get(row[name], cells[code])
            rows.append(cells)
        return rows


def codes_of_earlier_runs(folder: Path, columns: Columns, faults: Faults) -> dict[str, str]:
    """The codes of the lists that earlier runs made, by family; the last run has priority. A list that is none any
    more is a fault: families have letters with its codes."""
    found: dict[str, str] = {}
    for path in sorted((folder / CODES).glob(f"[!.]*/{FAMILIES}")):
        try:
            found |= FamilyTable.of(path, columns).codes()
        except (UnreadableFile, ValueError, csv.Error):
            wrong = "ce n'est plus la liste qui a été faite ; attendu : la remettre, ou retirer son dossier"
            faults.add(FileLine(str(path.relative_to(folder)), 0), wrong)
    return found


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill, which becomes ``folder`` at the end of the block and is removed when the block fails.

    What a killed process left is removed too. Raises FileExistsError when ``folder`` is there.
    """
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    for left in folder.parent.glob(f"{ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)
    if folder.exists():
        raise FileExistsError(17, "exists", str(folder))
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=folder.parent))
    try:
        yield aside
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, down to the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def put_in_place(made: Path, path: Path) -> None:
    """Replace ``path`` by a copy of ``made``, in one step."""
    aside = path.with_name(f"{ASIDE}{path.name}")
    aside.unlink(missing_ok=True)
    write_secret(aside, made.read_bytes())
    aside.replace(path)
