"""What time it is: the only place that asks the machine."""

import time
from datetime import UTC, datetime, timedelta

from chalicelib.rules.school_calendar import PARIS
from chalicelib.services.ports import Clock


class SystemClock:
    """``Clock``: the machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class OffsetClock:
    """``Clock``: it starts at ``start`` (aware) and goes on from there at the usual speed."""

    def __init__(self, start: datetime) -> None:
        self.start = start.astimezone(UTC)
        self._started = time.monotonic()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=time.monotonic() - self._started)


def clock_for(demo_now: str) -> Clock:
    """The machine's clock, or a clock that starts at a Paris wall time such as ``2015-12-22T14:54``.

    Raises ValueError, with a sentence for the operator, when the text is no such time.
    """
    if not demo_now:
        return SystemClock()
    try:
        start = datetime.fromisoformat(demo_now)
    except ValueError as error:
        raise ValueError(f"DEMO_NOW={demo_now} is not a time such as 2015-12-22T14:54") from error
    if start.tzinfo is not None:
        raise ValueError(f"DEMO_NOW={demo_now} names a time zone; it is a wall time in Paris, without one")
    return OffsetClock(start.replace(tzinfo=PARIS))
