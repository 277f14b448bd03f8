"""Names that no paper of the town can draw whole: the row is taken, and the clerk learns which letters are missing."""

import sqlite3
from collections.abc import Iterator

from chalicelib.intake.files.faults import FileLine, Remarks
from chalicelib.intake.invoices.lists import LINES
from chalicelib.intake.people.lists import CHILDREN, FAMILIES
from chalicelib.rules.drawn import not_drawn

_NAMES = (
    (FAMILIES, "SELECT line, payer FROM families ORDER BY line"),
    (FAMILIES, "SELECT line, address FROM families WHERE address IS NOT NULL ORDER BY line"),
    (CHILDREN, "SELECT line, first_name || ' ' || last_name FROM children ORDER BY line"),
    (LINES, "SELECT line, child FROM invoice_lines ORDER BY line"),
    (LINES, "SELECT line, what FROM invoice_lines ORDER BY line"),
)
"""What papers say of people, and where it stands."""


def remark_drawn(lists: sqlite3.Connection, remarks: Remarks) -> None:
    """Note a remark for each name of which a letter is drawn as a square."""
    for where, name, signs in _missing(lists):
        known = ", ".join(signs)
        remarks.add(
            where,
            f"« {name} » : aucune police des documents n'a « {known} », un carré □ est imprimé à la place ; "
            "attendu : ce nom en lettres latines, s'il en a",
        )


def _missing(lists: sqlite3.Connection) -> Iterator[tuple[FileLine, str, str]]:
    for file, query in _NAMES:
        for line, text in lists.execute(query):
            if signs := not_drawn(text.replace("\n", " ")):
                yield FileLine(file, line), text.replace("\n", ", "), signs
