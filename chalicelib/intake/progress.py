"""What the operator sees during an import: a bar in a terminal, nothing elsewhere.

The import works the same whether or not somebody watches: it tells how far it is, and gets no answer.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

Advance = Callable[[int], None]
"""Gets how many more are done."""


class ImportProgress(Protocol):
    def reading(self, file: str) -> None:
        """The file with this name is being read."""
        ...

    def waiting(self, why: str) -> None:
        """Nothing moves for a while; the French sentence ``why`` says the reason."""
        ...

    def step(self, label: str, total: int) -> AbstractContextManager[Advance]:
        """The step ``label`` (one or two French words) lasts as long as the block, which tells how much of ``total`` is
        done."""
        ...


class Silence:
    """Nobody watches: nothing is written anywhere."""

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
