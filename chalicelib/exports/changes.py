"""What was booked and cancelled since the last export: each change is in exactly one file of a consumer.

What a file holds is noted before it is written, and noted as done after it is whole. A run that ends in between is
taken up by the next: the same lines under the same name, because the past of the feed does not change.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from chalicelib.exports.csv_out import Reference, csv_chunks, day_of, second_of
from chalicelib.rules.school_calendar import paris_instant
from chalicelib.rules.town import Town
from chalicelib.services.outgoing_ports import FEED_MAY_LACK, ChangeFeed, ChangeFile, CursorStore, Shelf, Written
from chalicelib.services.ports import Clock, TownStore

COLUMNS = (*("ecrit_le", "saisie_le", "canal", "agent", "famille", "enfant", "activite", "date", "action", "motif"),)
ACTIONS = {True: "inscription", False: "annulation"}
BEFORE_THE_YEAR = timedelta(days=123)
"""How long before the first day of its calendar a town may take its first bookings."""


class ExportChanges:
    """Gives a consumer what changed since it was given something."""

    def __init__(self, *, feed: ChangeFeed, cursors: CursorStore, town: TownStore, clock: Clock) -> None:
        self.feed = feed
        self.cursors = cursors
        self.town = town
        self.clock = clock

    def __call__(
        self, consumer: str, shelf: Shelf, since: datetime | None = None, *, resuming: bool = False
    ) -> list[str]:
        """Write what was begun and not finished, then what came since. Returns the names of the files, oldest first.

        ``since`` is where the first file of a new consumer begins; without it, before the first day of the town's
        calendar. ``resuming``: the shelf may have a whole file of a run that ended just after it, which is then told
        too. Raises StaleWrite when another run gives the same consumer the same changes at this moment.
        """
        last = self.cursors.last(consumer)
        written = []
        if last and (not last.done or (resuming and shelf.has(name_of(last)))):
            written.append(self._write(last, shelf))
            last = self.cursors.last(consumer)
        begun = self._next(consumer, last, since)
        if begun:
            self.cursors.move(last, begun)
            written.append(self._write(begun, shelf))
        return written

    def _next(self, consumer: str, last: ChangeFile | None, since: datetime | None) -> ChangeFile | None:
        """The next file; None when no time has passed that is sure to change no more."""
        until = self.clock.now() - FEED_MAY_LACK
        after = last.until if last else since or first_instant(self.town.current())
        return ChangeFile(consumer, last.number + 1 if last else 1, after, until) if after < until else None

    def _write(self, file: ChangeFile, shelf: Shelf) -> str:
        name = name_of(file)
        shelf.put(name, changes_of(self.feed.between(file.after, file.until)))
        self.cursors.move(file, ChangeFile(file.consumer, file.number, file.after, file.until, done=True))
        return name


def first_instant(town: Town) -> datetime:
    return paris_instant(town.calendar.first - BEFORE_THE_YEAR, 0)


def name_of(file: ChangeFile) -> str:
    return f"modifications-{file.consumer}-{file.number:05}.csv"


def changes_of(saves: Iterable[Written]) -> Iterator[bytes]:
    return csv_chunks(COLUMNS, (row for save in saves for row in _rows(save)))


def _rows(save: Written) -> Iterator[Sequence[str]]:
    entry = save.entry
    for wish in entry.changes:
        slot = wish.slot
        yield (
            *(second_of(save.at), second_of(entry.at), entry.channel, ""),
            *(Reference(save.family), Reference(slot.child), slot.activity, day_of(slot.day)),
            *(ACTIONS[wish.booked], entry.reason),
        )
