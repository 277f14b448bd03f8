"""The deadlines of town.toml against its calendar: each must be computable, and about days of the calendar."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from chalicelib.intake.files.toml_tables import Table
from chalicelib.intake.town.deadline_file import BOOK, CANCEL
from chalicelib.rules.deadlines import DatedRules, Days, Deadline, Rule
from chalicelib.rules.ids import SchoolId
from chalicelib.rules.planning import closed_because
from chalicelib.rules.school_calendar import Period
from chalicelib.rules.town import Activity, Town

OPEN_DAYS_TRIED = 10
"""How many days each rule is tried on: when a calendar starts too late, its first days fail."""


class _Checked(NamedTuple):
    """One activity, and where it is written."""

    town: Town
    activity: Activity
    entry: Table


def check_deadlines(town: Town, activities: Table, today: date) -> None:
    """Note what is wrong with the deadlines of a town whose file has no other fault.

    ``activities`` is ``[activites]`` of the file; ``today`` (Paris) is the first day whose deadlines must be
    computable.
    """
    for (_, entry), activity in zip(activities.named_tables(), town.activities.values(), strict=True):
        checked = _Checked(town, activity, entry)
        _check_exceptions(checked)
        deadlines = {BOOK: activity.booking}
        if not activity.has_one_deadline:
            deadlines[CANCEL] = activity.cancelling
        for key, deadline in deadlines.items():
            _check_beginning(checked, key, deadline)
            _try(checked, key, deadline, today)


def _check_exceptions(checked: _Checked) -> None:
    calendar = checked.town.calendar
    for exception in checked.entry.tables("exceptions"):
        for day in exception.span() or ():
            if not calendar.first <= day <= calendar.last:
                exception.fault("", f"le {day:%d/%m/%Y} n'est pas dans le calendrier ; attendu : un de ses jours")
                break


def _check_beginning(checked: _Checked, key: str, deadline: Deadline) -> None:
    """The days before the first « des » need a rule too."""
    if not isinstance(deadline, DatedRules) or deadline.before or not deadline.since:
        return
    first, begins = max(checked.town.calendar.first, checked.activity.first or date.min), deadline.since[0][0]
    if first < begins:
        checked.entry.fault(
            key,
            f"{key} : les jours du {first:%d/%m/%Y} au {begins - timedelta(days=1):%d/%m/%Y} n'ont pas de règle ; "
            "attendu : une règle sans « des » pour le début",
        )


def _try(checked: _Checked, key: str, deadline: Deadline, today: date) -> None:
    """Try a deadline on the first days that parents may still change: one that counts back needs days to count."""
    town, activity = checked.town, checked.activity
    for rule, period in _stretches(deadline):
        first, last = max(town.calendar.first, today, period.first), min(town.calendar.last, period.last)
        for school in activity.schools or town.schools:
            days = Days(town.calendar.is_working_day, partial(_is_open, town, activity, school))
            too_early = _first_too_early(rule, days, first, last)
            if too_early:
                checked.entry.fault(
                    key,
                    f"le calendrier commence trop tard : le délai du {too_early:%d/%m/%Y} tombe avant son premier "
                    "jour ; attendu : « premier-jour » du calendrier (ou « du » de l'activité) plus tôt",
                )
                return


def _stretches(deadline: Deadline) -> Iterator[tuple[Rule, Period]]:
    """Each rule, and the days that may follow it."""
    if not isinstance(deadline, DatedRules):
        yield deadline, Period("", date.min, date.max)
        return
    for period, rule in deadline.exceptions:
        yield rule, period
    rows = [(date.min, deadline.before), *deadline.since]
    for (first, following), (end, _) in zip(rows, [*rows[1:], (date.max, None)], strict=True):
        if following:
            yield following, Period("", first, end)


def _is_open(town: Town, activity: Activity, school: SchoolId, day: date) -> bool:
    return closed_because(town, activity, school, day) is None


def _first_too_early(rule: Rule, days: Days, first: date, last: date) -> date | None:
    """The first open day whose deadline cannot be computed; None when there is none among those that are tried."""
    day, tried = first, 0
    while day <= last and tried < OPEN_DAYS_TRIED:
        if days.is_open(day):
            tried += 1
            try:
                rule.closes_at(day, days)
            except LookupError:
                return day
        day += timedelta(days=1)
    return None
