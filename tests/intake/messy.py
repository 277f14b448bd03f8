"""A town's folder with the faults that clerks and spreadsheets make, and a clerk who mends what the report names.

A mess is a kind of fault: it changes some rows of one list. The clerk reads the report as a person does: whoever
sees one row of a kind searches for the others of that kind, too.
"""

import csv
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Cells = dict[str, str]
Change = Callable[[Cells, Cells], None]
"""Gets a row to change, and another row of the list."""


@dataclass(frozen=True)
class Mess:
    """``harmless``: the import must read the row as if it were clean; all others must be told to the clerk."""

    name: str
    file: str
    change: Change
    rows: int = 3
    harmless: bool = False


@dataclass
class MessyRow:
    clean: Cells | None
    """None for a row that the spreadsheet added."""
    mess: Mess


def puts(column: str, value: str) -> Change:
    def change(row: Cells, _other: Cells) -> None:
        row[column] = value

    return change


def takes(column: str) -> Change:
    """The value of another row."""

    def change(row: Cells, other: Cells) -> None:
        row[column] = other[column]

    return change


def rewrites(column: str, pattern: str, by: str) -> Change:
    def change(row: Cells, _other: Cells) -> None:
        row[column] = re.sub(pattern, by, row[column])

    return change


@dataclass
class MessyList:
    """One list: its titles, its rows, and which of them are messy, by their place."""

    titles: list[str]
    rows: list[Cells]
    messy: dict[int, MessyRow] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "MessyList":
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=";")
            return cls(list(reader.fieldnames or ()), list(reader))

    def write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(self.titles)
            writer.writerows([row[title] for title in self.titles] for row in self.rows)

    def spoil(self, mess: Mess, dice: random.Random) -> None:
        free = [place for place in range(len(self.rows)) if place not in self.messy]
        for place in dice.sample(free, mess.rows):
            row = self.rows[place]
            self.messy[place] = MessyRow(dict(row), mess)
            mess.change(row, self.rows[(place + 7) % len(self.rows)])

    def append(self, mess: Mess) -> None:
        """A row below the list: a total, or its titles once more."""
        row = dict.fromkeys(self.titles, "")
        mess.change(row, dict(zip(self.titles, self.titles, strict=True)))
        self.messy[len(self.rows)] = MessyRow(None, mess)
        self.rows.append(row)

    def mend(self, lines: Iterable[int]) -> int:
        """Mend every row whose kind shows on one of the ``lines`` of the file; returns how many."""
        kinds = {self.messy[line - 2].mess.name for line in lines if line - 2 in self.messy}
        mended = [place for place, row in self.messy.items() if row.mess.name in kinds]
        for place in sorted(mended, reverse=True):
            clean = self.messy.pop(place).clean
            if clean is None:
                del self.rows[place]
            else:
                self.rows[place] = clean
        return len(mended)


class MessyTown:
    """The lists of ``folder``, spoilt by every one of ``messes``."""

    def __init__(self, folder: Path, messes: Sequence[Mess], appended: Sequence[Mess], seed: int) -> None:
        self.folder = folder
        dice = random.Random(seed)  # noqa: S311 - rows to spoil
        names = dict.fromkeys(mess.file for mess in (*messes, *appended))
        self.lists = {name: MessyList.read(folder / name) for name in names}
        for mess in messes:
            self.lists[mess.file].spoil(mess, dice)
        for mess in appended:
            self.lists[mess.file].append(mess)
        self.write()

    def write(self) -> None:
        for name, one in self.lists.items():
            one.write(self.folder / name)

    @property
    def left(self) -> set[str]:
        """Kinds that are still in the lists."""
        return {row.mess.name for one in self.lists.values() for row in one.messy.values()}

    def mend(self, report: Sequence[str]) -> int:
        """Mend what the report names. How many rows were mended."""
        said: dict[str, set[int]] = {}
        for line in report:
            where = re.match(r"(\S+\.csv):(\d+): ", line)
            if where is None:
                continue
            named = (
                int(line) for listed in re.findall(r"lignes? ([\d, ]+)", line) for line in re.findall(r"\d+", listed)
            )
            numbers = {int(where[2]), *named}
            said.setdefault(where[1], set()).update(numbers)
        mended = sum(self.lists[name].mend(lines) for name, lines in said.items() if name in self.lists)
        self.write()
        return mended
