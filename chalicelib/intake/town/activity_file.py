"""``[activites]`` of town.toml -> activities: when they open, until when they may change, how many places they have."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from chalicelib.intake.files.deadline_words import (
    NotUnderstood,
    day_and_minute,
    deadline_of,
    weekday_of,
    weekday_row,
)
from chalicelib.intake.files.faults import nearest
from chalicelib.intake.files.toml_tables import Table
from chalicelib.rules.deadlines import Deadline, FixedDates, NeverOnline, WeekdayTable
from chalicelib.rules.ids import ActivityId, SchoolId, activity_id
from chalicelib.rules.school_calendar import Period, paris_instant
from chalicelib.rules.town import Activity, Capacity, Window

MOST_PLACES = 100_000


def slug_fault(name: str) -> str:
    """What is wrong with the identifier of an activity or a school, in French; empty when nothing is."""
    try:
        activity_id(name)
    except ValueError:
        return f"l'identifiant « {name} » n'est pas valable ; attendu : minuscules sans accent, chiffres et tirets"
    return ""


def read_activities(table: Table, schools: Collection[SchoolId]) -> dict[ActivityId, Activity]:
    """Every activity that could be read, in the order of the file."""
    listed = table.named_tables()
    known = [name for name, _ in listed]
    activities = {}
    for name, entry in listed:
        if wrong := slug_fault(name):
            entry.fault("", wrong)
        activities[ActivityId(name)] = _read_activity(name, entry, schools, known)
        entry.close()
    return activities


def _read_activity(name: str, entry: Table, schools: Collection[SchoolId], known: list[str]) -> Activity:
    booking = read_deadline(entry, "reserver", needed=True)
    cancelling = read_deadline(entry, "annuler") if "annuler" in entry else booking
    first, last = entry.day("du", needed=False), entry.day("au", needed=False)
    if first and last and last < first:
        entry.fault(
            "au", f"le dernier jour ({last:%d/%m/%Y}) est avant le premier ({first:%d/%m/%Y}) ; attendu : après"
        )
    return Activity(
        id=ActivityId(name),
        label=entry.text("nom"),
        school_weekdays=_weekdays(entry, "semaine-scolaire"),
        holiday_weekdays=_weekdays(entry, "semaine-vacances"),
        booking=booking,
        cancelling=cancelling,
        first=first,
        last=last,
        schools=frozenset(map(SchoolId, _known(entry, "ecoles", [str(school) for school in schools]))),
        windows=tuple(window for period in entry.tables("periodes") if (window := _window(period))),
        capacity=_capacity(entry, schools),
        requires=tuple(map(ActivityId, _others(entry, "exige", name, known))),
        excludes=tuple(map(ActivityId, _others(entry, "exclut", name, known))),
        meal=entry.flag("repas"),
        regie=entry.text("regie", needed=False),
    )


def read_deadline(table: Table, key: str, *, needed: bool = False) -> Deadline:
    """A deadline: a sentence, a table by weekday, or a list of fixed dates. After a fault it is never online."""
    value = table.any(key, needed=needed)
    deadline: Deadline | None = None
    match value:
        case str():
            deadline = table.understood(key, deadline_of, value)
        case dict():
            deadline = _weekday_table(table, key, value)
        case list():
            deadline = _fixed_dates(table, key)
        case None:
            pass
        case _:
            table.fault(key, f"« {key} » n'est pas un délai ; attendu par exemple : « la veille à 10:00 »")
    return deadline or NeverOnline()


def _weekday_table(table: Table, key: str, rows: Mapping[str, object]) -> WeekdayTable:
    """``{ lundi = "vendredi 09:00", mardi = "la veille à 09:30" }``."""
    read: dict[int, tuple[int, int]] = {}
    for name, said in rows.items():
        try:
            weekday = weekday_of(name)
            read[weekday] = weekday_row(weekday, str(said))
        except NotUnderstood as error:
            table.fault(key, f"{key}, {name} : {error}")
    if not rows:
        table.fault(key, f'« {key} » est vide ; attendu par exemple : {{ lundi = "vendredi 09:00" }}')
    return WeekdayTable(read)


def _fixed_dates(table: Table, key: str) -> FixedDates:
    """``[{ du = 2026-07-06, au = 2026-07-31, avant = "2026-06-15 24:00" }]``."""
    rows = []
    for entry in table.tables(key):
        span, closing = entry.span(), _moment(entry, "avant", needed=True)
        entry.close()
        if span and closing:
            rows.append((Period("", *span), *closing))
    return FixedDates(tuple(rows))


def _moment(table: Table, key: str, *, needed: bool = False) -> tuple[date, int] | None:
    """A day and an hour in Paris, as a text or as a TOML date with its hour."""
    value = table.any(key, needed=needed)
    if value is None:
        return None
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.date(), value.hour * 60 + value.minute
    if isinstance(value, str):
        return table.understood(key, day_and_minute, value)
    table.fault(key, f'« {key} » n\'est pas une date avec son heure ; attendu : "2026-06-15 24:00"')
    return None


def _window(table: Table) -> Window | None:
    span = table.span()
    opens, closes = _moment(table, "ouvre"), _moment(table, "ferme")
    table.close()
    opens_at = paris_instant(*opens) if opens else None
    closes_at = paris_instant(*closes) if closes else None
    if opens_at and closes_at and closes_at <= opens_at:
        table.fault("ferme", "la période ferme avant d'ouvrir ; attendu : « ferme » après « ouvre »")
        return None
    return Window(*span, opens_at, closes_at) if span else None


def _capacity(table: Table, schools: Collection[SchoolId]) -> Capacity | None:
    """« places » for the whole town, « places-par-ecole » for the schools that have their own."""
    places = table.whole("places")
    own = table.table("places-par-ecole", needed=False)
    by_school: dict[SchoolId, int] = {}
    for name in own.read if own else ():
        limit = own.whole(name) if own else None
        if name not in schools:
            table.fault(
                "places-par-ecole", f"l'école « {name} » n'existe pas ; {nearest(name, list(map(str, schools)))}"
            )
        elif limit is not None:
            by_school[SchoolId(name)] = limit
    if any(limit > MOST_PLACES for limit in (places or 0, *by_school.values())):
        table.fault("places", f"trop de places ; attendu : {MOST_PLACES} au plus, ou rien quand il n'y a pas de limite")
    return Capacity(places, by_school) if places is not None or by_school else None


def _weekdays(table: Table, key: str) -> frozenset[int]:
    days = (table.understood(key, weekday_of, text) for text in table.texts(key))
    return frozenset(day for day in days if day)


def _others(table: Table, key: str, name: str, known: list[str]) -> list[str]:
    others = _known(table, key, known)
    if name in others:
        table.fault(key, f"« {key} » nomme l'activité elle-même ; attendu : une autre activité")
    return others


def _known(table: Table, key: str, known: list[str]) -> list[str]:
    """The names in the list ``key``; names that are not ``known`` are faults."""
    names = table.texts(key)
    for name in names:
        if name not in known:
            table.fault(key, f"« {name} » n'existe pas ; {nearest(name, known)}")
    return names
