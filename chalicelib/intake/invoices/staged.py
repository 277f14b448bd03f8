"""The staged invoices, family by family, as the decisions need them."""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from chalicelib.intake.invoices.decisions import FamilyInvoices, InFiles
from chalicelib.intake.invoices.matching import Received
from chalicelib.intake.invoices.row_says import RowSays
from chalicelib.intake.people.details import ADDRESS_LINES
from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId, InvoiceNumber, activity_id, child_id, family_id, invoice_number
from chalicelib.rules.invoices import Invoice, InvoiceLine, Means, Payment
from chalicelib.rules.money import Cents

_CONCERNED = """
SELECT concerned.family, concerned.number, coalesce(families.payer, ''), coalesce(families.email, ''),
    coalesce(families.address, '')
FROM concerned LEFT JOIN families ON families.id = concerned.family ORDER BY concerned.family, concerned.number
"""
_LEFT = _CONCERNED.replace("ORDER BY", "WHERE concerned.number NOT IN (SELECT number FROM as_they_should_be) ORDER BY")
_INVOICE = """
SELECT line, reference, family, issued, due, label, regie, total, published, corrects, collected
FROM listed_invoices WHERE number = ?
"""
_SAYS = """
SELECT cancelled, corrects IS NOT NULL, collected IS NOT NULL, means IS NOT NULL FROM listed_invoices WHERE number = ?
"""
_CREDIT_NOTES = """
SELECT number, invoices.line, payer FROM invoices JOIN families ON families.id = family WHERE total < 0 ORDER BY number
"""
_LINES = """
SELECT what, child, quantity, unit_price, amount, days, activity, child_id
FROM invoice_lines WHERE invoice = ? ORDER BY rank
"""
_RECEIVED = """
SELECT line, id, payer, min(paid_on), amount, means, reference FROM received WHERE invoice = ? GROUP BY id ORDER BY line
"""
_RENAMED = """
SELECT line, payment, payer, day, amount, means, mark FROM money_rows
WHERE invoice = ? AND kind IN ('annulled', 'again') ORDER BY line
"""
_NOT_LISTED = """
SELECT invoice AS number FROM received WHERE invoice NOT IN (SELECT number FROM invoices)
UNION SELECT number FROM pdfs WHERE number NOT IN (SELECT number FROM invoices) ORDER BY number
"""


def by_family(database: sqlite3.Connection, *, left: bool = False) -> Iterator[FamilyInvoices]:
    """Invoices by family. With ``left``, only those that ``note_as_should_be`` did not get."""
    query = _LEFT if left else _CONCERNED
    for family, rows in itertools.groupby(database.execute(query), key=lambda row: (row[0], *row[2:])):
        name, payer, email, address = family
        in_files = tuple(in_files_of(database, invoice_number(number)) for _, number, *_ in rows)
        lines = tuple(address.split(ADDRESS_LINES)) if address else ()
        yield FamilyInvoices(Family(family_id(name), payer, email, 0, (), address=lines), in_files)


def families_with_invoices(database: sqlite3.Connection) -> int:
    (number,) = database.execute("SELECT count(DISTINCT family) FROM concerned").fetchone()
    return int(number)


def credit_notes(database: sqlite3.Connection) -> list[tuple[InvoiceNumber, int, str]]:
    """Number, line and payer of each credit note of the list."""
    rows = database.execute(_CREDIT_NOTES).fetchall()
    return [(invoice_number(number), line, payer) for number, line, payer in rows]


def note_as_should_be(database: sqlite3.Connection, numbers: Iterable[InvoiceNumber]) -> None:
    """Note that the portal has these invoices as the files say: nothing is left to do."""
    database.executemany("INSERT INTO as_they_should_be VALUES (?)", ((number,) for number in numbers))


def not_listed(database: sqlite3.Connection) -> list[InvoiceNumber]:
    """Invoices that only a payment or a PDF names: factures.csv may contain only the new ones."""
    return [invoice_number(number) for (number,) in database.execute(_NOT_LISTED)]


def found_elsewhere(database: sqlite3.Connection, number: InvoiceNumber, family: FamilyId) -> None:
    """Note which family owes the invoice on the portal."""
    database.execute("INSERT INTO elsewhere VALUES (?, ?)", (number, family))


def in_files_of(database: sqlite3.Connection, number: InvoiceNumber) -> InFiles:
    row = database.execute(_INVOICE, (number,)).fetchone()
    pdf, size = database.execute("SELECT name, size FROM pdfs WHERE number = ?", (number,)).fetchone() or ("", 0)
    invoice = _invoice(number, row[1:]) if row else None
    return InFiles(
        number=number,
        line=row[0] if row else 0,
        invoice=invoice,
        says=_says(database, number),
        corrected=_in_list(database, invoice.corrects) if invoice and invoice.corrects else None,
        lines=tuple(_line(one) for one in database.execute(_LINES, (number,))),
        received=tuple(_received(one) for one in database.execute(_RECEIVED, (number,))),
        pdf=pdf,
        pdf_bytes=size,
        renamed=tuple(_received(one) for one in database.execute(_RENAMED, (number,))),
    )


def _says(database: sqlite3.Connection, number: InvoiceNumber) -> RowSays:
    row = database.execute(_SAYS, (number,)).fetchone()
    if row is None:
        return RowSays()
    cancelled, *others = row
    corrects, means, by_hand = map(bool, others)
    return RowSays(None if cancelled is None else bool(cancelled), corrects, means, by_hand)


def _in_list(database: sqlite3.Connection, number: InvoiceNumber) -> Invoice | None:
    """The invoice of that number as the list has it, whoever owes it. One that the list cancels is cancelled, since any
    day."""
    row = database.execute(_INVOICE, (number,)).fetchone()
    if row is None:
        return None
    invoice = _invoice(number, row[1:])
    return replace(invoice, cancelled_on=invoice.issued_on) if _says(database, number).cancelled else invoice


def _invoice(
    number: InvoiceNumber, row: tuple[str, str, str, str, str, str, int, str, str | None, str | None]
) -> Invoice:
    reference, family, issued, due, label, regie, total, published, corrects, collected = row
    return Invoice(
        number=number,
        reference=reference,
        family=family_id(family),
        issued_on=date.fromisoformat(issued),
        due_on=date.fromisoformat(due),
        label=label,
        regie=regie,
        total=Cents(total),
        published_at=datetime.fromisoformat(published),
        corrects=invoice_number(corrects) if corrects else None,
        means=Means(collected) if collected and total >= 0 else None,
    )


def _line(row: tuple[str, str, str, str, int, str, str, str]) -> InvoiceLine:
    what, child, quantity, unit_price, amount, days, activity, whose = row
    return InvoiceLine(
        what,
        child,
        Decimal(quantity),
        Decimal(unit_price),
        Cents(amount),
        days,
        activity_id(activity) if activity else None,
        child_id(whose) if whose else None,
    )


def _received(row: tuple[int, str, str, str, int, str, str]) -> Received:
    """A staged payment. The reference of an online one is the bank's authorisation."""
    line, name, payer, paid_on, amount, means, reference = row
    payment = Payment(name, payer, date.fromisoformat(paid_on), Cents(amount), Means(means))
    if payment.means is Means.ONLINE:
        return Received(line, replace(payment, authorisation=reference))
    return Received(line, replace(payment, reference=reference))
