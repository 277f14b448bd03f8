"""The régie's journal for pages: its own modules are loaded when money comes, because most pages never touch it."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.storage.database import Database

if TYPE_CHECKING:
    from chalicelib.rules.book import BookHead, BookLine, Closing
    from chalicelib.rules.points import Point, PointCode
    from chalicelib.services.book_ports import MoneyEvent
    from chalicelib.storage.book import DynamoBook


class LateBook:
    """``Book``: a ``DynamoBook`` from its first use on."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @cached_property
    def book(self) -> "DynamoBook":
        from chalicelib.storage.book import DynamoBook  # noqa: PLC0415

        return DynamoBook(self.database)

    def write(self, event: "MoneyEvent") -> "tuple[BookLine, ...]":
        return self.book.write(event)

    def head(self, exercice: int) -> "BookHead":
        return self.book.head(exercice)

    def lines(self, month: date) -> "Iterator[BookLine]":
        return self.book.lines(month)

    def points(self) -> "Iterator[Point]":
        return self.book.points()

    def point(self, code: "PointCode") -> "Point | None":
        return self.book.point(code)

    def closings(self) -> "Sequence[Closing]":
        return self.book.closings()

    def close(self, closing: "Closing") -> None:
        self.book.close(closing)
