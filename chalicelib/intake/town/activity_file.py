"""``[activites]`` of town.toml -> activities: when they open, until when they may change, how many places they have."""

from collections.abc import Collection

from chalicelib.intake.files.deadline_words import advance_of, weekday_of
from chalicelib.intake.files.faults import nearest, plain
from chalicelib.intake.files.toml_tables import Table
from chalicelib.intake.town.deadline_file import moment, read_deadlines
from chalicelib.rules.ids import ActivityId, SchoolId, activity_id
from chalicelib.rules.openings import Advance, Window
from chalicelib.rules.school_calendar import paris_instant
from chalicelib.rules.town import Activity, Capacity

MOST_PLACES = 100_000
ADVANCE, OUTSIDE = "ouvre-avant", "hors-periodes"
OUTSIDE_WORDS = ("ouvert", "ferme")
UNIT, UNIT_WORDS = "reserver-par", ("jour", "semaine")


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
    booking, cancelling = read_deadlines(entry)
    first, last = entry.day("du", needed=False), entry.day("au", needed=False)
    if first and last and last < first:
        entry.fault(
            "au", f"le dernier jour ({last:%d/%m/%Y}) est avant le premier ({first:%d/%m/%Y}) ; attendu : après"
        )
    advance, open_outside = _openings(entry)
    return Activity(
        id=ActivityId(name),
        label=entry.text("nom"),
        school_weekdays=_weekdays(entry, "semaine-scolaire"),
        holiday_weekdays=_weekdays(entry, "semaine-vacances"),
        booking=booking,
        cancelling=cancelling,
        by_week=_by_week(entry),
        first=first,
        last=last,
        schools=frozenset(map(SchoolId, _known(entry, "ecoles", [str(school) for school in schools]))),
        windows=tuple(window for period in entry.tables("periodes") if (window := _window(period))),
        advance=advance,
        open_outside_windows=open_outside,
        capacity=_capacity(entry, schools),
        requires=tuple(map(ActivityId, _others(entry, "exige", name, known))),
        excludes=tuple(map(ActivityId, _others(entry, "exclut", name, known))),
        meal=entry.flag("repas"),
        childcare=entry.flag("garde"),
        regie=entry.text("regie", needed=False),
    )


def _by_week(entry: Table) -> bool:
    """« reserver-par »: by day when it is not said."""
    said = entry.text(UNIT, needed=False)
    if said and plain(said) not in UNIT_WORDS:
        entry.fault(UNIT, f"« {said} » n'est pas prévu ; attendu : {', '.join(UNIT_WORDS)}")
    return plain(said) == UNIT_WORDS[1]


def _openings(entry: Table) -> tuple[Advance | None, bool]:
    """« ouvre-avant », and whether days outside every « periodes » can be booked."""
    said, outside = entry.text(ADVANCE, needed=False), entry.text(OUTSIDE, needed=False)
    advance = entry.understood(ADVANCE, advance_of, said) if said else None
    if outside and plain(outside) not in OUTSIDE_WORDS:
        entry.fault(OUTSIDE, f"« {outside} » n'est pas prévu ; attendu : {', '.join(OUTSIDE_WORDS)}")
    elif outside and "periodes" not in entry:
        entry.fault(OUTSIDE, f"« {OUTSIDE} » ne va pas sans « periodes » ; attendu : l'un et l'autre, ou aucun")
    elif outside and said:
        entry.fault(
            OUTSIDE,
            f"« {ADVANCE} » dit déjà quand s'ouvrent les jours hors des « periodes » ; attendu : sans « {OUTSIDE} »",
        )
    return advance, plain(outside) == OUTSIDE_WORDS[0]


def _window(table: Table) -> Window | None:
    span = table.span()
    opens, closes = moment(table, "ouvre"), moment(table, "ferme")
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
