"""Instants that a store may keep."""

from datetime import datetime


def aware(*instants: datetime | None) -> None:
    if any(at is not None and at.tzinfo is None for at in instants):
        raise ValueError("a naive instant is refused: say which time zone")
