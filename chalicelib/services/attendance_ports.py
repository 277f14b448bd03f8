"""An attendance list in words, as it is printed; see ``ports`` for the rules of all stores."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.values import Value


class NameRow(Value):
    """A child. ``marks`` are its diet and its health plan; ``change`` is what became of it since the list before."""

    last_name: str
    first_name: str
    marks: str
    change: str


class ClassSheet(Value):
    """The children of one class. ``totals`` come first: each is a number and what it counts."""

    title: str
    totals: Sequence[tuple[str, str]]
    changes: str
    present: Sequence[NameRow]
    gone: Sequence[NameRow]


class AttendanceSheet(Value):
    """One activity at one school on one day. ``as_of`` says of which instant the list is."""

    title: str
    day: str
    as_of: str
    classes: Sequence[ClassSheet]


class AttendanceRenderer(Protocol):
    def __call__(self, sheet: AttendanceSheet, town: str, at: datetime) -> bytes:
        """A PDF for the wall. ``at`` is the instant of the list: the same list gives the same bytes."""
        ...
