"""What the bordereau of a month needs to become a paper."""

from datetime import datetime
from typing import Protocol

from chalicelib.values import Value


class SlipTable(Value):
    """The rows of one régie, or what is told apart. The first two cells of a row are texts, the others numbers.
    ``bold`` says of each row whether it is a sum."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    bold: tuple[bool, ...]


class SlipSheet(Value):
    """A bordereau in French."""

    title: str
    closed: str
    """Who closed the month and when, or that nobody did."""
    columns: tuple[str, ...]
    tables: tuple[SlipTable, ...]
    rule: str
    """How payments are shared among products, and what is in no total."""


class SlipRenderer(Protocol):
    def __call__(self, sheet: SlipSheet, town: str, at: datetime) -> bytes:
        """A PDF with a place for date and signature; the same arguments give the same bytes."""
        ...
