"""Lines of invoices of which nobody can tell whether they are child care: they do not count for the tax certificate."""

import itertools
import sqlite3
from collections.abc import Iterator
from decimal import Decimal

from chalicelib.intake.files.faults import FileLine, Remarks
from chalicelib.intake.invoices.lists import LINES
from chalicelib.intake.people.families import families_of
from chalicelib.rules.care import Untold, care_of
from chalicelib.rules.ids import activity_id, child_id, family_id
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.money import Cents
from chalicelib.rules.town import Town

_LINES = """
SELECT invoices.family, invoice_lines.line, what, child, activity, child_id
FROM invoice_lines JOIN invoices ON invoices.number = invoice_lines.invoice ORDER BY invoices.family, rank
"""


def remark_care(lists: sqlite3.Connection, town: Town, remarks: Remarks) -> None:
    """Note the remarks; none for a town without child care."""
    if any(activity.childcare for activity in town.activities.values()):
        for line, text in _untold(lists, town):
            expected, wrong = text
            said = f"{wrong} : cette ligne ne compte pas pour l'attestation fiscale ; attendu : {expected}"
            remarks.add(FileLine(LINES, line), said)


def _untold(lists: sqlite3.Connection, town: Town) -> Iterator[tuple[int, tuple[str, str]]]:
    """The number of each such line, what would be right and what is wrong."""
    for name, rows in itertools.groupby(lists.execute(_LINES), key=lambda row: str(row[0])):
        [family] = families_of(lists, town, [family_id(name)])
        for _, number, what, child, activity, whose in rows:
            line = _line(what, child, activity, whose)
            match care_of(line, family, town):
                case Untold.ACTIVITY:
                    yield number, _unknown_activity(line)
                case Untold.CHILD:
                    yield number, _unknown_child(line)


def _line(what: str, child: str, activity: str, whose: str) -> InvoiceLine:
    """The line without its amounts, which say nothing of what it is for."""
    said = (activity_id(activity) if activity else None, child_id(whose) if whose else None)
    return InvoiceLine(what, child, Decimal(0), Decimal(0), Cents(0), "", *said)


def _unknown_activity(line: InvoiceLine) -> tuple[str, str]:
    if line.activity:
        return "une activité de town.toml", f"l'activité « {line.activity} » n'existe pas"
    return (
        "le nom d'une activité de town.toml, ou la colonne « activite »",
        f"« {line.what} » n'est le nom d'aucune activité, ou de plusieurs",
    )


def _unknown_child(line: InvoiceLine) -> tuple[str, str]:
    if line.child_id:
        return "un enfant de la famille", f"l'enfant « {line.child_id} » n'est pas de la famille de la facture"
    expected = "le prénom d'un enfant de la famille, ou la colonne « identifiant_enfant »"
    if line.child:
        return expected, f"« {line.child} » n'est pas un enfant de la famille, ou plusieurs le sont"
    return expected, "l'enfant n'est pas dit"
