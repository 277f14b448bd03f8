"""How long personal data is kept: DynamoDB deletes an item some time after its ``expires``, by itself.

Families, invoices and attempts to pay have no end here: the town decides, when it erases a family. An attempt lives as
long as its invoice, which names it: without its attempt an invoice could not be paid, and a payment could not be taken
back.
"""

from datetime import UTC, date, datetime, time, timedelta

KEEP_BOOKINGS = timedelta(days=2 * 366)
"""Counted from the booked day: this school year, the one before, and a little more."""
KEEP_SAVES = timedelta(days=3 * 366)
"""Counted from the save: as long as what was billed with it can be disputed."""
BOOK_YEARS = 10
"""Years counted from the end of the year in which a line of the régie's journal was written: the law keeps accounts
so long."""
KEEP_UNSENT = timedelta(days=90)
"""Counted from the moment when a mail was set aside."""

KEEP_SUPPRESSED = timedelta(days=366)
"""Counted from the moment when an address bounced for good or complained. A year later it may belong to another person,
and is tried once more."""
KEEP_ORDERS = timedelta(days=2 * 366)
"""Counted from the last day that an order of the kitchen served: as long as the bookings that it counts."""
CERTIFICATE_YEARS = 4
"""Years counted from the end of a certificate's own: the tax office may ask for three, and one more."""
KEEP_NAMED = timedelta(days=14)
"""Counted from the same day: for how long the portal knows which children with a health plan an order named."""


def of_day(day: date) -> int:
    """Epoch seconds at which the bookings of ``day`` are deleted."""
    return int((datetime.combine(day, time(), UTC) + KEEP_BOOKINGS).timestamp())


def of_save(at: datetime) -> int:
    return int((at + KEEP_SAVES).timestamp())


def of_book(day: date) -> int:
    """Epoch seconds at which the lines of the régie's journal written on ``day`` are deleted."""
    return int(datetime(day.year + BOOK_YEARS + 1, 1, 1, tzinfo=UTC).timestamp())


def of_certificate(year: int) -> int:
    """Epoch seconds at which the tax certificate of ``year`` is deleted."""
    return int(datetime(year + CERTIFICATE_YEARS + 1, 1, 1, tzinfo=UTC).timestamp())


def of_unsent(at: datetime) -> int:
    return int((at + KEEP_UNSENT).timestamp())


def of_suppressed(at: datetime) -> int:
    return int((at + KEEP_SUPPRESSED).timestamp())


def of_order(last: date) -> int:
    return int((datetime.combine(last, time(), UTC) + KEEP_ORDERS).timestamp())


def of_named(last: date) -> int:
    return int((datetime.combine(last, time(), UTC) + KEEP_NAMED).timestamp())
