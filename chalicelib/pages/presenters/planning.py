"""A page of slots -> the weeks of the planning. It is the busiest page, so every word is made only once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from chalicelib.french.words import (
    TWO_LETTERS,
    before_words,
    day_words,
    instant_words,
    month,
    ordinal,
    short_day,
    slashed,
    typeset,
    weekday,
)
from chalicelib.pages.planning_form import SlotTable, row_of_cells
from chalicelib.pages.presenters.deadlines import rule_words
from chalicelib.rules.families import Child
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.planning import SlotView, State
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Activity, Town
from chalicelib.services.planning import PlanningPage
from chalicelib.services.saving import Offer
from chalicelib.web.rendering import macro

Url = Callable[..., str]
CELLS = "planning/cells.html"


_Row = tuple[Activity, Sequence[SlotView]]
"""One activity and its views of one week, one for each column."""
_Verbs = tuple[str, str]
"""What a deadline ends, when the slot is not booked and when it is."""


class Column(NamedTuple):
    """A day of one week: the id of its header cell, and the end of its boxes' values."""

    id: str
    day: str


class Head(NamedTuple):
    """What is the same in a week of every family: its number, its first and last day, its columns.

    ``cells`` are the header cells of the days, already HTML.
    """

    number: int
    first: str
    last: str
    days: tuple[date, ...]
    columns: tuple[Column, ...]
    cells: Markup


@dataclass(frozen=True, slots=True)
class Week:
    head: Head
    rows: Markup
    """One row for each activity, already HTML."""
    deadlines: tuple[str, ...]
    notes: tuple[str, ...]


def offer_of(page: PlanningPage) -> tuple[Offer, SlotTable]:
    """What this page lets its parent change, for its hidden field."""
    offered = [view for line in page.views.values() for view in line if view.state is State.OPEN]
    offer = Offer(frozenset(view.slot for view in offered), frozenset(view.slot for view in offered if view.booked))
    rows = [(page.child.id, activity.id) for activity in page.rows]
    return offer, SlotTable(rows, page.first, 7 * page.weeks)


def weeks_of(page: PlanningPage) -> list[Week]:
    return [_week(page, number) for number in range(page.weeks)]


def next_deadline_words(page: PlanningPage) -> str:
    """« Petites Vac. Matin de mercredi 23 décembre, à changer avant mardi 22 décembre à 18 h. »; empty when nothing
    closes."""
    view = page.next_deadline
    if view is None or view.closes_at is None:
        return ""
    label = page.town.label_of(view.slot.activity)
    verbs = _verbs(page.town.activity(view.slot.activity))
    return f"{label} de {day_words(view.slot.day)}, {verbs[view.booked]} {before_words(view.closes_at)}."


def _verbs(activity: Activity | None) -> _Verbs:
    """When booking and cancelling end at different times, a deadline ends the change that is possible next."""
    if activity is None or activity.has_one_deadline:
        return ("à changer", "à changer")
    return ("à réserver", "à annuler")


def school_words(child: Child, town: Town) -> str:
    """« MALLERIN PRIMAIRE / 10-Mme Béatrice ESCO »; unknown parts are left out. For a child that left, since when."""
    if child.left:
        return f"n’est plus sur les listes de la mairie depuis le {slashed(child.left)}"
    school = town.schools.get(child.school)
    return " / ".join(part for part in (school.label if school else "", child.class_name) if part)


def _week(page: PlanningPage, number: int) -> Week:
    head = _head(page.first + timedelta(weeks=number), page.weekdays, number)
    size = len(page.weekdays)
    start, end = number * size, (number + 1) * size
    rows = [(activity, page.views[activity.id][start:end]) for activity in page.rows]
    return Week(
        head=head,
        rows=_html(_table_row(row, head.columns, f"s{number}a{rank}") for rank, row in enumerate(rows)),
        deadlines=_deadline_lines(rows, head.days),
        notes=_notes(rows, head.days),
    )


@lru_cache(maxsize=256)
def _head(monday: date, weekdays: tuple[int, ...], number: int) -> Head:
    """``number`` is the week's place on the page, which the ids of its cells begin with."""
    days = tuple(monday + timedelta(days=n - 1) for n in weekdays)
    columns = tuple(Column(f"s{number}j{day.isoweekday()}", day.isoformat()) for day in days)
    cell = macro(CELLS, "head")
    return Head(
        number=monday.isocalendar().week,
        first=short_day(monday),
        last=short_day(monday + timedelta(days=6)),
        days=days,
        columns=columns,
        cells=_html(
            cell(column.id, TWO_LETTERS[day.weekday()], weekday(day), f"{day:%d}", month(day))
            for day, column in zip(days, columns, strict=True)
        ),
    )


def _html(parts: Iterable[str]) -> Markup:
    """Cells one after the other. A macro made each of them, so that none needs escaping."""
    return Markup("".join(parts))  # noqa: S704 - see above


def _table_row(row: _Row, columns: tuple[Column, ...], row_id: str) -> str:
    activity, views = row
    prefix = str(escape(row_of_cells(views[0].slot)))
    verbs = _verbs(activity)
    cells = [
        _box_cell(view, verbs, f"{prefix}{column.day}", f"{row_id} {column.id}")
        if view.state is State.OPEN
        else _still_cell(view)
        for view, column in zip(views, columns, strict=True)
    ]
    before, between, after, end = _row_parts()
    return f"{before}{row_id}{between}{escape(activity.label)}{after}{''.join(cells)}{end}"


