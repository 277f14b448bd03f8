"""What looks wrong between town.toml's closures and enfants.csv: a closure that names a class in which nobody is."""

import sqlite3
from collections.abc import Iterator
from datetime import date

from chalicelib.intake.files.faults import FileLine, plain
from chalicelib.intake.files.toml_tables import Source
from chalicelib.intake.people.lists import CHILDREN
from chalicelib.intake.town.calendar_file import CLOSURES
from chalicelib.rules.town import Town


def of_classes(lists: sqlite3.Connection, town: Town, source: Source, today: date) -> Iterator[tuple[FileLine, str]]:
    """One remark for each such class of a closure that is not over on ``today``; none when no child has a class."""
    rows = lists.execute("SELECT DISTINCT class_name FROM children WHERE class_name <> ''")
    known = {plain(name) for (name,) in rows}
    for number, closure in enumerate(town.calendar.closures):
        if not known or closure.period.last < today:
            continue
        for name in sorted(closure.classes - known):
            yield (
                source.at(("calendrier", CLOSURES, number, "classes")),
                f"aucun enfant n'est dans la classe « {name} » ; attendu : une classe comme dans {CHILDREN}",
            )
