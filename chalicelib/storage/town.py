"""The town's configuration: the import writes it, every page reads it, and it is kept in memory for a minute at
most."""

import gzip
import threading
import time
from collections.abc import Iterable
from datetime import date, datetime

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.instants import instant_text
from chalicelib.rules.planning import TownDays
from chalicelib.rules.town import Town
from chalicelib.rules.turning import ClosedNote
from chalicelib.storage import keys, town_codec
from chalicelib.storage.database import Database
from chalicelib.storage.rows import TownRow

FRESH_SECONDS = 60.0


class DynamoTownStore:
    """``TownStore``. It returns the same ``TownDays`` and ``Town`` as long as the configuration does not change.

    ``fresh`` is for how many seconds a page may show an older configuration.
    """

    def __init__(self, database: Database, fresh: float = FRESH_SECONDS) -> None:
        self.database = database
        self.rows = database.bind(TownRow)
        self.fresh = fresh
        self._lock = threading.Lock()
        self._days: TownDays | None = None
        self._compiled = b""
        self._read_at = 0.0

    def current(self) -> Town:
        return self.days().town

    def days(self) -> TownDays:
        with self._lock:  # One thread asks; the threads that come meanwhile get its answer.
            now = time.monotonic()
            if self._days is None or now - self._read_at >= self.fresh:
                self._days = self._load()
                self._read_at = now
            return self._days

    def published(self) -> Town | None:
        """The town that was put last; None before the first import, and when another version of the portal wrote it."""
        row = self._current()
        try:
            return _loaded(row) if row else None
        except ValueError:
            return None

    def put(self, town: Town, now: datetime) -> bool:
        """Make ``town`` the current configuration and keep it in the history. False when it is exactly the current one
        already."""
        at = instant_text(now)
        text = town_codec.dump(town)
        there = self._current()
        if there and _text(there) == text:
            return False
        compiled = gzip.compress(text.encode(), mtime=0)

        def fill(transaction: TransactWrite) -> None:
            for version in (keys.CURRENT, keys.town_version(at)):
                transaction.save(self.rows(keys.TOWN, version, at=at, json=compiled))

        self.database.transact("town.put", fill)
        return True

    def note_closed(self, days: Iterable[date], *, fresh: bool) -> None:
        actions = [self.rows.days.add(_texts(days)), *([self.rows.fresh.set(True)] if fresh else [])]
        self.database.update("town.note_closed", self.rows(keys.TOWN, keys.CLOSED), actions)

    def closed_noted(self) -> ClosedNote:
        found = self.database.get("town.closed_noted", self.rows, keys.TOWN, keys.CLOSED, consistent_read=True)
        if found is None:
            return ClosedNote()
        return ClosedNote(_days(found.days), bool(found.fresh), _days(found.acted))

    def note_acted(self, days: Iterable[date]) -> None:
        self.database.update("town.note_acted", self.rows(keys.TOWN, keys.CLOSED), [self.rows.acted.add(_texts(days))])

    def closed_settled(self, days: Iterable[date]) -> None:
        """See the port. The set is taken from: doing it again changes nothing."""
        gone = _texts(days)
        actions: list[Action] = [self.rows.fresh.remove(), *([self.rows.days.delete(gone)] if gone else [])]
        self.database.update("town.closed_settled", self.rows(keys.TOWN, keys.CLOSED), actions)

    def ask_recount(self, now: datetime) -> None:
        asked = self.rows(keys.TOWN, keys.RECOUNT, at=instant_text(now), json=b"")
        self.database.batch("town.ask_recount", self.rows, put=[asked])

    def recount_asked(self) -> bool:
        found = self.database.get("town.recount_asked", self.rows, keys.TOWN, keys.RECOUNT, consistent_read=True)
        return found is not None

    def recount_done(self) -> None:
        self.database.batch("town.recount_done", self.rows, delete=[(keys.TOWN, keys.RECOUNT)])

    def _load(self) -> TownDays:
        row = self._current()
        if row is None:
            raise Unavailable("town.current: no configuration was imported yet")
        if self._days is not None and row.json == self._compiled:
            return self._days
        days = TownDays(_loaded(row))
        self._compiled = row.json
        return days

    def _current(self) -> TownRow | None:
        return self.database.get("town.current", self.rows, keys.TOWN, keys.CURRENT, consistent_read=True)


def _texts(days: Iterable[date]) -> set[str]:
    return {day.isoformat() for day in days}


def _days(texts: Iterable[str] | None) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts or ()))


def _text(row: TownRow) -> str:
    return gzip.decompress(row.json).decode()


def _loaded(row: TownRow) -> Town:
    """Raises ValueError for what another version of the portal wrote."""
    return town_codec.load(_text(row))
