"""The *bordereau* of a month: what each régie received, by means and product, with what its exercice had before.

Every row is a sum of lines of the journal. Only the share of a product is not written there: it comes from the lines of
the invoice (``rules.products``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from chalicelib.exports.book_words import KINDS, means_of
from chalicelib.rules.book import MONEY, BookLine, EntryKind
from chalicelib.rules.letters import plain
from chalicelib.rules.money import Cents
from chalicelib.rules.products import UNKNOWN, product_key

Split = Callable[[BookLine], Mapping[str, Cents]]
"""The amount of a line among products, by their names."""
LISTED = MONEY | {EntryKind.REFUND}


class SlipLevel(IntEnum):
    """What a row sums up; in the order in which the rows of a régie come."""

    PRODUCT = 0
    MEANS = 1
    UNCLASSIFIED = 2
    REGIE = 3
    ALL = 4
    REFUND = 5
    """Given back by the town, for the memory: it is in no total, because it does not leave from the régie's account."""


class SlipKey(NamedTuple):
    level: SlipLevel
    regie: str = ""
    means: str = ""
    product: str = ""
    """``product_key``"""


class SlipSum(NamedTuple):
    """``number`` is how many lines of the journal; ``name`` is the product's name, as it was first written."""

    number: int = 0
    amount: Cents = Cents(0)
    name: str = ""

    def plus(self, number: int, amount: Cents, name: str) -> "SlipSum":
        return SlipSum(self.number + number, Cents(self.amount + amount), self.name or name)


Tally = Mapping[SlipKey, SlipSum]


class SlipRow(NamedTuple):
    """A row with what it had in the earlier months of the exercice."""

    key: SlipKey
    month: SlipSum
    before: Cents

    @property
    def total(self) -> Cents:
        return Cents(self.before + self.month.amount)


def tally(lines: Iterable[BookLine], split: Split, start: Tally | None = None) -> Tally:
    """The sums of all lines of money, added to those of ``start``."""
    found = dict(start or {})
    for line in lines:
        for key, amount, name in _shares(line, split):
            found[key] = found.get(key, SlipSum()).plus(1, amount, name)
    return found


def slip_rows(month: Tally, before: Tally) -> Sequence[SlipRow]:
    """The rows of the month, those of earlier months that got nothing included; totals stand after what they sum up."""
    every = {SlipKey(SlipLevel.ALL): SlipSum(), **before, **month}
    rows = [SlipRow(key, month.get(key, SlipSum(0, Cents(0), every[key].name)), _before(before, key)) for key in every]
    return sorted(rows, key=_place)


def slip_name(month: date) -> str:
    return f"bordereau-{month:%Y-%m}"


def _shares(line: BookLine, split: Split) -> Iterator[tuple[SlipKey, Cents, str]]:
    entry = line.entry
    if entry.kind not in LISTED:
        return
    means = means_of(entry)
    if entry.kind is EntryKind.UNCLASSIFIED:
        yield SlipKey(SlipLevel.UNCLASSIFIED, entry.regie, means), entry.amount, KINDS[entry.kind]
    else:
        level = SlipLevel.REFUND if entry.kind is EntryKind.REFUND else SlipLevel.PRODUCT
        for name, part in split(line).items():
            yield SlipKey(level, entry.regie, means, product_key(name)), part, name
    if entry.kind in MONEY:
        if entry.kind is not EntryKind.UNCLASSIFIED:
            yield SlipKey(SlipLevel.MEANS, entry.regie, means), entry.amount, ""
        yield SlipKey(SlipLevel.REGIE, entry.regie), entry.amount, ""
        yield SlipKey(SlipLevel.ALL), entry.amount, ""


def _before(before: Tally, key: SlipKey) -> Cents:
    return before[key].amount if key in before else Cents(0)


def _place(row: SlipRow) -> tuple[object, ...]:
    """Régie by régie: each means with its products and their sum, then « à classer », then the régie's sum. What is of
    all régies, and what is told for the memory, comes last."""
    level, regie, means, product = row.key
    last = level if level in {SlipLevel.ALL, SlipLevel.REFUND} else SlipLevel.PRODUCT
    kind = SlipLevel.PRODUCT if level is SlipLevel.MEANS else level
    return (last, plain(regie), regie, kind, plain(means), level, product == UNKNOWN, product)
