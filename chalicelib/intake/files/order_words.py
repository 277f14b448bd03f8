"""When the kitchen's orders leave, as a town hall writes it: « vendredi 10:00 pour la semaine suivante »…"""

import re

from chalicelib.intake.files.deadline_words import WEEKDAYS, NotUnderstood, deadline_of, minute_of
from chalicelib.intake.files.faults import plain
from chalicelib.rules.deadlines import CalendarDaysBefore, OpenDaysBefore, WeekdayOfEarlierWeek, WorkingDaysBefore
from chalicelib.rules.kitchen import AcknowledgeBy, Counted, DaysBefore, Margin, OnWeekdays, Sending, Serves

EXPECTED = (
    "attendu par exemple : « vendredi 10:00 pour la semaine suivante », « lundi 9:00 pour la semaine », "
    "« le jour même à 08:45 », « la veille à 15:00 », « 2 jours ouvrés avant à 10:00 », "
    "« du lundi au vendredi 10:00 pour le jour d'ouverture suivant », « lundi et jeudi 10:00 pour le lendemain »"
)
MOST_DAYS = 10
MOST_MARGIN = 1000
MOST_MINUTES = 48 * 60
_SERVES = {
    "la semaine suivante": Serves.NEXT_WEEK,
    "la semaine": Serves.THIS_WEEK,
    "le lendemain": Serves.NEXT_DAY,
    "le jour d'ouverture suivant": Serves.NEXT_OPEN_DAY,
    "le prochain jour d'ouverture": Serves.NEXT_OPEN_DAY,
}
_DAY = f"(?:{'|'.join(WEEKDAYS)})"
_RANGE = re.compile(rf"du ({_DAY}) au ({_DAY})")
_LIST = re.compile(rf"(?:(?:le|chaque) )?{_DAY}(?:(?:, | et |, et )(?:le )?{_DAY})*")
_HOUR = re.compile(r"^(.*?)[ ,]+((?:a )?(?:\d{1,2} ?(?:[:.]\d{2}|h ?(?:\d{2})?)|midi|minuit))$")
_DURATION = re.compile(r"(\d{1,2}) ?(?:h|heures?) ?(\d{2})?(?: apres)?|(\d{1,4}) ?(?:min|minutes?)(?: apres)?")
_PERCENT = re.compile(r"(\d{1,3}) ?%")
_COUNTED = {CalendarDaysBefore: Counted.CALENDAR, WorkingDaysBefore: Counted.WORKING, OpenDaysBefore: Counted.OPEN}


def sending_of(text: str) -> Sending:
    """When an order leaves and for which days. Raises NotUnderstood."""
    said = plain(text).rstrip(" .")
    when, for_, served = said.partition(" pour ")
    if for_:
        if served not in _SERVES:
            raise NotUnderstood(f"« pour {served} » n'est pas compris ; {EXPECTED}")
        weekdays, minute = _weekdays_and_minute(when, text)
        return OnWeekdays(weekdays, minute, _SERVES[served])
    return _as_a_deadline(text)


def _as_a_deadline(text: str) -> Sending:
    try:
        deadline = deadline_of(text)
    except NotUnderstood:
        raise NotUnderstood(f"l'envoi « {text} » n'est pas compris ; {EXPECTED}") from None
    match deadline:
        case CalendarDaysBefore() | WorkingDaysBefore() | OpenDaysBefore():
            if deadline.count > MOST_DAYS:
                raise NotUnderstood(f"« {text} » est trop tôt ; attendu : {MOST_DAYS} jours avant, au plus")
            return DaysBefore(deadline.count, deadline.minute, _COUNTED[type(deadline)])
        case WeekdayOfEarlierWeek() if deadline.weeks == 1:
            return OnWeekdays(frozenset({deadline.weekday}), deadline.minute, Serves.NEXT_WEEK)
    raise NotUnderstood(f"l'envoi « {text} » n'est pas compris ; {EXPECTED}")


def _weekdays_and_minute(when: str, text: str) -> tuple[frozenset[int], int]:
    found = _HOUR.match(when)
    if not found:
        raise NotUnderstood(f"il manque l'heure dans « {text} » ; {EXPECTED}")
    days, minute = found.group(1), minute_of(found.group(2))
    if between := _RANGE.fullmatch(days):
        first, last = (WEEKDAYS[day] for day in between.groups())
        if last <= first:
            raise NotUnderstood(f"« {days} » n'est pas compris ; attendu : du lundi au vendredi")
        return frozenset(range(first, last + 1)), minute
    if not _LIST.fullmatch(days):
        raise NotUnderstood(f"« {days} » n'est pas un jour de la semaine ; {EXPECTED}")
    return frozenset(WEEKDAYS[day] for day in re.findall(_DAY, days)), minute


def acknowledge_of(text: str) -> AcknowledgeBy:
    """``09:30`` (an hour of the day), ``2 h``, ``2 h 30`` or ``45 min`` (after the order). Raises NotUnderstood.

    ``9h`` without a space is an hour of the day: so it is read everywhere else.
    """
    said = plain(text)
    spaced = _DURATION.fullmatch(said)
    if spaced and " " in said:
        hours, minutes, alone = spaced.groups()
        total = int(alone) if alone else int(hours) * 60 + int(minutes or 0)
        if not 5 <= total <= MOST_MINUTES:
            raise NotUnderstood(f"« {text} » est hors limites ; attendu entre 5 min et {MOST_MINUTES // 60} h")
        return AcknowledgeBy(total, after=True)
    try:
        return AcknowledgeBy(minute_of(text), after=False)
    except NotUnderstood:
        raise NotUnderstood(
            f"« {text} » n'est pas compris ; attendu : une heure, « 09:30 », ou un délai, « 2 h »"
        ) from None


def margin_of(value: object) -> Margin:
    """``5 %`` of the bookings, or a number of meals. Raises NotUnderstood."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_MARGIN:
        return Margin(count=value)
    found = _PERCENT.fullmatch(plain(value)) if isinstance(value, str) else None
    if found and int(found.group(1)) <= 100:
        return Margin(percent=int(found.group(1)))
    if isinstance(value, str) and value.strip().isdecimal() and int(value) <= MOST_MARGIN:
        return Margin(count=int(value))
    raise NotUnderstood(f"« {value} » n'est pas compris ; attendu : « 5 % », ou un nombre de repas comme 3")
