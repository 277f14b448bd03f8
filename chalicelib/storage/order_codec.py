"""An order of the kitchen as facts for JSON. What was written once is read for two years: fields are only added."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.rules.ids import ChildId
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.kitchen import OrderId
from chalicelib.rules.order_counts import AdultMeals, Change, Compared, Figures, Line, NamedChild, OrderVersion, Place
from chalicelib.storage.json_text import facts_of


def dump(version: OrderVersion) -> dict[str, Any]:
    return {
        "order": version.order,
        "label": version.label,
        "number": version.number,
        "at": instant_text(version.at),
        "days": [day.isoformat() for day in version.days],
        "lines": [_row(line) for line in version.figures.lines],
        "places": [_row(place) for place in version.figures.places],
        "adults": [_row(one) for one in version.figures.adults],
        "compared": [
            [one.day.isoformat(), one.first.isoformat(), one.number, instant_text(one.at)] for one in version.compared
        ],
        "changes": [_row(change) for change in version.changes],
        "schools": dict(version.schools),
        "diets": dict(version.diets),
    }


def load(read: Mapping[str, Any]) -> OrderVersion:
    return OrderVersion(
        order=OrderId(read["order"]),
        label=read["label"],
        number=read["number"],
        at=instant_of(read["at"]),
        days=tuple(map(date.fromisoformat, read["days"])),
        figures=Figures(
            tuple(Line(date.fromisoformat(day), *rest) for day, *rest in read["lines"]),
            tuple(Place(date.fromisoformat(day), *rest) for day, *rest in read["places"]),
            tuple(AdultMeals(date.fromisoformat(day), *rest) for day, *rest in read["adults"]),
        ),
        compared=tuple(
            Compared(date.fromisoformat(day), date.fromisoformat(first), number, instant_of(at))
            for day, first, number, at in read["compared"]
        ),
        changes=tuple(Change(date.fromisoformat(day), *rest) for day, *rest in read["changes"]),
        schools=read["schools"],
        diets=read["diets"],
    )


def dump_named(named: Iterable[NamedChild]) -> list[list[str]]:
    return [_row(one) for one in named]


def load_named(read: Iterable[Sequence[str]]) -> tuple[NamedChild, ...]:
    return tuple(NamedChild(date.fromisoformat(day), sitting, ChildId(child)) for day, sitting, child in read)


def _row(value: Line | Place | AdultMeals | Change | NamedChild) -> list[Any]:
    """The fields in their order; the first is a day."""
    day, *rest = facts_of(value).values()
    return [day.isoformat(), *rest]
