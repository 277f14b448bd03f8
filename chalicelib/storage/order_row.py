"""The rows of the kitchen's orders, in the table of the outbox; see ``rows``."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model


class OrderRow(Model):
    """An order of the kitchen, the children that it names, or that it is still to be acknowledged: see
    ``storage.orders``."""

    class Meta:
        table_name = "outbox"

    shard = UnicodeAttribute(hash_key=True)
    due = UnicodeAttribute(range_key=True)
    at = UnicodeAttribute(null=True)
    version = BinaryAttribute(legacy_encoding=False, null=True)
    """Gzipped JSON of an ``OrderVersion``: figures, no child."""
    named = UnicodeAttribute(null=True)
    """JSON of ``NamedChild``: identifiers, no name."""
    ref = UnicodeAttribute(null=True)
    acknowledge_by = UnicodeAttribute(null=True)
    acknowledged_at = UnicodeAttribute(null=True)
    unacknowledged_at = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True)
