"""What looks wrong about an activity of town.toml: rules that change nothing, days that nobody can book."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Any

from chalicelib.intake.files.deadline_words import WEEKDAYS
from chalicelib.intake.files.faults import plain
from chalicelib.intake.files.toml_lines import Path
from chalicelib.intake.town.open_days import OpenDays, offered
from chalicelib.intake.town.rule_remarks import of_rules, rules_of
from chalicelib.rules.deadlines import Deadline, FixedDates, WeekdayTable
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.openings import Window
from chalicelib.rules.planning import TownDays
from chalicelib.rules.school_calendar import Calendar
from chalicelib.rules.town import Activity, Town

Said = Iterator[tuple[Path, str]]
"""Where in the file, and the sentence."""
WEEKDAY_NAMES = {number: name for name, number in WEEKDAYS.items()}
FRENCH_DAY = "%d/%m/%Y"


def of_activities(town: Town, days: OpenDays, read: Mapping[str, Any]) -> Said:
    """``read`` is the file as TOML: it says what the town left out on purpose."""
    for name, activity in town.activities.items():
        for path, text in _of_activity(town, activity, days, read["activites"][name]):
            yield ("activites", str(name), *path), text


def _of_activity(town: Town, activity: Activity, days: OpenDays, read: Mapping[str, Any]) -> Said:
    yield from _outside_calendar(town.calendar, activity)
    yield from _places(town, activity)
    if activity.childcare and activity.meal:
        yield (
            ("garde",),
            f"« garde » et « repas » : « {activity.label} » est un repas, et ne compte pas pour l'attestation fiscale "
            "; attendu : l'un ou l'autre",
        )
    if not days.anywhere(activity):
        yield (
            (),
            f"l'activité « {activity.label} » n'est ouverte aucun jour du calendrier, personne ne peut la réserver ; "
            "attendu : des jours dans « semaine-scolaire » ou « semaine-vacances »",
        )
        return
    deadlines = {"reserver": activity.booking}
    if not activity.has_one_deadline:
        deadlines["annuler"] = activity.cancelling
    for key, deadline in deadlines.items():
        for rule, said in rules_of(deadline, read.get(key)):
            yield from _deadline(key, rule, activity, days, said)
    yield from of_rules(town, activity, days)
    yield from _windows(town, activity, days)
    yield from _others(town, activity, days)


def _outside_calendar(calendar: Calendar, activity: Activity) -> Said:
    for key, day in (("du", activity.first), ("au", activity.last)):
        if day and not calendar.first <= day <= calendar.last:
            yield (
                (key,),
                f"« {key} » ({day:{FRENCH_DAY}}) est hors du calendrier ({_span(calendar.first, calendar.last)}) et ne "
                f"change rien ; attendu : un jour du calendrier, ou pas de « {key} »",
            )


def _places(town: Town, activity: Activity) -> Said:
    capacity = activity.capacity
    if capacity is None:
        return
    none = "personne ne peut réserver en ligne ; attendu : le nombre de places, ou rien quand il n'y a pas de limite"
    if capacity.places == 0:
        yield ("places",), f"« places = 0 » : {none}"
    schools = set(offered(town, activity))
    for school, limit in capacity.by_school.items():
        if school not in schools:
            yield (
                ("places-par-ecole", str(school)),
                f"des places pour « {school} », qui ne propose pas « {activity.label} », ne servent pas ; "
                "attendu : une école de « ecoles »",
            )
        elif not limit:
            yield ("places-par-ecole", str(school)), f"0 place pour « {school} » : {none}"
    if capacity.places is not None and schools <= capacity.by_school.keys():
        yield (
            ("places",),
            "« places » ne sert pas : chaque école a les siennes dans « places-par-ecole » ; attendu : l'un ou l'autre",
        )


def _deadline(key: str, deadline: Deadline, activity: Activity, days: OpenDays, read: object) -> Said:
    if isinstance(deadline, WeekdayTable):
        yield from _weekdays(key, deadline, {day.isoweekday() for day in days.anywhere(activity)}, read)
    if isinstance(deadline, FixedDates):
        for number, (period, _, _) in enumerate(deadline.rows):
            if period.last >= days.first and not any(day in period for day in days.anywhere(activity)):
                yield (
                    (key, number),
                    f"« {key} » a un délai pour des jours ({_span(period.first, period.last)}) où l'activité n'est "
                    "jamais ouverte ; attendu : des jours ouverts, ou ôter cette ligne",
                )
        yield from _days_without_date(key, deadline, sorted(days.anywhere(activity)))


def _days_without_date(key: str, deadline: FixedDates, opened: list[date]) -> Said:
    """Open days in none of the periods that have a date: nobody changes them online."""
    if left := [day for day in opened if not any(day in period for period, _, _ in deadline.rows)]:
        days = f"{len(left)} jours ouverts, dont le" if len(left) > 1 else "un jour ouvert, le"
        yield (
            (key,),
            f"« {key} » n'a pas de délai pour {days} {left[0]:{FRENCH_DAY}} : rien n'y change en ligne ; "
            "attendu : une période et sa date pour chaque jour ouvert",
        )


def _weekdays(key: str, table: WeekdayTable, opened: set[int], read: object) -> Said:
    """``read`` has the weekdays that are never changed online because the town says so."""
    named = {WEEKDAYS.get(plain(name)) for name in read} if isinstance(read, dict) else set()
    for weekday in sorted(table.rows.keys() - opened):
        name = WEEKDAY_NAMES[weekday]
        yield (
            (key, name),
            f"« {key} » a un délai pour « {name} », où l'activité n'est jamais ouverte ; "
            "attendu : ôter ce jour, ou l'ajouter à « semaine-scolaire » ou « semaine-vacances »",
        )
    if missing := [WEEKDAY_NAMES[weekday] for weekday in sorted(opened - table.rows.keys() - named)]:
        yield (
            (key,),
            f"« {key} » n'a pas de délai pour « {', '.join(missing)} », où l'activité est ouverte : rien n'y change en "
            f'ligne ; attendu : un délai, ou {missing[0]} = "jamais en ligne" si c\'est voulu',
        )


def _windows(town: Town, activity: Activity, days: OpenDays) -> Said:
    facts = TownDays(town)
    coming = [(number, window) for number, window in enumerate(activity.windows) if window.last >= days.first]
    for number, window in coming:
        path = ("periodes", number)
        span = _span(window.first, window.last)
        if not any(window.first <= day <= window.last for day in days.anywhere(activity)):
            yield path, f"la période ({span}) n'a aucun jour ouvert ; attendu : des jours où l'activité est ouverte"
        elif not _can_be_booked(town, activity, window, days, facts):
            yield (
                path,
                f"la période ({span}) ouvre quand tous ses jours sont fermés à la réservation ; "
                "attendu : « ouvre » avant les délais de « reserver »",
            )
    for (_, one), (number, other) in combinations(coming, 2):
        if one.first <= other.last and other.first <= one.last:
            yield (
                ("periodes", number),
                f"les périodes ({_span(one.first, one.last)}) et ({_span(other.first, other.last)}) se chevauchent : "
                "un jour commun se réserve quand l'une ou l'autre est ouverte ; attendu : des périodes qui se suivent",
            )


def _can_be_booked(town: Town, activity: Activity, window: Window, days: OpenDays, facts: TownDays) -> bool:
    for school in offered(town, activity):
        for day in days.at(activity, school):
            if window.first <= day <= window.last:
                try:
                    until = facts.of(activity, school, "")[day].book_until
                except LookupError:  # The calendar begins too late to tell.
                    return True
                if until and (window.opens_at is None or window.opens_at < until):
                    return True
    return False


def _others(town: Town, activity: Activity, days: OpenDays) -> Said:
    if activity.requires and set(activity.requires) <= set(activity.excludes):
        yield (
            ("exclut",),
            f"« exclut » nomme tout ce que « exige » demande : « {activity.label} » ne se réserve jamais en ligne ; "
            "attendu : des activités différentes",
        )
    for key, names in (("exige", activity.requires), ("exclut", activity.excludes)):
        for name in names:
            if not _meet(town, activity, name, days):
                yield (
                    (key,),
                    f"« {key} » nomme « {name} », qui n'est jamais ouverte le même jour, dans la même école, que "
                    f"« {activity.label} » ; attendu : une activité ouverte les mêmes jours",
                )


def _meet(town: Town, activity: Activity, name: ActivityId, days: OpenDays) -> bool:
    other = town.activity(name)
    return other is not None and any(days.at(activity, school) & days.at(other, school) for school in town.schools)


def _span(first: date, last: date) -> str:
    return f"{first:{FRENCH_DAY}} au {last:{FRENCH_DAY}}"
