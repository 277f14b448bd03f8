"""The rows of each table, for pynamodb: keys, attributes and their types.

They declare no table: ``infra/resources.yaml`` is the only definition, and a test compares the keys. Instants are text,
``2015-12-22T14:52:03.123456Z``, written by ``instant_text``, which refuses naive ones.
"""

from typing import Any

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex
from pynamodb.models import Model


class FamilyRow(Model):
    """``PROFILE`` holds the payer, ``EPOCH`` the session epoch if it was ever raised, each ``CHILD#`` one child, each
    ``OUT#`` a session that was signed out, each ``CERTIFICATE#`` the tax certificate of a year."""

    class Meta:
        table_name = "families"

    family = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    payer = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    epoch = NumberAttribute(null=True)
    rank = NumberAttribute(null=True)
    """Position of the child among its siblings in the town's list."""
    code = UnicodeAttribute(null=True)
    first_name = UnicodeAttribute(null=True)
    last_name = UnicodeAttribute(null=True)
    school = UnicodeAttribute(null=True)
    class_name = UnicodeAttribute(null=True)
    birth = UnicodeAttribute(null=True)
    diet = UnicodeAttribute(null=True)
    pai = BooleanAttribute(null=True)
    address = ListAttribute(of=UnicodeAttribute, null=True)
    direct_debit = BooleanAttribute(null=True)
    enrolments = ListAttribute(of=UnicodeAttribute, null=True)
    left = UnicodeAttribute(null=True)
    unsettled = BooleanAttribute(null=True)
    elsewhere = BooleanAttribute(null=True)
    """Set for a child that went to another family."""
    expires = NumberAttribute(null=True)
    """Only for a session that was signed out and for a tax certificate: epoch seconds after which DynamoDB may delete
    the row."""
    hash = UnicodeAttribute(null=True)
    """Only of a tax certificate, as the three others: the fields of a ``MadeCertificate``."""
    version = NumberAttribute(null=True)
    at = UnicodeAttribute(null=True)
    pdf_bytes = NumberAttribute(null=True)


class LoginRow(Model):
    """What a child code opens, for each family that has the child; or a note of the import, see ``keys.STAMPS``."""

    class Meta:
        table_name = "logins"

    login = UnicodeAttribute(hash_key=True)
    family = UnicodeAttribute(range_key=True)
    child = UnicodeAttribute(null=True)
    salt = BinaryAttribute(legacy_encoding=False, null=True)
    secret = BinaryAttribute(legacy_encoding=False)


class ByDay(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # pynamodb leaves it untyped
    """The planning of all families, day by day."""

    class Meta:
        index_name = "by-day"
        projection = AllProjection()

    day = UnicodeAttribute(hash_key=True)
    family = UnicodeAttribute(range_key=True)


class PlanningRow(Model):
    """One day of one family. Each booked slot is an attribute named by ``keys.slot_name``; its value is the channel."""

    class Meta:
        table_name = "planning"

    family = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    by_day = ByDay()
    expires = NumberAttribute(null=True)


class PlaceRow(Model):
    """A ``PlaceTally``: see ``services.ports``."""

    class Meta:
        table_name = "places"

    day = UnicodeAttribute(hash_key=True)
    counter = UnicodeAttribute(range_key=True)
    taken = NumberAttribute()
    moves = NumberAttribute(null=True)
    recounts = NumberAttribute(null=True)


class ThrottleRow(Model):
    class Meta:
        table_name = "throttle"

    subject = UnicodeAttribute(hash_key=True)
    window = UnicodeAttribute(range_key=True)
    attempts = NumberAttribute(attr_name="count")
    expires = NumberAttribute()
    """Epoch seconds after which DynamoDB may delete the row."""


class TownRow(Model):
    """The town's configuration as gzipped JSON: ``CURRENT``, and each earlier version."""

    class Meta:
        table_name = "town"

    town = UnicodeAttribute(hash_key=True)
    version = UnicodeAttribute(range_key=True)
    at = UnicodeAttribute()
    json = BinaryAttribute(legacy_encoding=False)
    days = UnicodeSetAttribute(null=True)
    """Only of ``keys.CLOSED``, as the two others: the fields of a ``ClosedNote``."""
    acted = UnicodeSetAttribute(null=True)
    fresh = BooleanAttribute(null=True)


class NoticeRow(Model):
    """``NOTICES``, an item of a family: who is told by e-mail of its new invoices."""

    class Meta:
        table_name = "families"

    family = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    wanted = BooleanAttribute()
    extra = ListAttribute(of=UnicodeAttribute)
    """``confirmed|bond@server.fr``"""
    town_stopped = BooleanAttribute()
    version = NumberAttribute()


class ToNotify(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # pynamodb leaves it untyped
    """Invoices that are online and whose families are not told yet: only their heads have the attribute ``notify``."""

    class Meta:
        index_name = "to-notify"
        projection = AllProjection()

    notify = UnicodeAttribute(hash_key=True)
    published_at = UnicodeAttribute(range_key=True)


class Listed(LocalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # pynamodb leaves it untyped
    """A family's invoices in the order of its list: only their heads have the attribute ``listed``. It is local: what
    was just written is read."""

    class Meta:
        index_name = "listed"
        projection = AllProjection()

    family = UnicodeAttribute(hash_key=True)
    listed = UnicodeAttribute(range_key=True)


class InvoiceRow(Model):
    """An invoice's head, its lines, or who holds a number or a reference: see ``keys``."""

    class Meta:
        table_name = "invoices"

    family = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    notify = UnicodeAttribute(null=True)
    published_at = UnicodeAttribute(null=True)
    to_notify = ToNotify()
    listed = UnicodeAttribute(null=True)
    in_order = Listed()
    number = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    issued_on = UnicodeAttribute(null=True)
    due_on = UnicodeAttribute(null=True)
    label = UnicodeAttribute(null=True)
    regie = UnicodeAttribute(null=True)
    total = NumberAttribute(null=True)
    pdf_bytes = NumberAttribute(null=True)
    pdf_tag = UnicodeAttribute(null=True)
    paid = NumberAttribute(null=True)
    """Cents received in all; a condition on it refuses to change a paid invoice."""
    payments: MapAttribute[str, str] = MapAttribute(null=True)  # type: ignore[no-untyped-call] # pynamodb's
    """``keys.payment_name`` -> JSON of a ``Payment``."""
    lines = ListAttribute(of=UnicodeAttribute, null=True)
    holder = UnicodeAttribute(null=True)
    head = UnicodeAttribute(null=True)
    attempt = UnicodeAttribute(null=True)
    """In a head: the attempt to pay that was begun last."""
    begun_at = UnicodeAttribute(null=True)
    """In a head: when ``attempt`` was begun."""
    cancelled_on = UnicodeAttribute(null=True)
    corrects = UnicodeAttribute(null=True)
    means = UnicodeAttribute(null=True)


class OutboxRow(Model):
    """A mail that waits or was set aside, a family to tell of what the town cancelled, or an address that must not be
    written to: see ``keys``."""

    class Meta:
        table_name = "outbox"

    shard = UnicodeAttribute(hash_key=True)
    due = UnicodeAttribute(range_key=True)
    mail = UnicodeAttribute(null=True)
    to = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    facts = UnicodeAttribute(null=True)
    """JSON object of strings."""
    family = UnicodeAttribute(null=True)
    subject_id = UnicodeAttribute(null=True)
    attempts = NumberAttribute(null=True)
    held_until = UnicodeAttribute(null=True)
    entries = UnicodeSetAttribute(null=True)
    """Of a family to tell: the entries of its journal that say what was cancelled."""
    why = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True)
