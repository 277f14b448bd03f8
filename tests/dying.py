"""A process that dies at a write, over stores in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes import MemoryAttempts, MemoryBook
from tests.faults import Killed


@dataclass
class Process:
    """``crash``: whether it dies before or after its next write; empty while it lives."""

    crash: str = ""


class Crashing:
    """The portal's attempts, or its journal, in a process that may die before or after a write."""

    def __init__(self, port: MemoryAttempts | MemoryBook, process: Process) -> None:
        self.port = port
        self.process = process

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.port, name)
        return self._dying(call) if name in {"begin", "opened", "settle", "write"} else call

    def _dying(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            crash, self.process.crash = self.process.crash, ""
            if crash == "before":
                raise Killed
            result = call(*args, **named)
            if crash == "after":
                raise Killed
            return result

        return run
