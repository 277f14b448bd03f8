"""What the files that leave the portal are made from; see ``ports`` for the rules of all stores."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from chalicelib.rules.directory import Directory
from chalicelib.rules.ids import FamilyId
from chalicelib.services.ports import JournalEntry
from chalicelib.values import Value


class Written(Value):
    """A save as the portal wrote it. ``at`` (aware UTC) is when it was written: the office may import a line long after
    the instant that its entry tells."""

    at: datetime
    family: FamilyId
    entry: JournalEntry


FEED_MAY_LACK = timedelta(minutes=1)
"""A save waits for 12 seconds, and its last call for 12 more; the index by day may be a second late."""


class ChangeFeed(Protocol):
    """Every save of every family, by the instant at which it was written."""

    def between(self, after: datetime, until: datetime) -> Iterator[Written]:
        """The saves that changed something, written after ``after`` and not after ``until``, oldest first; of one
        instant, by family and name. Their entries come without ``refusals`` and ``already``.

        It may lack those of the last ``FEED_MAY_LACK``: the index follows the table, and a write that has to wait keeps
        its first instant. What is older never changes.
        """
        ...


class KeptDirectory(Value):
    """The directory as it was found; ``version`` tells it from any other that was ever there."""

    directory: Directory
    version: str


class DirectoryStore(Protocol):
    """The directory is one compressed object beside the invoices' PDFs."""

    def read(self) -> Directory:
        """Raises Unavailable when no import has written one yet."""
        ...


class DirectoryKeeper(DirectoryStore, Protocol):
    """For those who write it."""

    def find(self) -> KeptDirectory | None:
        """None when no import has written one yet."""
        ...

    def write(self, directory: Directory, over: KeptDirectory | None) -> None:
        """Write it over what was found; ``over`` None: where none was. Raises StaleWrite when another one was written
        in between. Writing the same again changes nothing."""
        ...

    def delete_older(self) -> None:
        """Delete every version but the present one. Only operators have the right to it."""
        ...


class ChangeFile(Value):
    """One file of changes for one consumer: what was written after ``after`` and not after ``until`` (aware UTC).

    Files are numbered from 1, and each begins where the one before ended. Until ``done`` it may be half written or not
    there; it is then written again, with the same lines under the same name.
    """

    consumer: str
    """A slug: ``nuit``, or the name that a command gave."""
    number: int
    after: datetime
    until: datetime
    done: bool = False


class CursorStore(Protocol):
    """How far each consumer is: its last file of changes."""

    def last(self, consumer: str) -> ChangeFile | None: ...

    def move(self, before: ChangeFile | None, to: ChangeFile) -> None:
        """Note ``to`` in the place of ``before``, which was read. Raises StaleWrite when another run noted something
        else meanwhile; noting the same again changes nothing."""
        ...


class Shelf(Protocol):
    """A place for files that leave. A file is there whole or not at all; its name tells nobody's data."""

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a file, in place of one of the same name. When ``chunks`` raises, nothing is written."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """The file, a piece at a time. Raises NotFound."""
        ...

    def has(self, name: str) -> bool: ...

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        ...


class ClosedMonth(Value):
    """A month whose billing was closed: its file is never written again."""

    month: date
    """Its first day."""
    by: str
    """Who closed it, as the person wrote her name."""
    at: datetime
    """The instant (aware UTC) as of which its lines are true. Corrections begin after it."""
    closed_at: datetime
    file: str
    """Name of its files on the shelf of closed months, without an ending."""


class BillingBook(Protocol):
    """The months that were closed."""

    def closed(self) -> tuple[ClosedMonth, ...]:
        """In the order in which they were closed. One Query."""
        ...

    def close(self, month: ClosedMonth) -> None:
        """Raises StaleWrite when the month is closed already, unless it is by this very closing."""
        ...
