"""What leaves the portal, in memory."""

from collections.abc import Iterable, Iterator
from datetime import date

from chalicelib.rules.errors import NotFound, StaleWrite
from chalicelib.services.outgoing_ports import ChangeFile, ClosedMonth
from tests.fakes.instants import aware


class MemoryCursors:
    """``CursorStore``."""

    def __init__(self) -> None:
        self.files: dict[str, ChangeFile] = {}

    def last(self, consumer: str) -> ChangeFile | None:
        return self.files.get(consumer)

    def move(self, before: ChangeFile | None, to: ChangeFile) -> None:
        aware(to.after, to.until)
        there = self.files.get(to.consumer)
        if there not in (before, to):
            raise StaleWrite("cursors.move")
        self.files[to.consumer] = to


class MemoryShelf:
    """``Shelf``."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        self.files[name] = b"".join(chunks)

    def read(self, name: str) -> Iterator[bytes]:
        if name not in self.files:
            raise NotFound(name)
        yield self.files[name]

    def has(self, name: str) -> bool:
        return name in self.files

    def remove(self, name: str) -> None:
        self.files.pop(name, None)


class MemoryBillingBook:
    """``BillingBook``."""

    def __init__(self) -> None:
        self.months: dict[date, ClosedMonth] = {}

    def closed(self) -> tuple[ClosedMonth, ...]:
        return tuple(sorted(self.months.values(), key=lambda one: one.closed_at))

    def close(self, month: ClosedMonth) -> None:
        aware(month.at, month.closed_at)
        if self.months.setdefault(month.month, month) != month:
            raise StaleWrite("billing.close")
