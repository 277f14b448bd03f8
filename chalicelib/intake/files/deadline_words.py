"""Deadlines as a town hall writes them: « la veille à 10:00 », « jeudi de la semaine précédente à 24:00 »…"""

import re
from collections.abc import Callable
from datetime import date

from chalicelib.intake.files.faults import plain
from chalicelib.rules.deadlines import (
    CalendarDaysBefore,
    NeverOnline,
    OpenDaysBefore,
    Rule,
    WeekdayOfEarlierWeek,
    WorkingDaysBefore,
)
from chalicelib.rules.openings import Advance
from chalicelib.rules.school_calendar import END_OF_DAY

WEEKDAYS = {
    name: number
    for number, name in enumerate(("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"), start=1)
}
NUMBERS = {
    name: number
    for number, name in enumerate(
        ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"), start=1
    )
} | {"une": 1}
EXPECTED = (
    "attendu par exemple : « la veille à 10:00 », « le jour même à 09:00 », « 3 jours avant à 24:00 », "
    "« 3 jours ouvrés avant à 24:00 », « 1 jour d'ouverture avant à 11:00 », "
    "« jeudi de la semaine précédente à 24:00 », « mardi 2 semaines avant à 23:59 », « jamais en ligne »"
)
ADVANCE_EXPECTED = "attendu par exemple : « 3 mois », « 6 semaines », « 45 jours à 08:00 »"
NEVER = {"jamais", "jamais en ligne"}
MOST_DAYS = 60
MOST_WEEKS = 12
MOST_ADVANCE_MONTHS, MOST_ADVANCE_DAYS = 24, 730

_HOUR = re.compile(r"(?:\ba |\bavant )?(?:(\d{1,2}) ?(?:[:.] ?(\d{2})|h ?(\d{2})?)|(minuit)|(midi))$")
_DAY = f"(?:le )?({'|'.join(WEEKDAYS)})"
_COUNT = rf"(\d{{1,3}}|{'|'.join(NUMBERS)})"


class NotUnderstood(ValueError):
    """The text says no deadline, hour or day; ``args[0]`` says so in French."""


def minute_of(text: str) -> int:
    """``10:00``, ``10h``, ``10h30``, ``24:00``, ``minuit`` (the end of the day), ``midi`` -> minutes of the day,
    0..1440."""
    rest, minute = _split_hour(plain(text))
    if rest:
        raise NotUnderstood(f"l'heure « {text} » n'est pas comprise ; attendu : 10:00, 10h, 10h30 ou 24:00")
    return minute


def deadline_of(text: str) -> Rule:
    """The deadline that a French sentence says. Raises NotUnderstood."""
    said = plain(text).rstrip(" .").removeprefix("jusqu'a ").removeprefix("jusqu'au ")
    if said in NEVER:
        return NeverOnline()
    words, minute = _split_hour(said)
    for pattern, build in _SENTENCES:
        found = pattern.fullmatch(words)
        if found:
            return build(found.groups(), minute)
    raise NotUnderstood(f"le délai « {text} » n'est pas compris ; {EXPECTED}")


def advance_of(text: str) -> Advance:
    """``3 mois``, ``6 semaines avant``, ``45 jours à 08:00`` -> from how long before it a day can be booked. Without an
    hour it is from 00:00 on. Raises NotUnderstood."""
    said = plain(text).rstrip(" .")
    words, minute = _split_hour(said) if _HOUR.search(said) else (said, 0)
    found = re.fullmatch(rf"{_COUNT} (mois|semaines?|jours?)(?: avant)?", words)
    if not found or minute == END_OF_DAY:
        raise NotUnderstood(f"« {text} » n'est pas compris ; {ADVANCE_EXPECTED}")
    unit = found.group(2)
    if unit == "mois":
        return Advance(_number(found.group(1), MOST_ADVANCE_MONTHS, unit), 0, minute)
    days = 7 if unit.startswith("semaine") else 1
    return Advance(0, days * _number(found.group(1), MOST_ADVANCE_DAYS // days, unit), minute)


def weekday_row(weekday: int, text: str) -> tuple[int, int] | None:
    """``vendredi 09:00`` or ``la veille à 09:30`` in a table by weekday -> (ISO weekday, minute of the day); None for
    ``jamais en ligne``."""
    if plain(text).rstrip(" .") in NEVER:
        return None
    words, minute = _split_hour(plain(text))
    if words == "la veille":
        return (weekday - 2) % 7 + 1, minute
    found = re.fullmatch(rf"{_DAY}(?: precedent)?", words)
    if not found:
        raise NotUnderstood(f"« {text} » n'est pas compris ; attendu par exemple : « vendredi 09:00 »")
    return WEEKDAYS[found.group(1)], minute


def weekday_of(text: str) -> int:
    """``Lundi`` -> 1. Raises NotUnderstood."""
    number = WEEKDAYS.get(plain(text))
    if number is None:
        raise NotUnderstood(f"« {text} » n'est pas un jour de la semaine ; attendu : {', '.join(WEEKDAYS)}")
    return number


_INSTANT = re.compile(r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2}))(?:[t ]+(.+))?")
_DAY_ALONE = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4}|\d{2}))(?:[ tT]+0?0:00(?::00(?:\.0+)?)?)?"
)
_NO_HOUR = re.compile(r"00:00:00(?:\.0+)?")
"""What software adds to a day that has no hour."""
_COUNTED = re.compile(r"[34]\d{4}(?:[.,]\d+)?")
FIRST_YEAR, LAST_YEAR, CENTURY = 1900, 2199, 2000


