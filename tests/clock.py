"""Time in tests: instants written as people say them, and a clock that stands still until it is moved."""

from datetime import UTC, date, datetime, timedelta

from chalicelib.rules.school_calendar import PARIS

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def day(text: str) -> date:
    """``mardi 2026-03-31`` -> that day; fails when the weekday is another, so that labels in tables are true."""
    name, _, iso = text.partition(" ")
    found = date.fromisoformat(iso)
    if DAYS[found.weekday()] != name:
        raise ValueError(f"{iso} is a {DAYS[found.weekday()]}, not a {name}")
    return found


def paris(text: str) -> datetime:
    """``vendredi 2026-03-27 09:59`` (wall clock in Paris, seconds allowed) -> the instant, aware UTC."""
    words = text.rsplit(" ", 1)
    local = datetime.fromisoformat(f"{day(words[0]).isoformat()}T{words[1]}")
    return local.replace(tzinfo=PARIS).astimezone(UTC)


class FixedClock:
    """A Clock that shows one instant until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def set(self, text: str) -> None:
        self.at = paris(text)

    def forward(self, **units: float) -> None:
        self.at += timedelta(**units)
