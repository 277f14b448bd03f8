"""Counters of attempts in fixed windows of time; all Lambdas share them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from pynamodb.expressions.condition import Condition

from chalicelib.rules.instants import instant_text
from chalicelib.services.ports import Limit
from chalicelib.storage.database import Database, WriteRefused
from chalicelib.storage.rows import ThrottleRow

KEPT_SECONDS = 3600
"""Seconds for which a counter stays after its window; then DynamoDB deletes it."""


class DynamoThrottleStore:
    """``ThrottleStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(ThrottleRow)

    def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        if not all(limit.count > 0 for limit in limits):
            return False
        attempts = self.rows.attempts
        for at, limit in enumerate(limits):
            try:
                self._add(limit, now, attempts.does_not_exist() | (attempts < limit.count))
            except WriteRefused:
                self.give_back(limits[:at], now)
                return False
        return True

    def is_full(self, limits: Sequence[Limit], now: datetime) -> bool:
        asked = {self._key(limit, now): limit for limit in limits}
        keys = ({"subject": subject, "window": window} for subject, window in asked)
        found = self.database.batch_get("throttle.is_full", self.rows, keys, consistent_read=True)
        counts = {(item["subject"]["S"], item["window"]["S"]): int(item["count"]["N"]) for item in found}
        return any(counts.get(key, 0) >= limit.count for key, limit in asked.items())

    def count(self, limits: Sequence[Limit], now: datetime) -> None:
        for limit in limits:
            self._add(limit, now)

    def give_back(self, limits: Sequence[Limit], now: datetime) -> None:
        attempts = self.rows.attempts
        for limit in limits:
            # A counter that is gone or at zero has nothing to give back.
            with suppress(WriteRefused):
                row = self.rows(*self._key(limit, now))
                self.database.update("throttle.give_back", row, [attempts.add(-1)], attempts > 0)

    def _add(self, limit: Limit, now: datetime, condition: Condition | None = None) -> None:
        expires = _start(limit, now) + limit.seconds + KEPT_SECONDS
        actions = [self.rows.attempts.add(1), self.rows.expires.set(expires)]
        self.database.update("throttle.add", self.rows(*self._key(limit, now)), actions, condition)

    def _key(self, limit: Limit, now: datetime) -> tuple[str, str]:
        """Subject and window. The length of the window is part of the key, so that two windows with the same start are
        two counters."""
        return limit.subject, f"{instant_text(datetime.fromtimestamp(_start(limit, now), UTC))}/{limit.seconds}"


def _start(limit: Limit, now: datetime) -> int:
    instant_text(now)  # Refuses a naive instant.
    return int(now.timestamp()) // limit.seconds * limit.seconds
