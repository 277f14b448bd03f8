"""A town's configuration as one JSON text: the import writes it, the portal reads it.

Days are ISO texts, instants are ISO texts in UTC, weekdays are ISO numbers. The same town always gives the same text,
so that an import can tell whether anything changed.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar, get_args

from chalicelib.rules.brakes import Brakes
from chalicelib.rules.deadlines import DatedRules, Deadline, FixedDates, Rule, WeekdayTable
from chalicelib.rules.ids import ActivityId, DietId, SchoolId
from chalicelib.rules.openings import Advance, Window
from chalicelib.rules.school_calendar import Calendar, Exceptional, Period
from chalicelib.rules.town import Activity, Capacity, CertificateFacts, LegalFacts, Office, PaymentFacts, School, Town
from chalicelib.storage.json_text import facts_of, json_text
from chalicelib.storage.town_codec_billing import dump_billing, load_billing
from chalicelib.storage.town_codec_kitchen import dump_kitchen, load_orders, load_sittings

FORMAT = 3
"""One more when what an older import wrote cannot be read any more: also when a kind of deadline changes its name."""
Read = TypeVar("Read")

_RULES: Mapping[str, type[Rule]] = {kind.__name__: kind for kind in get_args(Rule)}


def dump(town: Town) -> str:
    """The town as JSON text. Raises ValueError for a naive instant."""
    return json_text(
        {
            "format": FORMAT,
            "name": town.name,
            "colour": town.colour,
            "crest": town.crest,
            "message": town.message,
            "office": facts_of(town.office),
            "legal": facts_of(town.legal),
            "schools": [[school.id, school.label] for school in town.schools.values()],
            "activities": [_dump_activity(activity) for activity in town.activities.values()],
            "calendar": _dump_calendar(town.calendar),
            "payment": facts_of(town.payment),
            "former": dict(town.former),
            "former_care": sorted(town.former_care),
            "certificates": facts_of(town.certificates),
            **dump_kitchen(town),
            **dump_billing(town.billing),
            "diets": [[diet, label] for diet, label in town.diets.items()],
            "brakes": facts_of(town.brakes),
        }
    )


def load(text: str) -> Town:
    """The town that ``dump`` wrote. Raises ValueError for a text of another format."""
    read = json.loads(text)
    if read.get("format") != FORMAT:
        raise ValueError(f"town format {read.get('format')!r}, expected {FORMAT}: import the town's files again")
    activities = [_load_activity(activity) for activity in read["activities"]]
    return Town(
        name=read["name"],
        colour=read["colour"],
        crest=read["crest"],
        message=read["message"],
        office=Office(**read["office"]),
        legal=LegalFacts(**read["legal"]),
        schools={SchoolId(school): School(SchoolId(school), label) for school, label in read["schools"]},
        activities={activity.id: activity for activity in activities},
        calendar=_load_calendar(read["calendar"]),
        payment=_load_payment(read.get("payment", {})),
        former={ActivityId(activity): label for activity, label in read.get("former", {}).items()},
        former_care=frozenset(map(ActivityId, read.get("former_care", ()))),
        certificates=CertificateFacts(**read.get("certificates", {})),
        sittings=load_sittings(read),
        orders=load_orders(read),
        billing=load_billing(read),
        diets={DietId(diet): label for diet, label in read.get("diets", [])},
        brakes=Brakes(**read.get("brakes", {})),
    )


def _dump_activity(activity: Activity) -> dict[str, Any]:
    capacity = activity.capacity
    return {
        "id": activity.id,
        "label": activity.label,
        "school_weekdays": sorted(activity.school_weekdays),
        "holiday_weekdays": sorted(activity.holiday_weekdays),
        "booking": _dump_deadline(activity.booking),
        "cancelling": _dump_deadline(activity.cancelling),
        "by_week": activity.by_week,
        "first": _text(activity.first),
        "last": _text(activity.last),
        "schools": sorted(activity.schools),
        "windows": [
            [_text(w.first), _text(w.last), _dump_instant(w.opens_at), _dump_instant(w.closes_at)]
            for w in activity.windows
        ],
        "open_outside_windows": activity.open_outside_windows,
        "advance": activity.advance and facts_of(activity.advance),
        "capacity": None if capacity is None else [capacity.places, dict(sorted(capacity.by_school.items()))],
        "requires": list(activity.requires),
        "excludes": list(activity.excludes),
        "meal": activity.meal,
        "regie": activity.regie,
        "childcare": activity.childcare,
    }


def _load_activity(read: Mapping[str, Any]) -> Activity:
    return Activity(
        id=ActivityId(read["id"]),
        label=read["label"],
        school_weekdays=frozenset(read["school_weekdays"]),
        holiday_weekdays=frozenset(read["holiday_weekdays"]),
        booking=_load_deadline(read["booking"]),
        cancelling=_load_deadline(read["cancelling"]),
        by_week=read.get("by_week", False),
        first=_maybe(date.fromisoformat, read["first"]),
        last=_maybe(date.fromisoformat, read["last"]),
        schools=frozenset(map(SchoolId, read["schools"])),
        windows=tuple(_load_window(window) for window in read["windows"]),
        open_outside_windows=read.get("open_outside_windows", False),
        advance=_maybe(lambda facts: Advance(**facts), read.get("advance")),
        capacity=_maybe(_load_capacity, read["capacity"]),
        requires=tuple(map(ActivityId, read["requires"])),
        excludes=tuple(map(ActivityId, read["excludes"])),
        meal=read["meal"],
        regie=read["regie"],
        childcare=read.get("childcare", False),
    )


def _load_window(read: list[Any]) -> Window:
    first, last, opens_at, closes_at = read
    return Window(
        date.fromisoformat(first),
        date.fromisoformat(last),
        _maybe(datetime.fromisoformat, opens_at),
        _maybe(datetime.fromisoformat, closes_at),
    )


def _load_capacity(read: list[Any]) -> Capacity:
    places, by_school = read
    return Capacity(places, {SchoolId(school): limit for school, limit in by_school.items()})


def _dump_deadline(deadline: Deadline) -> list[Any]:
    """The name of its class, then its numbers. Only a kind with more than numbers needs a case here."""
    kind = type(deadline).__name__
    match deadline:
        case WeekdayTable():
            return [kind, [[day, *row] for day, row in sorted(deadline.rows.items())]]
        case FixedDates():
            return [kind, [[*_dump_period(period), _text(last), minute] for period, last, minute in deadline.rows]]
        case DatedRules():
            since = [[_text(first), _dump_deadline(rule)] for first, rule in deadline.since]
            exceptions = [[_dump_period(period), _dump_deadline(rule)] for period, rule in deadline.exceptions]
            return [kind, deadline.before and _dump_deadline(deadline.before), since, exceptions]
        case _:
            return [kind, *facts_of(deadline).values()]


def _load_deadline(read: list[Any]) -> Deadline:
    """Raises ValueError for a kind that is no more."""
    if read[0] != DatedRules.__name__:
        return _load_rule(read)
    _, before, since, exceptions = read
    return DatedRules(
        _maybe(_load_rule, before),
        tuple((date.fromisoformat(first), _load_rule(rule)) for first, rule in since),
        tuple((_load_period(period), _load_rule(rule)) for period, rule in exceptions),
    )


def _load_rule(read: list[Any]) -> Rule:
    """Raises ValueError for a kind that is no more."""
    kind, *figures = read
    if kind not in _RULES:
        raise ValueError(f"unknown deadline {read!r}")
    if kind == WeekdayTable.__name__:
        return WeekdayTable({day: (earlier, minute) for day, earlier, minute in figures[0]})
    if kind == FixedDates.__name__:
        return FixedDates(tuple((_load_period(row[:3]), date.fromisoformat(row[3]), row[4]) for row in figures[0]))
    return _RULES[kind](*figures)


def _dump_calendar(calendar: Calendar) -> dict[str, Any]:
    return {
        "first": _text(calendar.first),
        "last": _text(calendar.last),
        "holidays": [_dump_period(period) for period in calendar.holidays],
        "public_holidays": {day.isoformat(): label for day, label in sorted(calendar.public_holidays.items())},
        "closures": [_dump_exceptional(closure) for closure in calendar.closures],
        "openings": [_dump_exceptional(opening) for opening in calendar.openings],
    }


def _load_calendar(read: Mapping[str, Any]) -> Calendar:
    return Calendar(
        first=date.fromisoformat(read["first"]),
        last=date.fromisoformat(read["last"]),
        holidays=tuple(_load_period(period) for period in read["holidays"]),
        public_holidays={date.fromisoformat(day): label for day, label in read["public_holidays"].items()},
        closures=tuple(_load_exceptional(closure) for closure in read["closures"]),
        openings=tuple(_load_exceptional(opening) for opening in read["openings"]),
    )


def _load_payment(read: Mapping[str, Any]) -> PaymentFacts:
    """A town that was imported before there were invoices says nothing of payments."""
    return PaymentFacts(**{**read, "means": tuple(read.get("means", ()))})


def _dump_period(period: Period) -> list[Any]:
    return [period.label, _text(period.first), _text(period.last)]


def _load_period(read: list[Any]) -> Period:
    label, first, last = read
    return Period(label, date.fromisoformat(first), date.fromisoformat(last))


def _dump_exceptional(exceptional: Exceptional) -> list[Any]:
    """Classes, and whether it cancels, are left out where there is nothing to say."""
    said: list[Any] = [_dump_period(exceptional.period), sorted(exceptional.activities), sorted(exceptional.schools)]
    if exceptional.classes or exceptional.cancels:
        said += [sorted(exceptional.classes), exceptional.cancels]
    return said


def _load_exceptional(read: list[Any]) -> Exceptional:
    period, activities, schools, *more = read
    classes, cancels = more or ((), False)
    return Exceptional(
        _load_period(period),
        frozenset(map(ActivityId, activities)),
        frozenset(map(SchoolId, schools)),
        frozenset(classes),
        cancels,
    )


def _dump_instant(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    if instant.tzinfo is None:
        raise ValueError("naive datetime: an instant must be aware")
    return instant.astimezone(UTC).isoformat()


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _maybe(load_one: Callable[[Any], Read], read: Any) -> Read | None:
    return None if read is None else load_one(read)
