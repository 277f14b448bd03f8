"""What looks wrong about rules that depend on dates: those that no day follows, days that open after their deadline."""

from collections.abc import Iterator
from datetime import date, datetime

from chalicelib.intake.files.toml_lines import Path
from chalicelib.intake.town.open_days import OpenDays, offered
from chalicelib.rules.deadlines import DatedRules, Deadline, Rule, WeekdayTable
from chalicelib.rules.ids import SchoolId
from chalicelib.rules.planning import TownDays
from chalicelib.rules.school_calendar import PARIS, monday_of
from chalicelib.rules.town import Activity, Town


def of_rules(town: Town, activity: Activity, days: OpenDays) -> Iterator[tuple[Path, str]]:
    """Where in the activity's table, and the sentence."""
    dated = {
        key: deadline
        for key, deadline in (("reserver", activity.booking), ("annuler", activity.cancelling))
        if isinstance(deadline, DatedRules)
    }
    if activity.has_one_deadline:
        dated.pop("annuler", None)
    for key, deadline in dated.items():
        for first, _ in deadline.since:
            if first > town.calendar.last:
                yield (
                    (key,),
                    f"la règle de « {key} » dès le {first:%d/%m/%Y} commence après le dernier jour du calendrier "
                    f"({town.calendar.last:%d/%m/%Y}) et ne sert pas ; attendu : un jour du calendrier",
                )
    yield from _exceptions(activity, dated, days)
    yield from _opened_too_late(town, activity, days)


def rules_of(deadline: Deadline, read: object) -> list[tuple[Rule, object]]:
    """The rules that hold for more than single days, each with what the file says of it in TOML.

    Of rules that follow each other only tables by weekday are given, with the weekdays that any of them names: what
    one leaves out, another may say.
    """
    if not isinstance(deadline, DatedRules):
        return [(deadline, read)]
    if not deadline.since:
        return [(deadline.before, read)] if deadline.before else []
    said = [one.get("regle") for one in read if isinstance(one, dict)] if isinstance(read, list) else []
    named = {name: row for table in said if isinstance(table, dict) for name, row in table.items()}
    following = (deadline.before, *(rule for _, rule in deadline.since))
    return [(rule, named) for rule in following if isinstance(rule, WeekdayTable)]


def _exceptions(activity: Activity, dated: dict[str, DatedRules], days: OpenDays) -> Iterator[tuple[Path, str]]:
    periods = {period for deadline in dated.values() for period, _ in deadline.exceptions}
    for period in sorted(periods, key=lambda period: period.first):
        if period.last >= days.first and not any(day in period for day in days.anywhere(activity)):
            yield (
                ("exceptions",),
                f"l'exception ({period.first:%d/%m/%Y} au {period.last:%d/%m/%Y}) n'a aucun jour ouvert ; "
                "attendu : des jours où l'activité est ouverte, ou ôter cette ligne",
            )


def _opened_too_late(town: Town, activity: Activity, days: OpenDays) -> Iterator[tuple[Path, str]]:
    """Days that « ouvre-avant » opens when their deadline has passed: nobody ever books them online."""
    facts = TownDays(town)
    shut: dict[date, tuple[datetime, datetime]] = {}
    for school in offered(town, activity) if activity.advance else ():
        for day in _decisive(activity, days, school):
            try:
                known = facts.of(activity, school, "")[day]
            except LookupError:  # The calendar begins too late to tell.
                return
            opens_at = min((window.opens_at for window in known.windows or () if window.opens_at), default=None)
            if opens_at and known.book_until and known.book_until <= opens_at:
                shut[day] = opens_at, known.book_until
    if shut:
        first = min(shut)
        opens_at, until = shut[first]
        many = f"{len(shut)} jours s'ouvrent" if len(shut) > 1 else "un jour s'ouvre"
        yield (
            ("ouvre-avant",),
            f"{many} après leur délai et ne se réservent jamais en ligne, par exemple le {first:%d/%m/%Y} (ouvert le "
            f"{_clock(opens_at)}, délai le {_clock(until)}) ; attendu : « ouvre-avant » plus grand que le délai",
        )


def _decisive(activity: Activity, days: OpenDays, school: SchoolId) -> list[date]:
    """The open days whose own rules decide: of a week that is booked as a whole, its first."""
    opened = sorted(days.at(activity, school))
    if not activity.by_week:
        return opened
    return sorted({monday_of(day): day for day in reversed(opened)}.values())


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M}"
