"""What the files that leave the portal are made from; see ``ports`` for the rules of all stores."""

from collections.abc import Iterator
from datetime import datetime, timedelta
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


class DirectoryStore(Protocol):
    """The directory is one compressed object beside the invoices' PDFs."""

    def read(self) -> Directory:
        """Raises Unavailable when no import has written one yet."""
        ...

    def write(self, directory: Directory) -> None: ...
