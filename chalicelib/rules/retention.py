"""How long what is personal is kept: DynamoDB deletes an item some time after its ``expires``, without being asked.

Families, invoices and attempts to pay have no end here: the town decides, by erasing a family. An attempt lives as long
as its invoice, which names it: without it the invoice could not be paid, and no payment of it be taken back.
"""

from datetime import UTC, date, datetime, time, timedelta

KEEP_BOOKINGS = timedelta(days=2 * 366)
"""After the day booked: this school year, the one before, and some."""
KEEP_SAVES = timedelta(days=3 * 366)
"""After the save: as long as what was billed with it can be disputed."""
LEDGER_YEARS = 10
"""After the end of the year in which a line of the payments' journal was written: accounts are kept so long."""
KEEP_UNSENT = timedelta(days=90)
"""After a mail was set aside."""

KEEP_SUPPRESSED = timedelta(days=366)
"""After an address bounced for good or complained: a year later it may be another person's, and is tried once more."""


def of_day(day: date) -> int:
    """Epoch seconds at which the bookings of ``day`` go."""
    return int((datetime.combine(day, time(), UTC) + KEEP_BOOKINGS).timestamp())


def of_save(at: datetime) -> int:
    return int((at + KEEP_SAVES).timestamp())


def of_ledger(day: date) -> int:
    """Epoch seconds at which the lines of the payments' journal that were written on ``day`` go."""
    return int(datetime(day.year + LEDGER_YEARS + 1, 1, 1, tzinfo=UTC).timestamp())


def of_unsent(at: datetime) -> int:
    return int((at + KEEP_UNSENT).timestamp())


def of_suppressed(at: datetime) -> int:
    return int((at + KEEP_SUPPRESSED).timestamp())
