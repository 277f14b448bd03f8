"""What the operator sees while an import runs: a bar in a terminal, nothing elsewhere.

The import does its work whether or not somebody watches: it tells how far it is, and is told nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

Advance = Callable[[int], None]
"""Told how many more are done."""


class ImportProgress(Protocol):
    def reading(self, file: str) -> None:
        """The file of this name is being read."""
        ...

    def waiting(self, why: str) -> None:
        """Nothing moves for a while: a French sentence says why."""
        ...

    def step(self, label: str, total: int) -> AbstractContextManager[Advance]:
        """The step ``label`` (a word or two of French) lasts as long as the block, which tells of its ``total``."""
        ...


class Silence:
    """Nobody watches: not a character is written anywhere."""

    def reading(self, file: str) -> None:
        pass

    def waiting(self, why: str) -> None:
        pass

    @contextmanager
    def step(self, label: str, total: int) -> Iterator[Advance]:  # noqa: ARG002 - a bar would show them
        yield lambda _done: None


class Bars:
    """``rich`` bars, on the error output."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it

        self.console: Any = Console(stderr=True, highlight=False)

    def reading(self, file: str) -> None:
        self.console.print(f"Lecture de {file}…")

    def waiting(self, why: str) -> None:
        self.console.print(why)

    @contextmanager
    def step(self, label: str, total: int) -> Iterator[Advance]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.console) as bars:
            task = bars.add_task(label, total=total)
            yield lambda done: bars.advance(task, done)
