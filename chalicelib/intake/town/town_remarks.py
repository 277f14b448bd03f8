"""What looks wrong in a town.toml that has no fault. The sentences are about rules that change nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from chalicelib.intake.town.activity_remarks import FRENCH_DAY, WEEKDAY_NAMES, Said, of_activities
from chalicelib.intake.town.open_days import OpenDays, offered
from chalicelib.intake.town.order_remarks import of_orders
from chalicelib.rules.planning import closed_because
from chalicelib.rules.school_calendar import Calendar, Exceptional
from chalicelib.rules.town import Activity, Town


def of_town(town: Town, read: Mapping[str, Any], today: date) -> Said:
    """Where in the file, and the sentence. ``read`` is the file as TOML; what was over before ``today`` (Paris) is not
    judged."""
    calendar = town.calendar
    if calendar.last < today:
        over = f"le calendrier est fini depuis le {calendar.last:{FRENCH_DAY}}, rien ne se réserve plus"
        yield ("calendrier", "dernier-jour"), f"{over} ; attendu : un dernier jour à venir"
        return
    yield from of_activities(town, OpenDays(town, today), read)
    yield from _schools(town)
    yield from of_orders(town, read)
    for number, closure in _to_come(calendar.closures, today):
        without = replace(calendar, closures=_left(calendar.closures, number))
        yield from _at("fermetures", number, _exceptional(town, closure, without, "la fermeture", "ne ferme rien"))
    for number, opening in _to_come(calendar.openings, today):
        without = replace(calendar, openings=_left(calendar.openings, number))
        yield from _at("ouvertures", number, _exceptional(town, opening, without, "l'ouverture", "n'ouvre rien"))


def _to_come(exceptionals: tuple[Exceptional, ...], today: date) -> Iterator[tuple[int, Exceptional]]:
    """Those that are not over, with their places in the file."""
    return ((number, one) for number, one in enumerate(exceptionals) if one.period.last >= today)


def _at(key: str, number: int, said: Said) -> Said:
    return ((("calendrier", key, number, *path), text) for path, text in said)


def _left(exceptionals: tuple[Exceptional, ...], number: int) -> tuple[Exceptional, ...]:
    return exceptionals[:number] + exceptionals[number + 1 :]


def _schools(town: Town) -> Said:
    for school in town.schools.values():
        if not any(school.id in offered(town, activity) for activity in town.activities.values()):
            yield (
                ("ecoles", str(school.id)),
                f"aucune activité n'est proposée à « {school.label} » ; attendu : une activité qui la nomme",
            )


def _exceptional(town: Town, one: Exceptional, without: Calendar, what: str, has_no_effect: str) -> Said:
    """``without`` is the calendar without this closure or opening."""
    named = list(_names_without_offer(town, one))
    yield from ((path, f"{what} « {one.period.label} » {text}") for path, text in named)
    if not named and not _changes(town, one, without):
        yield (
            (),
            f"{what} « {one.period.label} » ({_days(town.calendar, one)}) {has_no_effect} ; "
            "attendu : un jour et des activités pour lesquels elle change quelque chose, ou l'ôter",
        )


def _names_without_offer(town: Town, one: Exceptional) -> Said:
    """Activities and schools that are named together, though the one does not offer the other."""
    if not (one.activities and one.schools):
        return
    for activity in (activity for activity in town.activities.values() if activity.id in one.activities):
        if not one.schools.intersection(offered(town, activity)):
            yield (
                ("activites",),
                f"nomme « {activity.id} », que ses écoles ne proposent pas ; attendu : une école qui la propose",
            )
    for school in sorted(one.schools):
        if not any(school in offered(town, activity) for activity in _named(town, one)):
            yield (
                ("ecoles",),
                f"nomme « {school} », qui ne propose aucune de ses activités ; attendu : une école qui les propose",
            )


def _named(town: Town, one: Exceptional) -> Iterable[Activity]:
    return (activity for activity in town.activities.values() if not one.activities or activity.id in one.activities)


def _changes(town: Town, one: Exceptional, without: Calendar) -> bool:
    other = replace(town, calendar=without)
    schools = [school for school in town.schools if not one.schools or school in one.schools]
    return any(
        (closed_because(town, activity, school, day, group) is None)
        != (closed_because(other, activity, school, day, group) is None)
        for day in _inside(town.calendar, one)
        for activity in _named(town, one)
        for school in schools
        for group in one.classes or ("",)
    )


def _inside(calendar: Calendar, one: Exceptional) -> Iterator[date]:
    return (day for day in one.period.days() if calendar.first <= day <= calendar.last)


def _days(calendar: Calendar, one: Exceptional) -> str:
    """The days, with what they are when it is only one: the reason is most often there."""
    first, last = one.period.first, one.period.last
    if first != last:
        return f"{first:{FRENCH_DAY}} au {last:{FRENCH_DAY}}"
    feast = calendar.public_holidays.get(first)
    holiday = calendar.holiday(first)
    why = f", {feast}" if feast else f", {holiday.label}" if holiday else ""
    outside = "" if calendar.first <= first <= calendar.last else ", hors du calendrier"
    return f"« {WEEKDAY_NAMES[first.isoweekday()]} {first:{FRENCH_DAY}}{why}{outside} »"
