"""What the operator sees while an import runs: a bar in a terminal, nothing elsewhere."""

from collections.abc import Iterator
from typing import Any, Protocol


class Progress(Protocol):
    def say(self, name: str) -> None:
        """The file of this name is being read."""
        ...

    def follow(self, label: str, total: int, steps: Iterator[int]) -> None:
        """Run ``steps`` to its end; each says how many of ``total`` it did."""
        ...


class Quiet:
    def say(self, name: str) -> None:
        """Nobody watches."""

    def follow(self, label: str, total: int, steps: Iterator[int]) -> None:  # noqa: ARG002 - a bar would show them
        for _ in steps:
            pass


class Bars:
    """``rich`` bars, on the error output."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it

        self.console: Any = Console(stderr=True, highlight=False)

    def say(self, name: str) -> None:
        self.console.print(f"Lecture de {name}…")

    def follow(self, label: str, total: int, steps: Iterator[int]) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.console) as bars:
            task = bars.add_task(label, total=total)
            for done in steps:
                bars.advance(task, done)
