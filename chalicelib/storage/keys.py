"""Keys and attribute names of every table. They are built and read here and nowhere else."""

import hashlib
import hmac
import zlib
from datetime import date
from functools import lru_cache
from urllib.parse import quote, unquote

from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, InvoiceNumber, SchoolId
from chalicelib.rules.planning import PlaceKey, Slot

STAMPS = "STAMPS"
"""Partition of the logins table that opens nothing. It notes what an import left correct: one item for each bucket of
families."""
SETTLED = "SETTLED"
"""Another such partition: which families' counter lines have nothing left to say."""
PROFILE = "PROFILE"
EPOCH = "EPOCH"
"""Part of a family whose sessions were revoked. It is apart from the profile, so that an import never overwrites it."""
CHILD = "CHILD#"
CERTIFICATE = "CERTIFICATE#"
OUT = "OUT#"
"""A session that was signed out; it is kept until it would have ended by itself."""
NOTICES = "NOTICES"
TOWN = "TOWN"
CURRENT = "CURRENT"
HISTORY = "V#"
RECOUNT = "RECOUNT"
"""Version of the town that means: places have to be counted again."""
CLOSED = "CLOSED"
"""Version of the town that notes the closed days on which bookings may stand."""
CERTIFIED = "CERTIFIED"
"""Version of the town that says when tax certificates were last looked at."""
LEASE = "LEASE"
"""Version of the town that says who imports now."""


def child_part(child: ChildId) -> str:
    return f"{CHILD}{child}"


def child_of(part: str) -> ChildId:
    return ChildId(part.removeprefix(CHILD))


def certificate_part(year: int) -> str:
    return f"{CERTIFICATE}{year}"


def certified_year(part: str) -> int:
    return int(part.removeprefix(CERTIFICATE))


def signed_out(nonce: str) -> str:
    return f"{OUT}{nonce}"


def stamp(bucket: int) -> str:
    """Key of a bucket of families. It has a ``#``, which no family's identifier has."""
    return f"#{bucket}"


def bucket_of(stamp: str) -> int:
    return int(stamp.removeprefix("#"))


def slot_name(child: ChildId, activity: ActivityId) -> str:
    """Attribute of a booked slot in its family's day.

    The child is percent-encoded: pynamodb reads ``[`` and ``]`` in an attribute's name as an index in a list.
    """
    return f"{quote(child, safe='')}#{activity}"


def slot_of(name: str, day: date) -> Slot:
    child, activity = _child_and_activity(name)
    return Slot(child, activity, day)


@lru_cache(1024)
def _child_and_activity(name: str) -> tuple[ChildId, ActivityId]:
    """The activity and the child of an attribute. An activity is a slug, so the last ``#`` separates them. Answers are
    kept, because a family's few names come back on each of its days."""
    child, _, activity = name.rpartition("#")
    return ChildId(unquote(child)), ActivityId(activity)


def counter(key: PlaceKey) -> str:
    return f"{key.activity}#{key.school}" if key.school is not None else key.activity


def place_key(day: str, counter: str) -> PlaceKey:
    activity, sharp, school = counter.partition("#")
    return PlaceKey(date.fromisoformat(day), ActivityId(activity), SchoolId(school) if sharp else None)


def cursor(consumer: str) -> str:
    """Version of the town that says how far a consumer of the changes is."""
    return f"CURSOR#{consumer}"


BILLED = "BILLED#"
"""Versions of the town that say which months of billing are closed."""


def billed(month: date) -> str:
    return f"{BILLED}{month:%Y-%m}"


FEED_SHARDS = 8
"""In how many partitions the saves of a day are indexed. One takes a thousand writes a second, and the index must never
slow the save of a parent: thousands of them press the button when a period opens."""


def feed(day: date, family: FamilyId) -> str:
    """Partition of the feed with the saves that a family wrote on a day, UTC."""
    return feed_shard(day, zlib.crc32(family.encode()) % FEED_SHARDS)


def feed_shard(day: date, shard: int) -> str:
    return f"{day.isoformat()}#{shard}"


def town_version(at: str) -> str:
    return f"{HISTORY}{at}"


HEADS = "I#"
"""Invoices of a family, the newest last."""
UNIQUE = "UNIQUE"
URGENT, MAILS, ASIDE, SUPPRESSED, TO_TELL = "URGENT", "MAILS", "ASIDE", "SUPPRESSED", "TO_TELL"
"""Partitions of the outbox: urgent mails, the other mails that wait, mails kept for the operator, addresses (as HMACs)
that bounced or complained, families to tell of what the town cancelled."""


def invoice_head(issued_on: date, number: InvoiceNumber) -> str:
    return f"{HEADS}{issued_on.isoformat()}#{number}"


def due_invoice(number: InvoiceNumber) -> str:
    """Where an invoice stands in its family's list while it is due, or has credit left: after all that are paid."""
    return f"UNPAID#{number}"


def paid_invoice(day: date, number: InvoiceNumber) -> str:
    """The same for one that was paid, last on ``day``."""
    return f"PAID#{day.isoformat()}#{number}"


def payment_name(payment: str) -> str:
    """Of a payment among those of its invoice; percent-encoded like the child of a slot."""
    return quote(payment, safe="")


def invoice_lines(number: InvoiceNumber) -> str:
    return f"L#{number}"


def number_holder(number: InvoiceNumber) -> str:
    """Partition with one item, which says who holds an invoice number; ``reference_holder`` is the same for a payment
    reference."""
    return f"N#{number}"


def reference_holder(reference: str) -> str:
    """Two references that differ only in dashes are the same here, because the treasury does not see the dashes."""
    return f"R#{reference.replace('-', '')}"


def suppressed_address(pepper: str, email: str) -> str:
    """An address that must not be written to, as an HMAC: the table alone tells no address. Case does not count."""
    return hmac.new(pepper.encode(), f"address|{email.casefold()}".encode(), hashlib.sha256).hexdigest()


def mail_due(due_at: str, mail: str) -> str:
    return f"{due_at}#{mail}"


TO_LOOK_AT = "1"
"""Value of ``look`` as long as the treasury is to be asked about an attempt."""


def attempt_partition(attempt: str) -> str:
    return f"A#{attempt}"


def operation_partition(idop: str) -> str:
    """Partition with one item, which says which attempt an operation of the treasury belongs to."""
    return f"O#{idop}"


POINTS = "POINTS"
"""Partition of the payments table with what a person has to settle, by code; ``CLOSINGS`` has the closed months."""
CLOSINGS = "CLOSINGS"


def book_head(exercice: int) -> str:
    """Partition with one item: the last line of a year's journal."""
    return f"J#{exercice}"


def book_month(month: date) -> str:
    """Partition with a month's lines of the régie's journal."""
    return f"J#{month:%Y-%m}"


def book_number(number: int) -> str:
    return f"{number:09}"


def closing(month: date) -> str:
    return f"{month:%Y-%m}"


ORDERS = "ORDERS"
"""Partition of the outbox with the kitchen's orders that nobody acknowledged yet."""
SINCE = "SINCE"
"""When the portal first looked at an order."""
LAST = "~"
"""Sorts after everything that may follow an instant or a day in a key."""


def order_partition(order: str) -> str:
    return f"ORDER#{order}"


def named_partition(order: str) -> str:
    """Partition with the children with a health plan of each version of an order."""
    return f"NAMED#{order}"


def order_name(first: date, at: str) -> str:
    return f"{first.isoformat()}#{at}"


def awaited_order(by: str, order: str, name: str) -> str:
    return f"{by}#{order}#{name}"
