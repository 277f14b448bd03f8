"""How long what is personal is kept: DynamoDB deletes an item some time after its ``expires``, without being asked.

The payments' journal and the invoices have no end here: accounts are kept ten years, and the town decides.
"""

from datetime import UTC, date, datetime, time, timedelta

KEEP_BOOKINGS = timedelta(days=2 * 366)
"""After the day booked: this school year, the one before, and some."""
KEEP_SAVES = timedelta(days=3 * 366)
"""After the save: as long as what was billed with it can be disputed."""
KEEP_UNSENT = timedelta(days=90)
"""After a mail was set aside."""

KEEP_SUPPRESSED = timedelta(days=366)
"""After an address bounced for good or complained: a year later it may be another person's, and is tried once more."""


def of_day(day: date) -> int:
    """Epoch seconds at which the bookings of ``day`` go."""
    return int((datetime.combine(day, time(), UTC) + KEEP_BOOKINGS).timestamp())


def of_save(at: datetime) -> int:
    return int((at + KEEP_SAVES).timestamp())


def of_unsent(at: datetime) -> int:
    return int((at + KEEP_UNSENT).timestamp())


def of_suppressed(at: datetime) -> int:
    return int((at + KEEP_SUPPRESSED).timestamp())
