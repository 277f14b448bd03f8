"""Every file of a town's folder, read and checked before anything is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from chalicelib.intake.drawn_remarks import remark_drawn
from chalicelib.intake.files.faults import Faults, FileLine, Remarks
from chalicelib.intake.files.names import check_names
from chalicelib.intake.files.staging import staging
from chalicelib.intake.invoices.care_remarks import remark_care
from chalicelib.intake.invoices.checks import check_invoices
from chalicelib.intake.invoices.lists import InvoiceLists
from chalicelib.intake.invoices.money_lists import MoneyLists
from chalicelib.intake.invoices.money_rows import PAYMENTS, stage_again
from chalicelib.intake.people.checks import check_lists
from chalicelib.intake.people.list_remarks import remark_lists
from chalicelib.intake.people.lists import PeopleLists
from chalicelib.intake.people.past import Past
from chalicelib.intake.progress import ImportProgress
from chalicelib.intake.report import NotTaken
from chalicelib.intake.town.town_file import read_town_file
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.values import Value


class BadFiles(ValueError):
    """The town's files have faults; nothing was written."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(f"{faults.count} faults")
        self.faults = faults


class Validated(Value):
    """Files without faults: the town, its lists in the staging database, and what looks wrong in them."""

    town: Town
    lists: sqlite3.Connection
    remarks: Remarks
    complete: bool
    """Whether there is a complete list of payments."""

    @property
    def waiting(self) -> list[NotTaken]:
        """The lines that are right and cannot be taken, whatever the portal has."""
        rows = self.lists.execute("SELECT file, line, why FROM waiting")
        return [NotTaken(FileLine(file, line), why) for file, line, why in rows]


@contextmanager
def validated(folder: Path, now: datetime, progress: ImportProgress, past: Past | None = None) -> Iterator[Validated]:
    """Read and check every file of ``folder``. The lists exist until the end of the block.

    ``past`` is what the portal remembers; None without a portal. Raises BadFiles; raises Unavailable when ``past`` does
    not answer.
    """
    past = past or Past()
    faults = Faults()
    read = read_town_file(folder, faults, paris_day(now))
    town, titles = read.town, read.titles
    check_names(folder, faults)
    with staging() as database:
        PeopleLists(folder, town, database, faults, now, titles=titles, past=past).stage(progress.reading)
        InvoiceLists(folder, town, database, faults, now, titles=titles).stage(progress.reading)
        MoneyLists(folder, town, database, faults, now, titles=titles).stage(progress.reading)
        stage_again(database)
        check_lists(database, town, past, faults)
        check_invoices(database, faults)
        if faults.count or town is None or read.source is None:
            raise BadFiles(faults)
        remark_lists(database, town, read.source, paris_day(now))
        remark_care(database, town, faults.remarks)
        remark_drawn(database, faults.remarks)
        yield Validated(town, database, faults.remarks, read.complete and (folder / PAYMENTS).exists())
