"""A page of slots -> the weeks of the planning. It is the busiest page, so every word is made only once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

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


@dataclass(frozen=True, slots=True)
class Line:
    """One activity in one week; ``cells`` are its table cells, already HTML."""

    id: str
    label: str
    cells: Markup


@dataclass(frozen=True, slots=True)
class Week:
    number: int
    first: str
    last: str
    heads: Markup
    """The header cells of the days, already HTML."""
    lines: tuple[Line, ...]
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
    verb = _verb(page.town.activity(view.slot.activity), view)
    return f"{label} de {day_words(view.slot.day)}, {verb} {before_words(view.closes_at)}."


def _verb(activity: Activity | None, view: SlotView) -> str:
    """The change that the deadline ends. When booking and cancelling end at different times, it is the change that is
    possible next."""
    if activity is None or activity.booking == activity.cancelling:
        return "à changer"
    return "à annuler" if view.booked else "à réserver"


def school_words(child: Child, town: Town) -> str:
    """« MALLERIN PRIMAIRE / 10-Mme Béatrice ESCO »; unknown parts are left out. For a child that left, since when."""
    if child.left:
        return f"n’est plus sur les listes de la mairie depuis le {slashed(child.left)}"
    school = town.schools.get(child.school)
    return " / ".join(part for part in (school.label if school else "", child.class_name) if part)


_Row = tuple[Activity, Sequence[SlotView]]
"""One activity and its views of one week, one for each column."""


def _week(page: PlanningPage, number: int) -> Week:
    monday = page.first + timedelta(weeks=number)
    days = [monday + timedelta(days=n - 1) for n in page.weekdays]
    start, end = number * len(days), (number + 1) * len(days)
    rows = [(activity, page.views[activity.id][start:end]) for activity in page.rows]
    columns = [_column(number, day) for day in days]
    return Week(
        number=monday.isocalendar().week,
        first=short_day(monday),
        last=short_day(monday + timedelta(days=6)),
        heads=Markup("").join(_head(day, column) for day, column in zip(days, columns, strict=True)),
        lines=tuple(_line(row, columns, f"s{number}a{rank}") for rank, row in enumerate(rows)),
        deadlines=_deadline_lines(rows, days),
        notes=_notes(rows, days),
    )


def _column(week: int, day: date) -> str:
    """Id of a day's header cell."""
    return f"s{week}j{day.isoweekday()}"


@lru_cache(maxsize=1024)
def _head(day: date, column: str) -> Markup:
    head: Markup = macro(CELLS, "head")(column, TWO_LETTERS[day.weekday()], weekday(day), f"{day:%d}", month(day))
    return head


def _line(row: _Row, columns: list[str], row_id: str) -> Line:
    activity, views = row
    prefix = str(escape(row_of_cells(views[0].slot)))
    cells = [_cell(activity, view, prefix, f"{row_id} {column}") for view, column in zip(views, columns, strict=True)]
    return Line(row_id, activity.label, Markup("".join(cells)))  # noqa: S704 - every part is escaped


def _cell(activity: Activity, view: SlotView, prefix: str, names: str) -> str:
    """A table cell. ``prefix`` is the slot's name up to its day, escaped; ``names`` are the ids of its two headers.

    The values of a box need no escaping: its name is escaped already; ids and deadlines are words of ours.
    """
    if view.state is State.OPEN:
        before, between, after, end = _box(view.booked)
        title = f"{_verb(activity, view)} {before_words(view.closes_at)}" if view.closes_at else ""
        return f"{before}{prefix}{view.slot.day.isoformat()}{between}{names}{after}{title}{end}"
    look, says = _WORDS[view.state, view.booked]
    if view.state is State.NOT_YET and view.opens_at:
        return _still(look, f"réservation possible à partir de {instant_words(view.opens_at)}", "")
    late = view.state is State.TOO_LATE and view.closes_at
    return _still(look, says, f"il fallait valider {before_words(late)}" if late else "")


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


def _deadline_lines(rows: list[_Row], days: list[date]) -> tuple[str, ...]:
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


def _notes(rows: list[_Row], days: list[date]) -> tuple[str, ...]:
    """Why days are closed, in the town's words, and from when other days can be booked."""
    reasons: dict[str, list[date]] = {}
    for place, day in enumerate(days):
        for reason, labels in _reasons([(activity, views[place]) for activity, views in rows]).items():
            reasons.setdefault(f"{reason} ({', '.join(labels)})" if labels else reason, []).append(day)
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