def day_and_minute(text: str, otherwise: int | None = None) -> tuple[date, int]:
    """``2026-06-15 24:00``, ``2026-06-15T10:30``, ``15/06/2026 à 10h`` -> (day, minute of the day).

    ``otherwise`` is the minute when there is only a day, also when software wrote ``00:00:00`` after it. With None an
    hour is required. Raises NotUnderstood.
    """
    found = _INSTANT.fullmatch(plain(text))
    if not found:
        raise NotUnderstood(f"« {text} » n'est pas une date ; attendu : 2026-09-01 10:30 ou 01/09/2026 10:30")
    hour = found.group(2)
    if hour is None and otherwise is None:
        raise NotUnderstood(f"il manque l'heure dans « {text} » ; attendu par exemple : « {text} 24:00 »")
    if hour and otherwise is not None and _NO_HOUR.fullmatch(hour):
        hour = None
    # Seconds come from software, not from people: they are left out.
    minute = otherwise if hour is None else minute_of(re.sub(r"^(\d{1,2}:\d{2}):\d{2}(?:\.\d+)?$", r"\1", hour))
    return day_of(found.group(1)), minute or 0


def day_of(text: str) -> date:
    """``2026-09-01``, ``01/09/2026``, ``01/09/26``, ``2026-09-01 00:00:00``, ``01/09/2026 00:00`` -> that day. Raises
    NotUnderstood, also for 31/02."""
    found = _DAY_ALONE.fullmatch(text)
    if not found:
        raise NotUnderstood(f"{_no_day(text)} ; attendu : 2026-09-01 ou 01/09/2026")
    if found.group(1):
        year, month, day = (int(number) for number in found.groups()[:3])
    else:
        day, month, year = (int(number) for number in found.groups()[3:])
    try:
        read = date(year + CENTURY if len(found.group(6) or "") == 2 else year, month, day)
    except ValueError as error:
        raise NotUnderstood(f"la date « {text} » n'existe pas ; attendu : 2026-09-01 ou 01/09/2026") from error
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise NotUnderstood(f"l'année de « {text} » est hors limites ; attendu : de {FIRST_YEAR} à {LAST_YEAR}")
    return read


def _no_day(text: str) -> str:
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{1,3}", text):
        return f"l'année de « {text} » est incomplète"
    if _COUNTED.fullmatch(text):
        return f"« {text} » est une date telle qu'un tableur la compte (la colonne n'est pas au format « Date »)"
    if re.fullmatch(r"\d{1,4}[-/]\d{1,2}[-/]\d{1,4}", text):
        return f"la date « {text} » n'existe pas"
    return f"« {text} » n'est pas une date"


def _split_hour(said: str) -> tuple[str, int]:
    """``la veille a 10h30`` -> (``la veille``, 630)."""
    found = _HOUR.search(said)
    if not found:
        raise NotUnderstood(f"il manque l'heure dans « {said} » ; attendu à la fin : 10:00, 10h, 10h30 ou 24:00")
    hours, colon, after_h, midnight, noon = found.groups()
    minutes = int(colon or after_h or 0)
    minute = END_OF_DAY if midnight else 12 * 60 if noon else int(hours) * 60 + minutes
    if minute > END_OF_DAY or minutes > 59:
        raise NotUnderstood(
            f"l'heure « {found.group().strip().removeprefix('a ')} » n'existe pas ; attendu entre 00:00 et 24:00"
        )
    return said[: found.start()].rstrip(" ,"), minute


def _number(word: str, most: int, unit: str) -> int:
    number = NUMBERS.get(word) or int(word)
    if not 1 <= number <= most:
        raise NotUnderstood(f"« {word} {unit} » est hors limites ; attendu entre 1 et {most}")
    return number


Build = Callable[[tuple[str, ...], int], Rule]
_SENTENCES: tuple[tuple[re.Pattern[str], Build], ...] = tuple(
    (re.compile(pattern), build)
    for pattern, build in (
        (r"(?:le )?jour meme", lambda _, minute: CalendarDaysBefore(0, minute)),
        (r"(?:la )?veille", lambda _, minute: CalendarDaysBefore(1, minute)),
        (r"(?:l')?avant-veille", lambda _, minute: CalendarDaysBefore(2, minute)),
        (
            rf"{_COUNT} jours?(?: calendaires?)?(?: avant)?",
            lambda g, minute: CalendarDaysBefore(_number(g[0], MOST_DAYS, "jours"), minute),
        ),
        (
            rf"{_COUNT} jours? ouvres?(?: avant)?",
            lambda g, minute: WorkingDaysBefore(_number(g[0], MOST_DAYS, "jours ouvrés"), minute),
        ),
        (
            rf"{_COUNT} jours? d'ouverture(?: avant)?",
            lambda g, minute: OpenDaysBefore(_number(g[0], MOST_DAYS, "jours d'ouverture"), minute),
        ),
        (
            rf"{_DAY} (?:de la semaine )?(?:precedente|d'avant)",
            lambda g, minute: WeekdayOfEarlierWeek(WEEKDAYS[g[0]], 1, minute),
        ),
        (
            rf"{_DAY},? {_COUNT} semaines?(?: avant)?",
            lambda g, minute: WeekdayOfEarlierWeek(WEEKDAYS[g[0]], _number(g[1], MOST_WEEKS, "semaines"), minute),
        ),
    )
)
