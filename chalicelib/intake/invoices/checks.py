"""Checks of all invoices together: who owes them, whether numbers and references are used once, whether lines add
up."""

import sqlite3

from chalicelib.intake.files.faults import Faults, FileLine, add_or_mute
from chalicelib.intake.invoices.kept import waits_too
from chalicelib.intake.invoices.lists import INVOICES, LINES
from chalicelib.intake.invoices.money_rows import PAYMENTS
from chalicelib.intake.people.lists import FAMILIES
from chalicelib.rules.money import Cents, in_words

_UNKNOWN_FAMILY = """
SELECT line, family, family IN (SELECT id FROM set_aside WHERE file = 'familles.csv')
FROM invoices WHERE family NOT IN (SELECT id FROM families)
"""
_SAME_REFERENCE = """
SELECT later.line, later.reference, min(earlier.line) FROM invoices AS later JOIN invoices AS earlier
ON later.bare_reference = earlier.bare_reference AND later.line > earlier.line
WHERE later.bare_reference <> '' AND later.debt <> earlier.debt GROUP BY later.line, later.reference
"""
_SAME_DEBT = """
SELECT later.line, later.number, min(earlier.line) FROM invoices AS later JOIN invoices AS earlier
ON later.debt = earlier.debt AND later.line > earlier.line GROUP BY later.line, later.number
"""
_LINES_OF_NOTHING = """
SELECT line, invoice, invoice IN (SELECT id FROM set_aside WHERE file = 'factures.csv')
FROM invoice_lines WHERE invoice NOT IN (SELECT number FROM invoices)
"""
_WRONG_TOTAL = """
SELECT invoices.line, invoices.total, sum(amount) FROM invoices JOIN invoice_lines ON invoice = number
WHERE number NOT IN (SELECT id FROM set_aside WHERE file = 'lignes.csv')
GROUP BY number HAVING sum(amount) <> total
"""


_OF_WAITING = """
SELECT line, invoice FROM received WHERE invoice IN (SELECT id FROM set_aside WHERE file = 'factures.csv')
"""


def check_invoices(database: sqlite3.Connection, faults: Faults) -> None:
    """Note the faults that no single row shows. What the portal already has is not asked here."""
    _set_aside_with_their_invoice(database)
    for line, family, follows in database.execute(_UNKNOWN_FAMILY):
        wrong = f"la famille « {family} » n'existe pas ; attendu : une famille de familles.csv"
        add_or_mute(faults, FileLine(INVOICES, line), wrong, follows=follows, needs=(FAMILIES,))
    for line, reference, earlier in database.execute(_SAME_REFERENCE):
        faults.add(
            FileLine(INVOICES, line),
            f"la référence « {reference} » est déjà celle de la ligne {earlier} ; attendu : une référence par facture",
        )
    for line, number, earlier in database.execute(_SAME_DEBT):
        faults.add(
            FileLine(INVOICES, line),
            f"le numéro « {number} » se lit comme celui de la ligne {earlier}, sans ses zéros ; "
            "attendu : deux numéros qui restent différents pour la trésorerie",
        )
    for line, invoice, follows in database.execute(_LINES_OF_NOTHING):
        wrong = f"la facture « {invoice} » n'existe pas ; attendu : une facture de factures.csv"
        add_or_mute(faults, FileLine(LINES, line), wrong, follows=follows, needs=(INVOICES,))
    for line, total, lines in database.execute(_WRONG_TOTAL):
        faults.add(
            FileLine(INVOICES, line),
            f"le total est {in_words(total)} et ses lignes font {in_words(Cents(lines))} ; attendu : le même montant",
        )


def _set_aside_with_their_invoice(database: sqlite3.Connection) -> None:
    """A payment, or a PDF, of an invoice that waits has to wait too."""
    for line, invoice in database.execute(_OF_WAITING).fetchall():
        database.execute("INSERT OR IGNORE INTO waiting VALUES (?, ?, ?)", (PAYMENTS, line, waits_too(invoice)))
    for table, column in (("received", "invoice"), ("pdfs", "number")):
        database.execute(
            f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM set_aside WHERE file = 'factures.csv')"  # noqa: S608 - our own names only
        )
