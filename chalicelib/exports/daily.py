"""The lists and orders of a day among the files that leave: who is expected, and what the kitchen would be sent."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from chalicelib.exports.attendance import ExportAttendance, instant_of_list, people_name
from chalicelib.exports.orders import order_by_hand, order_csv
from chalicelib.exports.run import Asked
from chalicelib.rules.errors import NotFound
from chalicelib.rules.planning import TownDays
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.attendance_ports import AttendanceSheet
from chalicelib.services.ordering import MakeOrder
from chalicelib.services.outgoing_ports import FEED_MAY_LACK, Shelf
from chalicelib.services.ports import Clock, TownStore

MOST_DAYS_AHEAD = 31
"""How far the next open day is looked for: longer than any holiday but the summer's."""
ORDERED_DAYS = 7


class AttendanceFiles:
    """``FileKind``: the lists of a day, the next open one when none is named.

    They mark what changed since the lists of that day which the shelf has.
    """

    def __init__(self, *, export: ExportAttendance, town: TownStore, clock: Clock) -> None:
        self.export = export
        self.town = town
        self.clock = clock

    def __call__(self, asked: Asked, shelf: Shelf) -> Sequence[str]:
        now = self.clock.now()
        day = asked.day or next_open_day(self.town.days(), paris_day(now))
        if day is None:
            return []
        instant = now - FEED_MAY_LACK
        files = [file for file in self.export(day, instant, _list_before(shelf, day, instant)) if file.content]
        # The names last: their instant says since when the next list marks, and papers lost with a run must not count.
        for file in sorted(files, key=lambda one: one.name == people_name(day)):
            shelf.put(file.name, [file.content])
        return [file.name for file in files]


def _list_before(shelf: Shelf, day: date, instant: datetime) -> datetime | None:
    """As of when the shelf's list of ``day`` is; None without one, or when it is no list, or of after ``instant``."""
    try:
        found = instant_of_list(b"".join(shelf.read(people_name(day))))
    except NotFound:
        return None
    return found if found and found <= instant else None


class OrderFiles:
    """``FileKind``: what each order would say of a day, of the seven from today on when none is named. Nothing is
    sent."""

    def __init__(self, *, make: MakeOrder, town: TownStore, clock: Clock) -> None:
        self.make = make
        self.town = town
        self.clock = clock

    def __call__(self, asked: Asked, shelf: Shelf) -> Sequence[str]:
        now, town = self.clock.now(), self.town.current()
        first = asked.day or paris_day(now)
        days = [first + timedelta(days=more) for more in range(1 if asked.day else ORDERED_DAYS)]
        names = []
        for order in town.orders:
            try:
                version = order_by_hand(self.make, town, order.id, days, now)
            except NotFound:
                continue
            names.append(f"commande-{order.id}-{first.isoformat()}.csv")
            shelf.put(names[-1], [order_csv(version)])
        return names


def next_open_day(days: TownDays, first: date) -> date | None:
    """The first day from ``first`` on on which the town does something; None when there is none soon."""
    coming = (first + timedelta(days=more) for more in range(MOST_DAYS_AHEAD))
    return next((day for day in coming if any(_open(days, day))), None)


def _open(days: TownDays, day: date) -> Iterator[bool]:
    for activity in days.town.activities.values():
        for school in days.town.schools:
            yield days.of(activity, school, "")[day].closed_because is None


def no_paper(sheet: AttendanceSheet, town: str, at: datetime) -> bytes:  # noqa: ARG001 - names of the port
    """An ``AttendanceRenderer`` where there are no fonts: lists for a spreadsheet alone."""
    return b""
