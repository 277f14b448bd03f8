"""French words for days, hours and numbers, as parents read them. Instants are aware; hours are those of Paris."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from chalicelib.rules.school_calendar import END_OF_DAY, PARIS

NARROW = "\u202f"
"""Narrow no-break space: before ; : ! ? » and after «."""
NBSP = "\u00a0"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
TWO_LETTERS = ("Lu", "Ma", "Me", "Je", "Ve", "Sa", "Di")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_BEFORE = re.compile(r"[ \u00a0]([;:!?»])")
_AFTER = re.compile(r"« ")


@lru_cache(maxsize=4096)
def typeset(text: str) -> str:
    """Put the spaces and apostrophes of French typography in the place of those that an ordinary keyboard types."""
    return _AFTER.sub(f"«{NARROW}", _BEFORE.sub(rf"{NARROW}\1", text)).replace("'", "’")


def ordinal(day: date) -> str:
    """Day of the month: ``1er``, ``2``, ``31``."""
    return "1er" if day.day == 1 else str(day.day)


def month(day: date) -> str:
    return MONTHS[day.month - 1]


def weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def day_words(day: date, *, year: bool = False) -> str:
    """``lundi 7 septembre``; with the year, ``lundi 7 septembre 2026``."""
    words = f"{weekday(day)} {ordinal(day)}{NBSP}{month(day)}"
    return f"{words} {day.year}" if year else words


def brief_day(day: date) -> str:
    """``lun. 7``, ``mar. 1er``: for days whose month is written beside them."""
    return f"{weekday(day)[:3]}.{NBSP}{ordinal(day)}"


def long_day(day: date) -> str:
    """``15 octobre 2013``."""
    return f"{ordinal(day)}{NBSP}{month(day)} {day.year}"


def slashed(day: date) -> str:
    """``23/12/2015``."""
    return f"{day.day:02}/{day.month:02}/{day.year}"


def short_day(day: date) -> str:
    """``23/12``."""
    return f"{day.day:02}/{day.month:02}"


def dashed(day: date) -> str:
    """``Je 24-12-2015``, as the manual's list of changes writes it."""
    return f"{TWO_LETTERS[day.weekday()]} {day:%d-%m-%Y}"


def minute_words(minute: int) -> str:
    """A minute of the day (0..1440): ``10 h``, ``9 h 30``; ``minuit`` for the end of the day."""
    if minute == END_OF_DAY:
        return "minuit"
    hours, minutes = divmod(minute, 60)
    return f"{hours}{NBSP}h{NBSP}{minutes:02}" if minutes else f"{hours}{NBSP}h"


def until_words(minute: int) -> str:
    """A deadline's minute of the day (0..1440): ``avant 10 h``; ``jusqu'à minuit`` for the end of the day."""
    return "jusqu’à minuit" if minute == END_OF_DAY else f"avant {minute_words(minute)}"


def second_words(instant: datetime) -> str:
    """The hour in Paris with its seconds: ``10 h 00 min 02 s``."""
    local = instant.astimezone(PARIS)
    return f"{local.hour}{NBSP}h{NBSP}{local:%M}{NBSP}min{NBSP}{local:%S}{NBSP}s"


def hour_words(instant: datetime) -> str:
    """The hour in Paris: ``10 h 02``."""
    local = instant.astimezone(PARIS)
    return minute_words(local.hour * 60 + local.minute)


def instant_words(instant: datetime, *, year: bool = False) -> str:
    """``lundi 7 septembre à 10 h 02``."""
    return f"{day_words(instant.astimezone(PARIS).date(), year=year)} à {hour_words(instant)}"


def from_words(opens_at: datetime) -> str:
    """``lundi 7 septembre à 8 h``; without its hour at the beginning of the day."""
    local = opens_at.astimezone(PARIS)
    return day_words(local.date()) if (local.hour, local.minute) == (0, 0) else instant_words(opens_at)


@lru_cache(maxsize=1024)
def before_words(closes_at: datetime) -> str:
    """``avant lundi 7 septembre à 10 h``, ``avant la fin du lundi 7 septembre``.

    « À minuit » is avoided: it may be understood as one day earlier.
    """
    local = closes_at.astimezone(PARIS)
    if (local.hour, local.minute) == (0, 0):
        return f"avant la fin du {day_words(local.date() - timedelta(days=1))}"
    return f"avant {instant_words(closes_at)}"


def clock_words(instant: datetime) -> str:
    """``22.12.2015 14:54``, as the sign-in page shows it."""
    return f"{instant.astimezone(PARIS):%d.%m.%Y %H:%M}"


def plural(count: int, one: str, many: str) -> str:
    """``1 modification``, ``2 modifications``; French counts zero as one."""
    return f"{count} {one if count < 2 else many}"


def listed(items: list[str]) -> str:
    """``a, b et c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} et {items[-1]}"


def paris_clock(instant: datetime) -> str:
    """``15:52``."""
    return f"{instant.astimezone(PARIS):%H:%M}"
