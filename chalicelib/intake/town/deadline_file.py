"""``reserver``, ``annuler`` and ``exceptions`` of an activity of town.toml -> until when its days may change."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from chalicelib.intake.files.deadline_words import (
    NotUnderstood,
    day_and_minute,
    deadline_of,
    weekday_of,
    weekday_row,
)
from chalicelib.intake.files.toml_tables import Table
from chalicelib.rules.deadlines import DatedRules, Deadline, FixedDates, NeverOnline, Rule, WeekdayTable
from chalicelib.rules.school_calendar import Period

BOOK, CANCEL = "reserver", "annuler"


class _Exception(NamedTuple):
    """The rules of some days, and where they are written. None where the days follow the rule of every day."""

    table: Table
    period: Period
    rules: Mapping[str, Rule | None]


def read_deadlines(entry: Table) -> tuple[Deadline, Deadline]:
    """Until when the days of an activity are booked, and until when they are cancelled.

    Without « annuler » cancelling ends when booking does, on exceptional days as well.
    """
    booking = _read_deadline(entry, BOOK, needed=True)
    own = _read_deadline(entry, CANCEL) if CANCEL in entry else None
    exceptions = [read for one in entry.tables("exceptions") if (read := _exception(one, follows=own is None))]
    for key in (BOOK, CANCEL):
        _refuse_overlaps(key, exceptions)
    return _with(booking, BOOK, exceptions), _with(own or booking, CANCEL, exceptions)


def _read_deadline(table: Table, key: str, *, needed: bool = False) -> Deadline:
    """A rule for the whole year, or a list of rules that follow each other."""
    value = table.any(key, needed=needed)
    if isinstance(value, list) and any(isinstance(one, dict) and {"des", "regle"} & one.keys() for one in value):
        return _dated(table, key)
    return _rule(table, key)


def _rule(table: Table, key: str, *, needed: bool = False) -> Rule:
    """A sentence, a table by weekday, or a list of fixed dates. After a fault it is never online."""
    value = table.any(key, needed=needed)
    rule: Rule | None = None
    match value:
        case str():
            rule = table.understood(key, deadline_of, value)
        case dict():
            rule = _weekday_table(table, key, value)
        case list():
            rule = _fixed_dates(table, key)
        case None:
            pass
        case _:
            table.fault(key, f"« {key} » n'est pas un délai ; attendu par exemple : « la veille à 10:00 »")
    return rule or NeverOnline()


def _dated(table: Table, key: str) -> DatedRules:
    """``[{ regle = "la veille à 10:00" }, { des = 2027-01-01, regle = "2 jours avant à 12:00" }]``."""
    read: dict[date | None, Rule] = {}
    for entry in table.tables(key):
        first, rule = entry.day("des", needed=False), _rule(entry, "regle", needed=True)
        entry.close()
        if first is None and "des" in entry:  # The fault is said already.
            continue
        if first in read:
            begins = f"commencent le {first:%d/%m/%Y}" if first else "n'ont pas de « des »"
            entry.fault("des" if first else "", f"{key} : deux règles {begins} ; attendu : une seule")
        read[first] = rule
    before = read.pop(None, None)
    return DatedRules(before, tuple(sorted(((first, rule) for first, rule in read.items() if first), key=_first_day)))


def _first_day(row: tuple[date, Rule]) -> date:
    return row[0]


def _exception(table: Table, *, follows: bool) -> _Exception | None:
    """``{ jour = 2026-12-24, reserver = "3 jours avant à 12:00" }``. ``follows`` tells whether cancelling follows
    booking."""
    span = table.span()
    rules = {key: _rule(table, key) if key in table else None for key in (BOOK, CANCEL)}
    table.leave(BOOK, CANCEL)
    if not any(rules.values()):
        table.fault("", "l'exception ne dit aucun délai ; attendu : « reserver », « annuler », ou les deux")
    table.close()
    if follows and rules[CANCEL] is None:
        rules[CANCEL] = rules[BOOK]
    return _Exception(table, Period("", *span), rules) if span else None


def _refuse_overlaps(key: str, exceptions: list[_Exception]) -> None:
    before: list[Period] = []
    for one in exceptions:
        if one.rules[key] is None:
            continue
        for other in before:
            shared = max(one.period.first, other.first)
            if shared <= min(one.period.last, other.last):
                one.table.fault(
                    "", f"{key} : le {shared:%d/%m/%Y} est déjà dans une autre exception ; attendu : une seule par jour"
                )
        before.append(one.period)


def _with(deadline: Deadline, key: str, exceptions: list[_Exception]) -> Deadline:
    rows = tuple(_rows(key, exceptions))
    if not rows:
        return deadline
    if isinstance(deadline, DatedRules):
        return replace(deadline, exceptions=rows)
    return DatedRules(deadline, (), rows)


def _rows(key: str, exceptions: list[_Exception]) -> Iterator[tuple[Period, Rule]]:
    for one in sorted(exceptions, key=lambda one: one.period.first):
        rule = one.rules[key]
        if rule:
            yield one.period, rule


def _weekday_table(table: Table, key: str, rows: Mapping[str, object]) -> WeekdayTable:
    """``{ lundi = "vendredi 09:00", mardi = "la veille à 09:30" }``."""
    read: dict[int, tuple[int, int]] = {}
    for name, said in rows.items():
        try:
            weekday = weekday_of(name)
            row = weekday_row(weekday, str(said))
        except NotUnderstood as error:
            table.fault(key, f"{key}, {name} : {error}")
            continue
        if row:
            read[weekday] = row
    if not rows:
        table.fault(key, f'« {key} » est vide ; attendu par exemple : {{ lundi = "vendredi 09:00" }}')
    return WeekdayTable(read)


def _fixed_dates(table: Table, key: str) -> FixedDates:
    """``[{ du = 2026-07-06, au = 2026-07-31, avant = "2026-06-15 24:00" }]``."""
    rows = []
    for entry in table.tables(key):
        span, closing = entry.span(), moment(entry, "avant", needed=True)
        entry.close()
        if span and closing:
            rows.append((Period("", *span), *closing))
    return FixedDates(tuple(rows))


def moment(table: Table, key: str, *, needed: bool = False) -> tuple[date, int] | None:
    """A day and an hour in Paris, as a text or as a TOML date with its hour."""
    value = table.any(key, needed=needed)
    if value is None:
        return None
    if isinstance(value, str) or (isinstance(value, datetime) and value.tzinfo is None):
        return table.understood(key, day_and_minute, str(value))
    table.fault(key, f'« {key} » n\'est pas une date avec son heure ; attendu : "2026-06-15 24:00"')
    return None
