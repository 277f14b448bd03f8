"""Ports whose calls go wrong: the process dies before or after one, or nobody hears its answer."""

from collections.abc import Callable
from typing import Any, TypeVar

from chalicelib.rules.errors import StaleWrite, Unavailable
from tests.faults import Killed

T = TypeVar("T")
BROKEN = (Unavailable, Killed, StaleWrite)
KILLED_BEFORE, KILLED_AFTER, LOST, FAILED = "killed before", "killed after", "answer lost", "failed"
OVERTAKEN = "overtaken"
"""Another process does something just before the call."""
WAYS = (KILLED_BEFORE, KILLED_AFTER, LOST, FAILED, OVERTAKEN)


class Faults:
    """``calls`` counts the calls of all ports. The one that is ``left`` calls away goes wrong, once, in its ``way``."""

    def __init__(self) -> None:
        self.calls = 0
        self.left = 0
        self.way = ""
        self.other: Callable[[], object] = lambda: None

    def strike(self, left: int, way: str, other: Callable[[], object]) -> None:
        """The call after ``left`` others goes wrong. ``other`` is what another process does."""
        self.left, self.way, self.other = left, way, other

    def none(self) -> None:
        self.way = ""

    def around(self, call: Callable[[], T]) -> T:
        self.calls += 1
        if not self.way or self.left:
            self.left = max(0, self.left - 1)
            return call()
        way, self.way = self.way, ""
        if way == OVERTAKEN:
            self.other()
            return call()
        if way == KILLED_BEFORE:
            raise Killed
        if way == FAILED:
            raise Unavailable("the call failed")
        call()
        raise Killed if way == KILLED_AFTER else Unavailable("the answer was lost")


class Failing:
    """A port, every call of which may go wrong."""

    def __init__(self, port: Any, faults: Faults) -> None:
        self.port = port
        self.faults = faults

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.port, name)
        return lambda *args, **named: self.faults.around(lambda: call(*args, **named))
