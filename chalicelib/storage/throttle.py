"""Counters of attempts, in fixed windows, shared by every Lambda."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pynamodb.transactions import TransactWrite

from chalicelib.rules.instants import instant_text
from chalicelib.services.ports import Limit
from chalicelib.storage.database import Database, Refused
from chalicelib.storage.rows import ThrottleRow

KEPT = 3600
"""Seconds that a counter outlives its window: DynamoDB's own clock deletes it."""


class DynamoThrottleStore:
    """``ThrottleStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(ThrottleRow)

    def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        if not all(limit.count > 0 for limit in limits):
            return False
        if not limits:
            return True
        count = self.rows.attempts

        def fill(transaction: TransactWrite) -> None:
            for limit in limits:
                row, expires = self._row(limit, now)
                room = count.does_not_exist() | (count < limit.count)
                transaction.update(row, actions=[count.add(1), self.rows.expires.set(expires)], condition=room)

        try:
            self.database.transact("throttle.take", fill)
        except Refused:
            return False
        return True

    def give_back(self, limits: Sequence[Limit], now: datetime) -> None:
        count = self.rows.attempts
        left = list(limits)

        def fill(transaction: TransactWrite) -> None:
            for limit in left:
                transaction.update(self._row(limit, now)[0], actions=[count.add(-1)], condition=count > 0)

        while left:
            try:
                self.database.transact("throttle.give_back", fill)
            except Refused as refused:
                # A counter that is gone or at zero has nothing to give back; the others still have.
                left = [limit for at, limit in enumerate(left) if at not in refused.found]
            else:
                return

    def _row(self, limit: Limit, now: datetime) -> tuple[ThrottleRow, int]:
        """The counter's row and its expiry. The window's length is in its key: two of one start are two counters."""
        instant_text(now)  # Refuses a naive instant.
        start = int(now.timestamp()) // limit.seconds * limit.seconds
        window = f"{instant_text(datetime.fromtimestamp(start, UTC))}/{limit.seconds}"
        return self.rows(limit.subject, window), start + limit.seconds + KEPT
