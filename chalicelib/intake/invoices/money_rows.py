"""Rows about money that was counted already: taken back, decided, given back. Staged one by one, read back in order."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from enum import Enum

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.invoices.matching import Received
from chalicelib.rules.ids import InvoiceNumber, invoice_number
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.values import Value

PAYMENTS = "reglements.csv"
REVERSALS, REFUNDS, DECISIONS = "contrepassations.csv", "remboursements.csv", "decisions.csv"


class RowKind(Enum):
    """What a row does, in the order in which rows are followed: what one needs is done by those before it. Rows of one
    day that take back come before those that bring money again."""

    ONLINE = "online"
    """reglements.csv: money that came online, and that the portal does not have."""
    DECISION = "decision"
    NEGATIVE = "negative"
    ANNULLED = "annulled"
    BOUNCE = "bounce"
    AGAIN = "again"
    """reglements.csv: a second row of one cheque, on a later day."""
    GONE = "gone"
    """A payment that a complete list does not have any more."""
    CREDIT = "credit"
    REFUND = "refund"


BY_DAY = frozenset({RowKind.NEGATIVE, RowKind.ANNULLED, RowKind.BOUNCE, RowKind.AGAIN})
"""They depend on one another: they are followed day by day."""


class MoneyRow(Value):
    """A row. ``amount`` is cents, never negative, None when the row tells none. ``mark`` is a reference, an
    authorisation. ``invoice`` may be None for a decision, which has a ``point``, a ``word`` and ``who`` decided.
    ``warrant`` is a refund's. ``payment`` is the identifier of the payment that the row is, or means."""

    where: FileLine
    kind: RowKind
    day: date
    invoice: InvoiceNumber | None
    amount: Cents | None = None
    means: Means | None = None
    mark: str = ""
    payer: str = ""
    payment: str = ""
    point: str = ""
    word: str = ""
    who: str = ""
    warrant: str = ""
    why: str = ""

    @property
    def about(self) -> InvoiceNumber:
        """The invoice. Raises ValueError for a decision that names none."""
        if self.invoice is None:
            raise ValueError(f"{self.where} names no invoice")
        return self.invoice


_FACTS = ("amount", "means", "mark", "payer", "payment", "point", "word", "who", "warrant", "why")
_COLUMNS = ", ".join(("file", "line", "kind", "day", "invoice", *_FACTS))


def stage_row(database: sqlite3.Connection, row: MoneyRow) -> None:
    means = row.means.value if row.means else None
    facts = (row.amount, means, row.mark, row.payer, row.payment, row.point, row.word, row.who, row.warrant, row.why)
    values = (row.where.file, row.where.line, row.kind.value, row.day.isoformat(), row.invoice, *facts)
    database.execute(f"INSERT INTO money_rows ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 - our own names only


def staged_rows(database: sqlite3.Connection) -> Iterator[MoneyRow]:
    """Every row, in the order in which they are followed."""
    rows = [_row(values) for values in database.execute(f"SELECT {_COLUMNS} FROM money_rows")]  # noqa: S608 - our own names only
    return iter(sorted(rows, key=_order))


def _order(row: MoneyRow) -> tuple[int, date, int, FileLine]:
    rank = list(RowKind).index(row.kind)
    phase = list(RowKind).index(RowKind.NEGATIVE) if row.kind in BY_DAY else rank
    return phase, row.day, rank, row.where


def _row(values: tuple[object, ...]) -> MoneyRow:
    file, line, kind, day, invoice, amount, means, *texts = values
    return MoneyRow(
        FileLine(str(file), int(str(line))),
        RowKind(kind),
        date.fromisoformat(str(day)),
        invoice_number(str(invoice)) if invoice else None,
        None if amount is None else Cents(int(str(amount))),
        Means(means) if means else None,
        *(str(text) for text in texts),
    )


def online_row(invoice: InvoiceNumber, received: Received) -> MoneyRow:
    """A row of reglements.csv with money that came online, and that the portal does not have."""
    payment, where = received.payment, FileLine(PAYMENTS, received.line)
    facts = {"mark": payment.authorisation, "payer": payment.payer, "payment": payment.id}
    return MoneyRow(where, RowKind.ONLINE, payment.paid_on, invoice, payment.amount, payment.means, **facts)


def stage_again(database: sqlite3.Connection) -> None:
    """Stage the second rows of one cheque: ``received`` has all of them, and only the first is a payment by itself."""
    again = """
    INSERT INTO money_rows (file, line, kind, day, invoice, amount, means, mark, payer, payment, point, word, who,
                            warrant, why)
    SELECT ?, line, ?, paid_on, invoice, amount, means, reference, payer, id, '', '', '', '', ''
    FROM received AS later WHERE EXISTS (
        SELECT 1 FROM received WHERE invoice = later.invoice AND id = later.id AND paid_on < later.paid_on
    )
    """
    database.execute(again, (PAYMENTS, RowKind.AGAIN.value))
