"""The rows of the régie's journal, in the payments table; see ``rows``. No page loads them until money comes."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.storage.payment_rows import PaymentItem


class BookRow(PaymentItem):
    """A line of the régie's journal. Its partition is ``J#<month>``, its item the number."""

    class Meta:
        table_name = "payments"

    family = UnicodeAttribute()
    exercice = NumberAttribute()
    at = UnicodeAttribute()
    before = UnicodeAttribute()
    """Hash of the line before it, empty for the first of a year."""
    facts = UnicodeAttribute()
    """JSON of an ``Entry``."""
    expires = NumberAttribute()


class BookHeadRow(PaymentItem):
    """The last line of a year's journal: the one item of ``J#<year>``."""

    class Meta:
        table_name = "payments"

    number = NumberAttribute()
    hash = UnicodeAttribute()
    at = UnicodeAttribute()
    expires = NumberAttribute()


class PointRow(PaymentItem):
    """What a person has to settle. Its partition is ``POINTS``, its item the code."""

    class Meta:
        table_name = "payments"

    family = UnicodeAttribute()
    opened_at = UnicodeAttribute()
    facts = UnicodeAttribute()
    """JSON of a ``Point``."""


class ClosingRow(PaymentItem):
    """A closed month. Its partition is ``CLOSINGS``, its item the month."""

    class Meta:
        table_name = "payments"

    facts = UnicodeAttribute()
    """JSON of a ``Closing``."""
    expires = NumberAttribute()
