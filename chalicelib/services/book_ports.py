"""What the régie's journal needs from the world; see ``ports`` for the rules of all stores."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from chalicelib.rules.book import BookHead, BookLine, Closing, Entry
from chalicelib.rules.invoices import Invoice, Payment
from chalicelib.rules.payments import Attempt
from chalicelib.rules.points import Point, PointCode
from chalicelib.services.mail_ports import Mail
from chalicelib.values import Value


class PaymentOn(Value):
    """A payment, which may be negative, on ``invoice`` as it was read."""

    invoice: Invoice
    payment: Payment


class Moved(Value):
    """An attempt to pay before and after an event; ``look_at`` (aware UTC) is when the reconciliation looks next, None
    for never."""

    before: Attempt
    after: Attempt
    look_at: datetime | None = None


class MoneyEvent(Value):
    """All that one event of money writes: all of it or nothing.

    ``entries`` get their numbers in this order. An entry that names a payment of ``payments`` (by invoice and
    ``Entry.payment``) gives it the number of its line; every payment needs such an entry, with its amount. An
    UNCLASSIFIED entry of the attempt ``moved`` gives it the number of its line, or takes that away (``takes_back``).

    ``opens`` may hold points that are open already: the newer facts replace the older, except when it was opened.
    ``closes`` may name points that are not open, and wins over ``opens``.

    The store opens and closes the OVERPAID points of the invoices in ``payments`` and ``cancelled`` by itself: one is
    open as long as more was received than is due, and never for a credit note.
    """

    at: datetime
    """When the portal writes it, aware UTC."""
    entries: tuple[Entry, ...] = ()
    payments: tuple[PaymentOn, ...] = ()
    cancelled: tuple[Invoice, ...] = ()
    """Invoices that become cancelled on the day of ``at`` in Paris, as they were read."""
    moved: Moved | None = None
    opens: tuple[Point, ...] = ()
    closes: tuple[PointCode, ...] = ()
    mails: tuple[Mail, ...] = ()


MOST_PAYMENTS = 20
"""How many payments one event may hold, so that its transaction stays under DynamoDB's hundred items."""


class Book(Protocol):
    """The régie's journal, and the one door by which money enters invoices."""

    def write(self, event: MoneyEvent) -> tuple[BookLine, ...]:
        """Write an event in one transaction, and return its lines.

        Conditions: every invoice is as it was read and has no payment of that identifier, the attempt is as it was
        read, and no other line took the numbers (then the store takes the next ones by itself). When the answer of an
        earlier identical write was lost, it is recognised and its lines are returned.

        Raises StaleWrite when an invoice or the attempt changed: read and decide again. Raises Unavailable. Raises
        ValueError for a payment without its entry.
        """
        ...

    def head(self, exercice: int) -> BookHead:
        """The last line of a year's book."""
        ...

    def lines(self, month: date) -> Iterator[BookLine]:
        """The lines of a month of the book, by number. ``month`` is its first day."""
        ...

    def points(self) -> Iterator[Point]:
        """Every open point, the oldest first."""
        ...

    def point(self, code: PointCode) -> Point | None: ...

    def closings(self) -> Sequence[Closing]:
        """The months that were closed, the oldest first."""
        ...

    def close(self, closing: Closing) -> None:
        """Close a month, for good. Raises StaleWrite when it was closed otherwise, or when ``last`` is not the last
        line of the month's book any more. Closing it again in the same words changes nothing."""
        ...
