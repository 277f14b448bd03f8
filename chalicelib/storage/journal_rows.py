"""The rows of the journal, and the index by which saves are read in the order in which they were written."""

from typing import Any

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb.models import Model


class ByWritten(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # pynamodb leaves it untyped
    """The saves of all families that changed something, by the day on which they were written: see ``keys.feed``."""

    class Meta:
        index_name = "by-written"
        projection = IncludeProjection(["at", "channel", "changes", "reason"])

    feed = UnicodeAttribute(hash_key=True)
    written = UnicodeAttribute(range_key=True)


class JournalRow(Model):
    """One save. ``storage.journal.row_of`` writes its wishes."""

    class Meta:
        table_name = "journal"

    family = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    at = UnicodeAttribute()
    channel = UnicodeAttribute()
    changes = ListAttribute(of=UnicodeAttribute)
    refusals = ListAttribute(of=UnicodeAttribute)
    already = ListAttribute(of=UnicodeAttribute)
    reason = UnicodeAttribute(null=True)
    feed = UnicodeAttribute(null=True)
    """Only of a save that changed something: the index holds no other."""
    written = UnicodeAttribute(null=True)
    by_written = ByWritten()
    expires = NumberAttribute(null=True)
