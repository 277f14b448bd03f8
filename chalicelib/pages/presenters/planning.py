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
    brief_day,
    day_words,
    from_words,
    month,
    short_day,
    slashed,
    typeset,
    weekday,
)
from chalicelib.pages.planning_form import SlotTable, row_of_cells, week_name
from chalicelib.pages.presenters.week_notes import OUTSIDE, Row, deadline_lines, notes
from chalicelib.rules.families import Child
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.planning import SlotView, State
from chalicelib.rules.school_calendar import monday_of, paris_day
from chalicelib.rules.town import Activity, Town
from chalicelib.rules.weeks import box_of, changeable
from chalicelib.services.planning import PlanningPage
from chalicelib.services.saving import Offer
from chalicelib.web.rendering import macro

Url = Callable[..., str]
CELLS = "planning/cells.html"


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
    offered = [view for activity in page.rows for view in changeable(activity, page.views[activity.id])]
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
    label, activity = page.town.label_of(view.slot.activity), page.town.activity(view.slot.activity)
    when = f"de {day_words(view.slot.day)}"
    if activity and activity.by_week:
        when = f"de la semaine du {day_words(monday_of(view.slot.day))}"
    return f"{label} {when}, {_verbs(activity)[view.booked]} {before_words(view.closes_at)}."


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
        deadlines=deadline_lines(rows, head.days),
        notes=notes(rows, head.days),
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


def _table_row(row: Row, columns: tuple[Column, ...], row_id: str) -> str:
    activity, views = row
    prefix = str(escape(row_of_cells(views[0].slot)))
    verbs = _verbs(activity)
    box = box_of(views) if activity.by_week else ()
    cells = (
        [_week_cell(views, box, verbs, row_id)]
        if box
        else [
            _box_cell(view, verbs, f"{prefix}{column.day}", f"{row_id} {column.id}")
            if view.state is State.OPEN
            else _still_cell(view)
            for view, column in zip(views, columns, strict=True)
        ]
    )
    before, between, after, end = _row_parts()
    return f"{before}{row_id}{between}{escape(activity.label)}{after}{''.join(cells)}{end}"


def _box_cell(view: SlotView, verbs: _Verbs, value: str, names: str) -> str:
    """A cell that can be changed. ``value`` is the slot's name; ``names`` are the ids of its two headers.

    Nothing needs escaping here: the name is escaped already, ids and deadlines are words of ours.
    """
    before, between, after, end = _box(view.booked)
    title = f"{verbs[view.booked]} {before_words(view.closes_at)}" if view.closes_at else ""
    return f"{before}{value}{between}{names}{after}{title}{end}"


def _week_cell(views: Sequence[SlotView], box: Sequence[SlotView], verbs: _Verbs, row_id: str) -> str:
    """The one box of a week, across its columns, with the days that it stands for."""
    first = box[0]
    others = [view.slot.day for view in views if view.state not in (State.CLOSED, State.PAST) and view not in box]
    words = f"Semaine entière : {_brief(view.slot.day for view in box)}"
    if others and first.booked:
        words = f"Réservé : {_brief(view.slot.day for view in box)}"
    elif others:
        words = f"Reste de la semaine : {_brief(view.slot.day for view in box)} (déjà réservé : {_brief(others)})"
    value = f"{row_of_cells(first.slot)}{week_name(first.slot.day)}"
    title = f"{verbs[first.booked]} {before_words(first.closes_at)}" if first.closes_at else ""
    return str(macro(CELLS, "week")(len(views), value, row_id, title, typeset(words), first.booked))


def _brief(days: Iterable[date]) -> str:
    return ", ".join(map(brief_day, days))


def _still_cell(view: SlotView) -> str:
    look, says = _WORDS[view.state, view.booked]
    if view.state is State.NOT_YET and view.opens_at:
        return _still(look, f"réservation possible à partir de {from_words(view.opens_at)}", "")
    if view.state is State.OUTSIDE:
        return _still(look, says, OUTSIDE)
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
    (State.OUTSIDE, False): ("fige", "non réservé, hors des périodes de réservation"),
    (State.TOO_LATE, False): ("fige", "non réservé, délai passé"),
    (State.TOO_LATE, True): ("fige-pris", "réservé, délai passé"),
    (State.FULL, False): ("complet", "complet"),
    (State.FULL, True): ("fige-pris", "réservé"),
}
"""Look and words of every slot that cannot be changed, by state and booking."""


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
