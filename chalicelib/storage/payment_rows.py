"""The rows of the payments table; see ``rows``."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model


class ToLookAt(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # pynamodb leaves it untyped
    """Attempts to pay that the treasury is to be asked about."""

    class Meta:
        index_name = "to-look-at"
        projection = AllProjection()

    look = UnicodeAttribute(hash_key=True)
    look_at = UnicodeAttribute(range_key=True)


class PaymentItem(Model):
    """What every item of the payments table has. pynamodb knows one schema for each table: the one of the first row
    bound."""

    class Meta:
        table_name = "payments"

    partition = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    look = UnicodeAttribute(null=True)
    look_at = UnicodeAttribute(null=True)
    to_look_at = ToLookAt()


class AttemptRow(PaymentItem):
    """An attempt to pay. Its partition is ``A#<attempt>``."""

    class Meta:
        table_name = "payments"

    holder = UnicodeAttribute()
    """The family that pays."""
    facts = UnicodeAttribute()
    """What was asked of the treasury and never changes, as JSON."""
    state = UnicodeAttribute()
    idop = UnicodeAttribute(null=True)
    answer = UnicodeAttribute(null=True)
    settled_at = UnicodeAttribute(null=True)
    doubt = UnicodeAttribute(null=True)
    why = UnicodeAttribute(null=True)
    looked_at = UnicodeAttribute(null=True)
    unanswered = BooleanAttribute(null=True)
    unclassified = UnicodeAttribute(null=True)
    version = NumberAttribute()


class OperationRow(PaymentItem):
    """Which attempt an operation of the treasury belongs to. Its partition is ``O#<idop>``."""

    class Meta:
        table_name = "payments"

    attempt = UnicodeAttribute()


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
