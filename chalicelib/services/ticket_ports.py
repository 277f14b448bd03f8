"""What the ticket of a payment needs from the world: paper."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.values import Value


class TicketSheet(Value):
    """What a ticket says: for each payment, names and values; ``notes`` come last."""

    title: str
    payments: tuple[Sequence[tuple[str, str]], ...]
    notes: tuple[str, ...]


class TicketRenderer(Protocol):
    def __call__(self, sheet: TicketSheet, town: str, at: datetime) -> str:
        """A PDF that is ASCII text, so that any answer can carry it; the same arguments give the same text."""
        ...
