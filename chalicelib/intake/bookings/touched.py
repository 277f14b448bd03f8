"""What a new configuration does to the bookings to come, in French sentences that a clerk can act on."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date, datetime
from itertools import groupby

from chalicelib.intake.bookings.standing import ClosedDays, Standing
from chalicelib.intake.files.faults import number, several
from chalicelib.intake.people.departed import CANCEL_WORD, days_words
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.planning import PlaceKey, TownDays
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.rules.turning import ClosedNote, MovedDeadlines, Turned, turned
from chalicelib.services.ports import PlaceBook
from chalicelib.values import Value

MOST_DAYS_APART = 6
"""Closed days of one activity and school that have a line each; more than that share one."""
HOW_TO_CANCEL = (
    "Pour les annuler au nom de la mairie, rendre les places et avertir les familles : « annuler = true » dans la "
    f"fermeture, ou la même commande avec {CANCEL_WORD}."
)


class Overfull(Value):
    """A counter with more bookings than places."""

    key: PlaceKey
    taken: int
    limit: int


class Touched(Value):
    """``standing``: bookings on closed days. ``overfull``: days with fewer places than bookings, of which nothing is
    cancelled. ``moved``: deadlines. ``reopened``: days that open again, on which the town cancelled bookings."""

    town: Town
    standing: tuple[Standing, ...] = ()
    overfull: tuple[Overfull, ...] = ()
    moved: Mapping[ActivityId, MovedDeadlines] = field(default_factory=dict)
    reopened: frozenset[date] = frozenset()

    def lines(self, listed: Callable[[list[str]], list[str]] = list) -> list[str]:
        """The sentences; ``listed`` cuts long lists."""
        cancelled = [one for one in self.standing if one.cancelled]
        left = [one for one in self.standing if not one.cancelled]
        said = self._standing(cancelled, "annulée{s} au nom de la mairie", listed)
        said += self._standing(left, "qui reste{nt} réservée{s}", listed)
        said += [f"  {HOW_TO_CANCEL}"] if left else []
        if self.overfull:
            said.append(
                f"Plus de réservations que de places : {several(len(self.overfull), 'jour')}, rien n'est annulé"
            )
            said += [f"  {line}" for line in listed([self._full(one) for one in self.overfull])]
        said += [self._moved(activity, moved) for activity, moved in self.moved.items()]
        if self.reopened:
            days = days_words(tuple(sorted(self.reopened)))
            said.append(
                f"Jours rouverts ({days}) : ce que la mairie y avait annulé n'est pas réservé de nouveau ; "
                "les familles le font elles-mêmes"
            )
        return said

    def _standing(self, some: list[Standing], what: str, listed: Callable[[list[str]], list[str]]) -> list[str]:
        if not some:
            return []
        s, nt = ("s", "nt") if len(some) > 1 else ("", "")
        families = several(len({one.family for one in some}), "famille")
        title = f"Réservation{s} sur un jour fermé, {what.format(s=s, nt=nt)} : {number(len(some))} ({families})"
        return [title, *(f"  {line}" for line in listed(list(self._by_place(some))))]

    def _by_place(self, some: Iterable[Standing]) -> Iterator[str]:
        """« Cantine, MALLERIN PRIMAIRE, le 01/12/2026 : 34 réservations (Grève) »."""
        for (activity, school, why), group in groupby(sorted(some, key=_order), key=_place):
            days = Counter(one.slot.day for one in group)
            known = self.town.schools.get(school)
            where = f"{self.town.label_of(activity)}, {known.label if known else school}"
            each = [(day,) for day in sorted(days)]
            for together in each if len(each) <= MOST_DAYS_APART else [tuple(sorted(days))]:
                total = several(sum(days[day] for day in together), "réservation")
                yield f"{where}, {days_words(together)} : {total} ({why})"

    def _full(self, one: Overfull) -> str:
        key, schools = one.key, self.town.schools
        where = f", {schools[key.school].label}" if key.school is not None and key.school in schools else ""
        numbers = f"{several(one.taken, 'réservation')}, {several(one.limit, 'place')}"
        return f"{self.town.label_of(key.activity)}{where}, le {key.day:%d/%m/%Y} : {numbers}"

    def _moved(self, activity: ActivityId, moved: MovedDeadlines) -> str:
        days = f"Délai changé, {self.town.label_of(activity)} : {several(len(moved.days), 'jour')} à venir"
        if not moved.missed:
            return f"{days} ; rien n'est annulé"
        return f"{days} ; il vient de passer {days_words(tuple(sorted(moved.missed)))} ; rien n'est annulé"


def touched(
    before: Town | None,
    after: Town,
    *,
    lists: sqlite3.Connection,
    bookings: PlaceBook,
    note: ClosedNote,
    now: datetime,
) -> Touched:
    """What ``after`` would do to the bookings that there are, before anything is written. ``lists`` are the staged
    lists, ``note`` is what ``IntakeStore.closed_noted`` remembers.

    One Query chain for each day that closes or is noted, and one batch of reads for a hundred counters that would have
    fewer places. Raises Unavailable.
    """
    change = turned(before, after, now)
    closed_days = ClosedDays(lists, bookings, TownDays(after), paris_day(now))
    return Touched(
        after,
        tuple(one for one in closed_days(change.closed | note.days) if one.counts(closed_days.today)),
        overfull_of(change, bookings),
        change.moved,
        change.reopened & note.acted,
    )


def overfull_of(change: Turned, bookings: PlaceBook) -> tuple[Overfull, ...]:
    """The counters with fewer places than before in which more are taken. Raises Unavailable."""
    tallies = bookings.tallies(change.fewer) if change.fewer else {}
    counted = (Overfull(key, tally.taken, change.fewer[key]) for key, tally in sorted(tallies.items()))
    return tuple(one for one in counted if one.taken > one.limit)


def _place(one: Standing) -> tuple[ActivityId, SchoolId, str]:
    return one.slot.activity, one.school, one.why


def _order(one: Standing) -> tuple[tuple[ActivityId, SchoolId, str], date]:
    return _place(one), one.slot.day
