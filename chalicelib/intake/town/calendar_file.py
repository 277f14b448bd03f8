"""``[calendrier]`` of town.toml -> the town's years. Official days come from libraries, here and never on Lambda."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from chalicelib.intake.files.faults import nearest, plain
from chalicelib.intake.files.toml_tables import Table
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.school_calendar import Calendar, Exceptional, Period

ZONES = ("A", "B", "C")
NO_ZONE = "aucune"
NO_FEAST = "aucun"
CLOSURES, OPENINGS = "fermetures", "ouvertures"
FEASTS = {
    "france": None,
    "alsace-moselle": "57",
    "guadeloupe": "971",
    "martinique": "972",
    "guyane": "973",
    "la-reunion": "974",
    "mayotte": "976",
}
"""What « feries » may say -> the subdivision of the ``holidays`` library."""
LONGEST_CALENDAR_DAYS = 20 * 366


def read_calendar(table: Table) -> Calendar | None:
    """The calendar without its closures and openings, which need the activities; None after a fault."""
    first, last = table.day("premier-jour"), table.day("dernier-jour")
    if first and last and not 0 <= (last - first).days <= LONGEST_CALENDAR_DAYS:
        table.fault("dernier-jour", "le calendrier doit finir après son premier jour, moins de 20 ans plus tard")
        first = None
    zone, feasts = _zone(table), _feasts(table)
    if not (first and last) or zone is None or feasts is None:
        table.leave("vacances", "vacances-retirees", "feries-retires", "feries-ajoutes")
        return None
    official = _official_holidays(table, zone, first, last)
    public = _public_holidays(feasts, first, last)
    return Calendar(
        first=first,
        last=last,
        holidays=tuple(sorted(_own_holidays(table, official), key=lambda p: (p.first, p.last, p.label))),
        public_holidays=_own_feasts(table, public),
        closures=(),
        openings=(),
    )


def read_exceptionals(
    table: Table, key: str, activities: Iterable[ActivityId], schools: Iterable[SchoolId]
) -> tuple[Exceptional, ...]:
    """« fermetures » or « ouvertures »: days, for all or for the named activities and schools.

    A closure may also name classes, which only the lists know, and ask that what is booked be cancelled.
    """
    known = {"activites": {str(a) for a in activities}, "ecoles": {str(s) for s in schools}}
    read = []
    for entry in table.tables(key):
        label, span = entry.text("motif"), entry.span()
        named: dict[str, frozenset[str]] = {}
        for what, ids in known.items():
            named[what] = frozenset(entry.texts(what))
            for unknown in sorted(named[what] - ids):
                entry.fault(what, f"« {unknown} » n'est pas défini dans [{what}] ; {nearest(unknown, sorted(ids))}")
        closes = key == CLOSURES
        classes = frozenset(map(plain, entry.texts("classes"))) if closes else frozenset()
        cancels = closes and entry.flag("annuler")
        entry.close()
        if span:
            activities_named = frozenset(map(ActivityId, named["activites"]))
            schools_named = frozenset(map(SchoolId, named["ecoles"]))
            read.append(Exceptional(Period(label, *span), activities_named, schools_named, classes, cancels))
    return tuple(read)


def _zone(table: Table) -> str | None:
    text = table.text("zone")
    zone = text.upper().removeprefix("ZONE").strip()
    if zone in ZONES or plain(text) == NO_ZONE:
        return zone if zone in ZONES else NO_ZONE
    if text:
        table.fault("zone", f"la zone « {text} » n'existe pas ; attendu : A, B, C ou {NO_ZONE} (Corse : vos dates)")
    return None


def _feasts(table: Table) -> str | None:
    text = table.text("feries", needed=False) or "france"
    name = re.sub(r"[ '/]+", "-", plain(text))
    if name in FEASTS or name == NO_FEAST:
        return name
    table.fault("feries", f"« {text} » n'est pas connu ; {nearest(name, [*FEASTS, NO_FEAST])}")
    return None


def _official_holidays(table: Table, zone: str, first: date, last: date) -> list[Period]:
    """The ministry's school holidays. Periods stay whole, even if the town's calendar begins or ends within one."""
    if zone == NO_ZONE:
        return []
    official = _official_days()
    around = timedelta(days=70)
    days = [
        (day, row["nom_vacances"])
        for day, row in sorted(official.items())
        if first - around <= day <= last + around and row[f"vacances_zone_{zone.lower()}"]
    ]
    if not days or max(official) < last:
        table.fault(
            "dernier-jour",
            f"les vacances officielles ne sont connues que jusqu'au {max(official):%d/%m/%Y} ; attendu : un "
            'dernier jour plus proche, ou zone = "aucune" et vos propres dates dans [[calendrier.vacances]]',
        )
    return [p for p in _runs(days) if p.first <= last and first <= p.last]


@cache
def _official_days() -> Mapping[date, Mapping[str, Any]]:
    """Every day of holidays of some zone. It is read once, because the library takes a third of a second."""
    from vacances_scolaires_france import SchoolHolidayDates  # noqa: PLC0415 - the command line alone needs it

    days: Mapping[date, Mapping[str, Any]] = SchoolHolidayDates().data
    return days


def _runs(days: Iterable[tuple[date, str]]) -> list[Period]:
    """Days that follow each other and have the same name, as periods."""
    runs: list[Period] = []
    for day, label in days:
        if runs and runs[-1].label == label and day - runs[-1].last == timedelta(days=1):
            runs[-1] = replace(runs[-1], last=day)
        else:
            runs.append(Period(label, day, day))
    return runs


def _own_holidays(table: Table, official: list[Period]) -> list[Period]:
    """The official periods, with those of the town: it may add one, replace one, or take one away."""
    periods = list(official)
    for entry in table.tables("vacances-retirees"):
        span = entry.span()
        entry.close()
        if span:
            if not any(span[0] <= period.last and period.first <= span[1] for period in periods):
                entry.remark("", f"{_span(span)} ne sont pas des vacances ; attendu : des jours de vacances à retirer")
            periods = [part for period in periods for part in _without(period, *span)]
    for entry in table.tables("vacances"):
        label, span, replaces = entry.text("nom"), entry.span(), entry.flag("remplace")
        entry.close()
        if not span:
            continue
        if replaces:
            same = [
                p for p in official if plain(p.label) == plain(label) and _school_year(p) == _school_year_of(span[0])
            ]
            if not same:
                names = ", ".join(sorted({p.label for p in official})) or "aucunes"
                entry.fault("nom", f"« {label} » ne remplace aucunes vacances de l'année ; vacances connues : {names}")
            periods = [p for p in periods if p not in same]
        elif any(p.first <= span[0] and span[1] <= p.last for p in periods):
            entry.remark("", f"{_span(span)} sont déjà des vacances ; attendu : d'autres jours, ou ôter cette ligne")
        periods.append(Period(label, *span))
    return periods


def _span(span: tuple[date, date]) -> str:
    return f"les jours du {span[0]:%d/%m/%Y} au {span[1]:%d/%m/%Y}"


def _without(period: Period, first: date, last: date) -> list[Period]:
    """What is left of ``period`` without the days from ``first`` to ``last``."""
    if last < period.first or period.last < first:
        return [period]
    before = replace(period, last=first - timedelta(days=1))
    after = replace(period, first=last + timedelta(days=1))
    return [part for part in (before, after) if part.first <= part.last]


def _school_year(period: Period) -> int:
    return _school_year_of(period.first)


def _school_year_of(day: date) -> int:
    """The year in which the school year began. Summer holidays belong to the year that ends, so nothing begins before
    September."""
    return day.year if day.month >= 9 else day.year - 1


def _public_holidays(feasts: str, first: date, last: date) -> dict[date, str]:
    if feasts == NO_FEAST:
        return {}
    import holidays  # noqa: PLC0415 - the command line alone needs it

    years = range(first.year, last.year + 1)
    official = holidays.country_holidays("FR", subdiv=FEASTS[feasts], years=years, language="fr")
    return {day: label for day, label in sorted(official.items()) if first <= day <= last}


def _own_feasts(table: Table, official: dict[date, str]) -> dict[date, str]:
    public = dict(official)
    for day in table.days("feries-retires"):
        if public.pop(day, None) is None:
            table.fault("feries-retires", f"le {day:%d/%m/%Y} n'est pas un jour férié du calendrier")
    for entry in table.tables("feries-ajoutes"):
        label, added = entry.text("nom"), entry.day("jour")
        entry.close()
        if added in public:
            entry.remark("", f"le {added:%d/%m/%Y} est déjà férié ; attendu : un autre jour, ou ôter cette ligne")
        if added:
            public[added] = label
    return dict(sorted(public.items()))
