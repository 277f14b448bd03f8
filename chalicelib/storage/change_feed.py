"""The feed of saves: the journal of all families, read by the instant at which each save was written."""

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.services.outgoing_ports import Written
from chalicelib.storage import journal, keys
from chalicelib.storage.database import Database, RawItem
from chalicelib.storage.journal_rows import ByWritten, JournalRow

A_MOMENT = timedelta(microseconds=1)
"""The shortest time between two instants that are written differently."""


class DynamoChangeFeed:
    """``ChangeFeed``. A day is one Query for each of its partitions, and one more for each megabyte of one; a page of
    each is all that is in memory at once."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.journal = database.bind(JournalRow)

    def between(self, after: datetime, until: datetime) -> Iterator[Written]:
        first, last = instant_text(after + A_MOMENT), instant_text(until)
        if first > last:
            return
        day, end = after.astimezone(UTC).date(), until.astimezone(UTC).date()
        while day <= end:
            shards = (self._shard(keys.feed_shard(day, shard), first, last) for shard in range(keys.FEED_SHARDS))
            yield from map(_written, heapq.merge(*shards, key=_order))
            day += timedelta(days=1)

    def _shard(self, partition: str, first: str, last: str) -> Iterator[RawItem]:
        """The items of a partition in their order. The index sorts by instant alone, so those of one instant are sorted
        here."""
        between = self.journal.written.between(first, last)
        items = self.database.pages(
            "change_feed.between",
            self.journal,
            partition,
            index_name=ByWritten.Meta.index_name,
            range_key_condition=between,
        )
        return (item for _, same in groupby(items, key=_instant) for item in sorted(same, key=_order))


def _instant(item: RawItem) -> str:
    return str(item["written"]["S"])


def _order(item: RawItem) -> tuple[str, str, str]:
    return item["written"]["S"], item["family"]["S"], item["entry"]["S"]


def _written(item: RawItem) -> Written:
    return Written(instant_of(item["written"]["S"]), FamilyId(item["family"]["S"]), journal.entry_of(item))
