"""What the kitchen is told: meals by day, school, sitting and diet. Pure, and never a name.

A child is counted once for an activity on a day, whichever of its parents booked. Texts stand for what has no
identifier: an empty school is a child that is in no list any more, an empty sitting is none, an empty diet is none of
its own.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property

from chalicelib.rules.directory import Directory
from chalicelib.rules.ids import ChildId
from chalicelib.rules.kitchen import KitchenOrder, OrderId, Sitting
from chalicelib.rules.planning import Slot
from chalicelib.values import Value


class Line(Value):
    """Children who eat. ``diet`` is an identifier of the town's diets, or empty."""

    day: date
    school: str
    sitting: str
    diet: str
    count: int


class Place(Value):
    """What one school gets on one day."""

    day: date
    school: str
    children: int
    margin: int
    adults: int

    @property
    def total(self) -> int:
        return self.children + self.margin + self.adults


class AdultMeals(Value):
    """Meals of adults among those of a place. ``sitting`` is empty when none is meant."""

    day: date
    school: str
    sitting: str
    count: int


class Figures(Value):
    lines: tuple[Line, ...]
    places: tuple[Place, ...]
    adults: tuple[AdultMeals, ...] = ()

    def total(self, day: date) -> int:
        return sum(place.total for place in self.places if place.day == day)


class Change(Value):
    """What moved. ``diet`` is None for all children of a sitting together."""

    day: date
    school: str
    sitting: str
    diet: str | None
    before: int
    after: int


class Compared(Value):
    """The order that said the last about ``day``."""

    day: date
    first: date
    number: int
    at: datetime


class NamedChild(Value):
    """A child with a health plan who eats; the name is looked up when it is needed, and forgotten with its list."""

    day: date
    sitting: str
    child: ChildId


class OrderVersion(Value):
    """An order as it left. It is written once and never changed: what moved is said by the next one.

    ``at`` is the instant of its figures. ``schools`` and ``diets`` are their names of then.
    """

    order: OrderId
    label: str
    number: int
    at: datetime
    days: tuple[date, ...]
    figures: Figures
    compared: tuple[Compared, ...]
    changes: tuple[Change, ...]
    schools: Mapping[str, str]
    diets: Mapping[str, str]

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def name(self) -> str:
        """``2026-11-30 n° 2``"""
        return f"{self.first.isoformat()} n° {self.number}"

    @cached_property
    def known_days(self) -> frozenset[date]:
        """Days of which an earlier order told already."""
        return frozenset(one.day for one in self.compared)


def eaters(order: KitchenOrder, slots: Iterable[Slot], directory: Directory) -> Iterator[Slot]:
    """The bookings that the order is for, each child once. A child of no list is in every order: better a meal too
    many."""
    for slot in set(slots):
        child = directory.children.get(slot.child)
        if slot.activity in order.activities and (not order.schools or not child or child.school in order.schools):
            yield slot


def figures_of(
    order: KitchenOrder,
    sittings: Iterable[Sitting],
    slots: Iterable[Slot],
    directory: Directory,
    served: Mapping[date, frozenset[str]],
) -> Figures:
    """The figures of the days of ``served``, which has the schools that are open on each."""
    found: Counter[tuple[date, str, str, str]] = Counter()
    listed = tuple(sittings)
    for slot in eaters(order, slots, directory):
        child = directory.children.get(slot.child)
        sitting = sitting_of(listed, slot, directory)
        found[slot.day, child.school if child else "", sitting, (child and child.diet) or ""] += 1
    lines = tuple(Line(*where, found[where]) for where in sorted(found) if where[0] in served)
    adults = tuple(
        AdultMeals(day, one.school, one.sitting, one.count)
        for day in sorted(served)
        for one in order.adults
        if one.school in served[day] and one.count
    )
    return Figures(lines, tuple(_places(order, lines, adults, served)), adults)


def sitting_of(sittings: Iterable[Sitting], slot: Slot, directory: Directory) -> str:
    """The first sitting that takes the child; empty when none does."""
    child = directory.children.get(slot.child)
    school, class_name = (child.school, child.class_name) if child else (None, "")
    return next((one.label for one in sittings if one.takes(slot.activity, school, class_name)), "")


def _places(
    order: KitchenOrder,
    lines: Iterable[Line],
    adults: Iterable[AdultMeals],
    served: Mapping[date, frozenset[str]],
) -> Iterator[Place]:
    """Every school that is open or has a booking."""
    children: Counter[tuple[date, str]] = Counter()
    grown: Counter[tuple[date, str]] = Counter()
    for line in lines:
        children[line.day, line.school] += line.count
    for one in adults:
        grown[one.day, one.school] += one.count
    open_places = {(day, school) for day, schools in served.items() for school in schools}
    for place in sorted(children.keys() | open_places):
        yield Place(*place, children[place], order.margin.of(children[place]), grown[place])


def differences(now: Figures, before: Figures, days: Iterable[date]) -> tuple[Change, ...]:
    """What moved on these days: first all children of a sitting, then each diet of its own."""
    wanted = frozenset(days)
    moved = []
    for key_of in (_by_sitting, _by_diet):
        old, new = (_summed(figures.lines, wanted, key_of) for figures in (before, now))
        moved += [Change(*key, old[key], new[key]) for key in old.keys() | new.keys() if old[key] != new[key]]
    return tuple(sorted(moved, key=lambda one: (one.day, one.school, one.sitting, one.diet or "")))


_Key = tuple[date, str, str, str | None]


def _by_sitting(line: Line) -> _Key:
    return line.day, line.school, line.sitting, None


def _by_diet(line: Line) -> _Key | None:
    """Children without a diet are what is left of all: they need no line of their own."""
    return (line.day, line.school, line.sitting, line.diet) if line.diet else None


def _summed(lines: Iterable[Line], days: frozenset[date], key_of: Callable[[Line], _Key | None]) -> Counter[_Key]:
    summed: Counter[_Key] = Counter()
    for line in lines:
        key = key_of(line)
        if key and line.day in days:
            summed[key] += line.count
    return summed
