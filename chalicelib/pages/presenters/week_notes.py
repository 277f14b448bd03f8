"""What stands around a week of the planning: until when it may change, why days are closed, when others open."""

from collections.abc import Iterable, Sequence
from datetime import date

from chalicelib.french.words import from_words, ordinal, typeset, weekday
from chalicelib.pages.presenters.deadlines import rule_words
from chalicelib.rules.planning import SlotView, State
from chalicelib.rules.town import Activity

Row = tuple[Activity, Sequence[SlotView]]
"""One activity and its views of one week, one for each column."""
OUTSIDE = "hors des périodes de réservation"
_NOTHING_TO_SAY = frozenset({State.CLOSED, State.PAST})
_ALL_WEEK = {State.READ_ONLY: "à changer auprès de la mairie", State.OUTSIDE: OUTSIDE}
"""What is said of a week whose days all are so, but for those of which nothing is said."""


def deadline_lines(rows: list[Row], days: tuple[date, ...]) -> tuple[str, ...]:
    """One line for each rule, with the activities that follow it; an activity that is closed all week has no line."""
    together: dict[str, list[str]] = {}
    for activity, views in rows:
        states = {view.state for view in views} - _NOTHING_TO_SAY
        if not states:
            continue
        words = _ALL_WEEK.get(states.pop()) if len(states) == 1 else None
        words = words or rule_words(activity, *_days_of_rule(activity, views, days))
        together.setdefault(words, []).append(activity.label)
    return tuple(typeset(f"{', '.join(labels)} : {words}") for words, labels in together.items())


def _days_of_rule(activity: Activity, views: Sequence[SlotView], days: tuple[date, ...]) -> tuple[date, date]:
    """The first and the last day whose rule is said: of a week that is booked as a whole, its first open day alone."""
    if not activity.by_week:
        return days[0], days[-1]
    first = next(day for day, view in zip(days, views, strict=True) if view.state not in _NOTHING_TO_SAY)
    return first, first


def notes(rows: list[Row], days: tuple[date, ...]) -> tuple[str, ...]:
    """Why days are closed, in the town's words, and from when other days can be booked."""
    reasons: dict[str, list[date]] = {}
    told = {place for _, views in rows for place, view in enumerate(views) if view.closed_because}
    for place in sorted(told):
        for reason, labels in _reasons([(activity, views[place]) for activity, views in rows]).items():
            reasons.setdefault(f"{reason} ({', '.join(labels)})" if labels else reason, []).append(days[place])
    closed = [typeset(f"{_span(run)} : {reason}") for reason, run in reasons.items()]
    opening = [row for row in rows if row[0].windows or row[0].advance]
    return (*closed, *_openings(opening), *_outside(opening, days)) if opening else tuple(closed)


def _reasons(column: list[tuple[Activity, SlotView]]) -> dict[str, list[str]]:
    """Reasons of one day; each names its activities only when another activity is open that day."""
    found: dict[str, list[str]] = {}
    for activity, view in column:
        if view.closed_because and view.state is State.CLOSED:
            found.setdefault(view.closed_because, []).append(activity.label)
    if found and all(view.state in _NOTHING_TO_SAY for _, view in column):
        return {reason: [] for reason in found}
    return found


def _span(days: list[date]) -> str:
    """« Ven. 25 », or « Du lun. 28 au ven. 1er » for days that follow each other on the page."""
    named = [f"{weekday(day)[:3]}. {ordinal(day)}" for day in days]
    if len(days) == 1:
        return named[0].capitalize()
    if (days[-1] - days[0]).days == len(days) - 1:
        return f"Du {named[0]} au {named[-1]}"
    return ", ".join(named).capitalize()


def _openings(rows: list[Row]) -> Iterable[str]:
    for activity, views in rows:
        instants = {view.opens_at for view in views if view.opens_at}
        if instants:
            each = ", jour après jour" if len(instants) > 1 else ""
            yield typeset(f"{activity.label} : réservations à partir de {from_words(min(instants))}{each}")


def _outside(rows: list[Row], days: tuple[date, ...]) -> Iterable[str]:
    """The days that are in no booking period, when the week has others; otherwise the line of deadlines says it."""
    for activity, views in rows:
        shut = [day for day, view in zip(days, views, strict=True) if view.state is State.OUTSIDE]
        if shut and {view.state for view in views} - _NOTHING_TO_SAY != {State.OUTSIDE}:
            yield typeset(f"{_span(shut)} : {OUTSIDE} ({activity.label})")
