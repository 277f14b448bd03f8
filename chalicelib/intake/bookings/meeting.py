"""The new configuration meets the bookings that there are: what closes is noted, settled once every page has read it,
and told to the families."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from chalicelib.intake.bookings.cancelling import CancelForTown
from chalicelib.intake.bookings.standing import ClosedDays, SettleClosedDays
from chalicelib.intake.bookings.touched import Touched, overfull_of
from chalicelib.intake.pool import in_order
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.planning import TownDays
from chalicelib.rules.school_calendar import days_between, paris_day
from chalicelib.rules.town import Town
from chalicelib.rules.turning import turned
from chalicelib.services.mail_ports import TownActs
from chalicelib.services.ports import PlaceBook
from chalicelib.services.telling import TellOfActs


class Meeting:
    """What closes and what is booked, from the town before the import (``before``) to its own (``town``).

    ``wait`` lets a minute pass: until every Lambda has read the published town, parents book days that it closes.
    """

    def __init__(
        self,
        *,
        before: Town | None,
        town: Town,
        lists: sqlite3.Connection,
        store: IntakeStore,
        bookings: PlaceBook,
        report: IntakeReport,
        now: datetime,
        workers: int,
        wait: Callable[[], None],
    ) -> None:
        self.town = town
        self.lists = lists
        self.store = store
        self.bookings = bookings
        self.report = report
        self.now = now
        self.today = paris_day(now)
        self.workers = workers
        self.wait = wait
        self.unknown = before is None
        self.change = turned(before, town, now)

    def note(self, *, people_before: bool) -> None:
        """Remember the days that close, before anything is booked or published.

        When the town before cannot be read, as another version of the portal wrote it, and there were people
        (``people_before``), every day of the calendar may have bookings.
        """
        closed = self.change.closed
        if self.unknown and people_before:
            closed = frozenset(days_between(max(self.today, self.town.calendar.first), self.town.calendar.last))
        if closed:
            self.store.note_closed(closed, fresh=True)

    def settle(self, act: CancelForTown, *, cancel: bool) -> None:
        """List, or cancel, what stands on closed days. The town is published. Raises Unavailable."""
        noted = self.store.closed_noted()
        if noted.fresh:
            self.wait()
        if noted.days:
            days = ClosedDays(self.lists, self.bookings, TownDays(self.town), self.today)
            settle = SettleClosedDays(store=self.store, closed_days=days, act=act, cancel=cancel, workers=self.workers)
            self.report.standing = settle(noted.days, self.report.standing)
        self.report.touched = Touched(
            self.town,
            tuple(self.report.standing),
            overfull_of(self.change, self.bookings),
            self.change.moved,
            self.change.reopened & noted.acted,
        )

    def tell(self, acts: TownActs, tell: TellOfActs) -> None:
        """Tell each family what was cancelled, by this import or by one that did not end. Raises Unavailable."""

        def one(noted: tuple[FamilyId, frozenset[EntryId]]) -> tuple[FamilyId, bool | None]:
            family, entries = noted
            return family, tell(self.town, family, entries, self.now)

        with ThreadPoolExecutor(self.workers) as pool:
            for family, told in in_order(pool, self.workers, one, list(acts.noted())):
                self.report.told += told is True
                self.report.untold += [family] if told is False else []
