"""Families, sign-in codes and counters of tries in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from threading import RLock

from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId
from chalicelib.services.ports import Limit, Login
from tests.fakes.instants import aware


class MemoryFamilies:
    """``FamilyStore``."""

    def __init__(self, families: Iterable[Family] = ()) -> None:
        self.families = {family.id: family for family in families}

    def find(self, family: FamilyId) -> Family | None:
        return self.families.get(family)

    def end_session(self, family: FamilyId, nonce: str, until: datetime) -> None:
        aware(until)
        found = self.families.get(family)
        if found:
            self.families[family] = replace(found, ended_sessions=found.ended_sessions | {nonce})

    def raise_epoch(self, family: FamilyId) -> int:
        found = self.families[family]
        self.families[family] = replace(found, session_epoch=found.session_epoch + 1)
        return found.session_epoch + 1


class MemoryLogins:
    """``LoginStore``. ``logins``: by key and family."""

    def __init__(self, logins: Iterable[tuple[str, Login]] = ()) -> None:
        self.logins = {(key, login.family): login for key, login in logins}

    def find(self, key: str) -> tuple[Login, ...]:
        return tuple(login for (there, _), login in sorted(self.logins.items()) if there == key)


class MemoryThrottle:
    """``ThrottleStore``."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, int, int], int] = {}
        self._lock = RLock()

    def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        aware(now)
        with self._lock:
            if any(self.counts.get(self._key(limit, now), 0) >= limit.count for limit in limits):
                return False
            for limit in limits:
                self._move(limit, now, 1)
            return True

    def is_full(self, limits: Sequence[Limit], now: datetime) -> bool:
        aware(now)
        return any(self.counts.get(self._key(limit, now), 0) >= limit.count for limit in limits)

    def count(self, limits: Sequence[Limit], now: datetime) -> None:
        aware(now)
        with self._lock:
            for limit in limits:
                self._move(limit, now, 1)

    def give_back(self, limits: Sequence[Limit], now: datetime) -> None:
        aware(now)
        with self._lock:
            for limit in limits:
                self._move(limit, now, -1)

    def _move(self, limit: Limit, now: datetime, by: int) -> None:
        key = self._key(limit, now)
        self.counts[key] = max(0, self.counts.get(key, 0) + by)

    def _key(self, limit: Limit, now: datetime) -> tuple[str, int, int]:
        return limit.subject, limit.seconds, int(now.timestamp()) // limit.seconds
