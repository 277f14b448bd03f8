"""Attendance lists in French."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from chalicelib.french.words import day_words, listed, plural, typeset
from chalicelib.rules.attendance import AttendanceList, Attendee, ListPlace
from chalicelib.rules.school_calendar import PARIS
from chalicelib.rules.town import Town
from chalicelib.services.attendance_ports import AttendanceSheet, ClassSheet, NameRow

NOT_LISTED, NO_CLASS, NO_DIET, UNKNOWN_DIET = "Hors liste", "Sans classe", "sans régime particulier", "régime inconnu"
ARRIVED, GONE = "+ arrivé", "− retiré"
FIRST_LIST = "Première liste : rien à comparer."


def sheet_of(
    town: Town, day: date, lists: Sequence[AttendanceList], instant: datetime, before: datetime | None
) -> AttendanceSheet:
    """The lists of one activity at one school, one for each class."""
    place = lists[0].place
    return AttendanceSheet(
        title=typeset(f"{town.label_of(place.activity)} – {school_words(town, place)}"),
        day=typeset(day_words(day, year=True)),
        as_of=typeset(f"État au {instant_of(instant)}"),
        classes=tuple(_class_sheet(town, one, before) for one in lists),
    )


def school_words(town: Town, place: ListPlace) -> str:
    """A school that the town does not have any more goes by its identifier."""
    if place.school is None:
        return NOT_LISTED
    known = town.schools.get(place.school)
    return known.label if known else place.school


def instant_of(instant: datetime) -> str:
    """``mardi 3 novembre 2026 à 08:45``: with the clock of the wall, to the minute."""
    local = instant.astimezone(PARIS)
    return f"{day_words(local.date(), year=True)} à {local:%H:%M}"


def diet_counts(town: Town, one: AttendanceList) -> Iterator[tuple[str, int]]:
    """Each diet of the list and its number, in the town's order; children without one come last. They add up to all.

    Of a child that is in no list, nobody knows what it eats.
    """
    counts = one.diets
    used = [diet for diet in counts if diet]
    known = list(town.diets)
    for diet in sorted(used, key=lambda name: (known.index(name) if name in town.diets else len(known), name)):
        yield town.diet_label(diet), counts[diet]
    if counts[None]:
        yield UNKNOWN_DIET if one.place.school is None else NO_DIET, counts[None]


def _class_sheet(town: Town, one: AttendanceList, before: datetime | None) -> ClassSheet:
    diets = [(str(count), label) for label, count in diet_counts(town, one) if label not in {NO_DIET, UNKNOWN_DIET}]
    count = len(one.present)
    pai = [(str(one.with_pai), "PAI")] if one.with_pai else []
    return ClassSheet(
        title=NOT_LISTED if one.place.school is None else one.place.class_name or NO_CLASS,
        totals=((str(count), "enfant" if count < 2 else "enfants"), *diets, *pai),
        changes=typeset(_changes(one, before)),
        present=tuple(_row(town, who, ARRIVED if who.arrived else "") for who in one.present),
        gone=tuple(_row(town, who, GONE) for who in one.gone),
    )


def _changes(one: AttendanceList, before: datetime | None) -> str:
    if before is None:
        return FIRST_LIST
    since = f"Depuis la liste du {instant_of(before)}"
    if not (one.arrived or one.gone):
        return f"{since} : rien n'a changé."
    arrived = [plural(one.arrived, "enfant de plus", "enfants de plus")] if one.arrived else []
    gone = [plural(len(one.gone), "enfant retiré", "enfants retirés")] if one.gone else []
    return f"{since} : {listed([*arrived, *gone])}."


def _row(town: Town, who: Attendee, change: str) -> NameRow:
    child = who.listed
    if child is None:
        return NameRow(who.child, typeset(f"famille {', '.join(who.families)}"), "", change)
    marks = [*(["PAI"] if child.pai else []), *([town.diet_label(child.diet)] if child.diet else [])]
    return NameRow(child.last_name, child.first_name, ", ".join(marks), change)
