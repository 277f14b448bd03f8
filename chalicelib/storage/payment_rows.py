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
