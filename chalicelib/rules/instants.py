"""How an instant is written: in UTC, to the microsecond, so that the order of texts is the order of time."""

from datetime import UTC, datetime


def instant_text(at: datetime) -> str:
    """``2026-11-23T08:00:00.000000Z``. Raises ValueError for a naive instant: read as UTC, it would be an hour or two
    wrong."""
    if at.tzinfo is None:
        raise ValueError("a naive instant is refused: say which time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant_of(text: str) -> datetime:
    return datetime.fromisoformat(text)
