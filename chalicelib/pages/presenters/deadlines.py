"""Deadlines in words: the line under each week's caption."""

from collections.abc import Sequence
from datetime import date
from functools import singledispatch

from chalicelib.french.words import NBSP, WEEKDAYS, listed, minute_words, plural, short_day, slashed, until_words
from chalicelib.rules.deadlines import (
    CalendarDaysBefore,
    DatedRules,
    FixedDates,
    NeverOnline,
    OpenDaysBefore,
    WeekdayOfEarlierWeek,
    WeekdayTable,
    WorkingDaysBefore,
)
from chalicelib.rules.openings import Advance
from chalicelib.rules.school_calendar import days_between
from chalicelib.rules.town import Activity


def rule_words(activity: Activity, first: date, last: date) -> str:
    """When the slots of an activity from ``first`` to ``last`` may change: ``à changer la veille avant 10 h``."""
    words = _changing_words(activity, first, last)
    if activity.by_week:
        words = f"par semaine entière, {words} (délai du premier jour)"
    return f"{words} ; réservation ouverte {_advance_words(activity.advance)}" if activity.advance else words


def _changing_words(activity: Activity, first: date, last: date) -> str:
    booking = deadline_phrase(activity.booking, first, last)
    if activity.has_one_deadline:
        return f"à changer {booking}"
    cancelling = deadline_phrase(activity.cancelling, first, last)
    if booking == cancelling:
        return f"à changer {booking}"
    return f"à réserver {booking}, à annuler {cancelling}"


@singledispatch
def deadline_phrase(deadline: object, first: date, last: date) -> str:  # noqa: ARG001
    """One deadline for the days from ``first`` to ``last``. Raises TypeError for a kind that has no words yet."""
    raise TypeError(f"no words for {deadline!r}")


@deadline_phrase.register
def _(deadline: CalendarDaysBefore, first: date, last: date) -> str:  # noqa: ARG001
    if deadline.count == 0:
        return f"le jour même {until_words(deadline.minute)}"
    if deadline.count == 1:
        return f"la veille {until_words(deadline.minute)}"
    return _days_before(deadline.count, "jours", deadline.minute)


@deadline_phrase.register
def _(deadline: WorkingDaysBefore, first: date, last: date) -> str:  # noqa: ARG001
    if deadline.count == 1:
        return f"le jour ouvré d’avant, {until_words(deadline.minute)}"
    return _days_before(deadline.count, "jours ouvrés", deadline.minute)


@deadline_phrase.register
def _(deadline: OpenDaysBefore, first: date, last: date) -> str:  # noqa: ARG001
    if deadline.count == 1:
        return f"le jour d’ouverture d’avant, {until_words(deadline.minute)}"
    return _days_before(deadline.count, "jours d’ouverture", deadline.minute)


@deadline_phrase.register
def _(deadline: WeekdayOfEarlierWeek, first: date, last: date) -> str:  # noqa: ARG001
    which = {0: "de la même semaine", 1: "de la semaine d’avant"}
    week = which.get(deadline.weeks, f"{deadline.weeks}{NBSP}semaines avant")
    return f"le {WEEKDAYS[deadline.weekday - 1]} {week}, {until_words(deadline.minute)}"


@deadline_phrase.register
def _(deadline: WeekdayTable, first: date, last: date) -> str:  # noqa: ARG001
    """Weekdays with the same deadline are said together: « lundi et mardi : le vendredi d’avant, avant 9 h »."""
    together: dict[tuple[int, int], list[str]] = {}
    for weekday, row in sorted(deadline.rows.items()):
        together.setdefault(row, []).append(WEEKDAYS[weekday - 1])
    phrases = [
        f"pour {listed(days)} le {WEEKDAYS[before - 1]} d’avant, {until_words(minute)}"
        for (before, minute), days in together.items()
    ]
    return " ; ".join(phrases)


@deadline_phrase.register
def _(deadline: FixedDates, first: date, last: date) -> str:
    phrases = [
        f"{until_words(minute)} le {slashed(last_day)}"
        for period, last_day, minute in deadline.rows
        if period.first <= last and first <= period.last
    ]
    return listed(phrases) if phrases else "auprès de la mairie"


@deadline_phrase.register
def _(deadline: NeverOnline, first: date, last: date) -> str:  # noqa: ARG001
    return "auprès de la mairie"


@deadline_phrase.register
def _(deadline: DatedRules, first: date, last: date) -> str:
    """The rule of most of the days, then the others with their days: « la veille avant 10 h (jeudi 24/12 : …) »."""
    days_of: dict[str, list[date]] = {}
    for day in days_between(first, last):
        days_of.setdefault(deadline_phrase(deadline.of(day), day, day), []).append(day)
    most = max(days_of, key=lambda words: len(days_of[words]))
    others = [f"{_some_days(days)} : {words}" for words, days in days_of.items() if words != most]
    return f"{most} ({' ; '.join(others)})" if others else most


def _advance_words(advance: Advance) -> str:
    """« 3 mois avant », « 6 semaines avant, à 8 h »."""
    if advance.months:
        length = f"{advance.months}{NBSP}mois"
    elif advance.days % 7:
        length = plural(advance.days, "jour", "jours")
    else:
        length = plural(advance.days // 7, "semaine", "semaines")
    return f"{length} avant, à {minute_words(advance.minute)}" if advance.minute else f"{length} avant"


def _some_days(days: Sequence[date]) -> str:
    """« jeudi 24/12 », or « du lundi 28/12 au mercredi 30/12 » for days that follow each other."""
    named = [f"{WEEKDAYS[day.weekday()]} {short_day(day)}" for day in days]
    if len(days) > 1 and (days[-1] - days[0]).days == len(days) - 1:
        return f"du {named[0]} au {named[-1]}"
    return listed(named)


def _days_before(count: int, kind: str, minute: int) -> str:
    return f"{count}{NBSP}{kind} avant, {until_words(minute)}"