def _box_cell(view: SlotView, verbs: _Verbs, value: str, names: str) -> str:
    """A cell that can be changed. ``value`` is the slot's name; ``names`` are the ids of its two headers.

    Nothing needs escaping here: the name is escaped already, ids and deadlines are words of ours.
    """
    before, between, after, end = _box(view.booked)
    title = f"{verbs[view.booked]} {before_words(view.closes_at)}" if view.closes_at else ""
    return f"{before}{value}{between}{names}{after}{title}{end}"


def _still_cell(view: SlotView) -> str:
    look, says = _WORDS[view.state, view.booked]
    if view.state is State.NOT_YET and view.opens_at:
        return _still(look, f"réservation possible à partir de {instant_words(view.opens_at)}", "")
    late = view.state is State.TOO_LATE and view.closes_at
    return _still(look, says, f"il fallait valider {before_words(late)}" if late else "")


@cache
def _row_parts() -> list[str]:
    """A row, cut at the places of its id, its label and its cells."""
    return str(macro(CELLS, "row")("|", "|", "|")).split("|")


@cache
def _box(checked: bool) -> list[str]:
    """An open cell, cut at the places of its value, its names and its title: a page has a hundred of them."""
    return str(macro(CELLS, "box")("|", "|", "|", checked)).split("|")


@lru_cache(maxsize=1024)
def _still(look: str, says: str, title: str) -> str:
    return str(macro(CELLS, "still")(look, typeset(says), title))


_WORDS = {
    (State.PAST, False): ("passe", "jour passé"),
    (State.PAST, True): ("passe-pris", "réservé, jour passé"),
    (State.CLOSED, False): ("clos", "fermé"),
    (State.CLOSED, True): ("clos-pris", "fermé, mais réservé : appelez la mairie"),
    (State.READ_ONLY, False): ("fige", "non réservé, à changer auprès de la mairie"),
    (State.READ_ONLY, True): ("fige-pris", "réservé, à changer auprès de la mairie"),
    (State.NOT_YET, False): ("bientot", "réservation pas encore possible"),
    (State.NOT_YET, True): ("fige-pris", "réservé, pas encore modifiable"),
    (State.TOO_LATE, False): ("fige", "non réservé, délai passé"),
    (State.TOO_LATE, True): ("fige-pris", "réservé, délai passé"),
    (State.FULL, False): ("complet", "complet"),
    (State.FULL, True): ("fige-pris", "réservé"),
}
"""Look and words of every slot that cannot be changed, by state and booking."""


def _deadline_lines(rows: list[_Row], days: tuple[date, ...]) -> tuple[str, ...]:
    """One line for each rule, with the activities that follow it; an activity that is closed all week has no line."""
    together: dict[str, list[str]] = {}
    for activity, views in rows:
        states = {view.state for view in views}
        if states <= _NOTHING_TO_SAY:
            continue
        by_office = states <= _NOTHING_TO_SAY | {State.READ_ONLY}
        words = "à changer auprès de la mairie" if by_office else rule_words(activity, days[0], days[-1])
        together.setdefault(words, []).append(activity.label)
    return tuple(typeset(f"{', '.join(labels)} : {words}") for words, labels in together.items())


_NOTHING_TO_SAY = frozenset({State.CLOSED, State.PAST})


def _notes(rows: list[_Row], days: tuple[date, ...]) -> tuple[str, ...]:
    """Why days are closed, in the town's words, and from when other days can be booked."""
    reasons: dict[str, list[date]] = {}
    told = {place for _, views in rows for place, view in enumerate(views) if view.closed_because}
    for place in sorted(told):
        for reason, labels in _reasons([(activity, views[place]) for activity, views in rows]).items():
            reasons.setdefault(f"{reason} ({', '.join(labels)})" if labels else reason, []).append(days[place])
    closed = [typeset(f"{_span(run)} : {reason}") for reason, run in reasons.items()]
    return (*closed, *_openings(rows))


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


def _openings(rows: list[_Row]) -> Iterable[str]:
    for activity, views in rows:
        instants = [view.opens_at for view in views if view.opens_at]
        if instants:
            yield typeset(f"{activity.label} : réservations à partir de {instant_words(min(instants))}")


def filter_choices(page: PlanningPage) -> list[tuple[ActivityId, str, bool]]:
    """For « TOUTES LES ACTIVITÉS »: value, label, and whether it is the one shown."""
    return [(activity.id, activity.label, activity.id == page.only) for activity in page.enrolled]


def week_links(page: PlanningPage, url: Url) -> dict[str, str]:
    """Addresses of the weeks before and after, and of today's week; empty when there is none."""

    def to(monday: date | None) -> str:
        if monday is None:
            return ""
        return url("/planning", enfant=page.child.id, semaine=monday.isoformat(), activite=page.only or "")

    shown = page.first <= paris_day(page.now) < page.first + timedelta(weeks=page.weeks)
    return {
        "previous": to(page.previous),
        "following": to(page.following),
        "today": "" if shown else url("/planning", enfant=page.child.id, activite=page.only or ""),
    }
