"""What the bank took, by its own days: the book beside which the portal's files of the régie are laid."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.rules.school_calendar import paris_day
from infra.local.bank.operations import Operation

MEANS = {"P": "carte", "V": "prélèvement"}


@dataclass(frozen=True)
class DayOfBank:
    """What the bank took on one day in Paris for one client number, by one means. ``total`` is in cents."""

    day: date
    numcli: str
    means: str
    count: int
    total: int


def days_of(operations: Iterable[Operation], now: datetime) -> list[DayOfBank]:
    """The book at ``now``, oldest day first. A success that is not known yet is not in it."""
    taken: dict[tuple[date, str, str], list[int]] = defaultdict(list)
    for one in operations:
        if one.settled and one.outcome and one.outcome.at <= now:
            key = (paris_day(one.outcome.at), one.order.numcli, MEANS[one.outcome.letter])
            taken[key].append(one.outcome.montant)
    return [DayOfBank(*key, len(amounts), sum(amounts)) for key, amounts in sorted(taken.items())]


def total_of(days: Iterable[DayOfBank]) -> int:
    """Cents of all the days."""
    return sum(one.total for one in days)
