"""Who left the town's lists and what was booked for them, in French sentences that tell a clerk what to do."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby

from chalicelib.intake.files.faults import number, several
from chalicelib.rules.families import Child
from chalicelib.rules.ids import ActivityId, FamilyId
from chalicelib.rules.planning import Slot
from chalicelib.values import Value

CANCEL_WORD = "ANNULER=oui"
MOST_DAYS_NAMED = 6
"""Days that are named one by one; more than that are counted."""
TO_CANCEL = (
    "Pour les annuler au nom de la mairie et rendre les places : "
    f"la même commande avec {CANCEL_WORD} (--annuler-les-departs)."
)
HOW_TO_KEEP = {
    "l'enfant a changé de famille": "(changement de famille) : les réserver de nouveau dans la nouvelle famille",
    "l'enfant est parti": "(enfant parti) : remettre l'enfant dans enfants.csv, et ses inscriptions",
    "l'activité est retirée": (
        "(activité retirée) : remettre l'activité dans town.toml et l'inscription dans inscriptions.csv"
    ),
    "l'inscription est terminée": "(inscription terminée) : remettre l'inscription dans inscriptions.csv",
}
"""For each reason why bookings have no enrolment: what to do to keep them."""


class Departure(Value):
    """A child that the lists took out of a family. ``to`` are the families to which they give it; empty when it is
    gone."""

    child: Child
    family: FamilyId
    to: tuple[FamilyId, ...]

    def __str__(self) -> str:
        if self.to:
            where = " et ".join(f"« {family} »" for family in self.to)
            return (
                f"{_name(self.child)} : n'est plus dans la famille « {self.family} », est dans {where} ; "
                f"« {self.family} » n'y a plus accès, ses sessions sont fermées"
            )
        return (
            f"{_name(self.child)}, famille « {self.family} » : n'est plus dans enfants.csv ; plus aucune inscription, "
            f"son historique reste sous « {self.family} »"
        )


class Ended(Value):
    """Future bookings of one child and activity that no enrolment covers any more. ``cancelled``: the town cancelled
    them.

    ``moved``: the child went to another family. ``removed``: the town no longer has the activity.
    """

    child: Child
    family: FamilyId
    activity: ActivityId
    label: str
    moved: bool
    removed: bool
    days: tuple[date, ...]
    cancelled: bool

    def __str__(self) -> str:
        return f"{_name(self.child)}, famille « {self.family} », {self.label} : {_bookings(self.days)} ({self.why})"

    @property
    def slots(self) -> list[Slot]:
        return [Slot(self.child.id, self.activity, day) for day in self.days]

    @property
    def why(self) -> str:
        if self.moved:
            return "l'enfant a changé de famille"
        if self.child.left:
            return "l'enfant est parti"
        return "l'activité est retirée" if self.removed else "l'inscription est terminée"


def ended_lines(ended: Iterable[Ended], listed: Callable[[list[str]], list[str]]) -> list[str]:
    """The sentences; ``listed`` cuts long lists. Bookings that stay come last, with what to do about them."""
    rows = sorted(ended, key=lambda one: (one.family, one.child.id, one.label))
    said: list[str] = []
    for cancelled, words in (
        (True, "sans inscription, annulée{s} au nom de la mairie ({places})"),
        (False, "sans inscription, qui reste{nt} réservée{s}"),
    ):
        some = [one for one in rows if one.cancelled is cancelled]
        if some:
            total = sum(len(one.days) for one in some)
            s, nt, places = ("s", "nt", "leurs places sont rendues") if total > 1 else ("", "", "sa place est rendue")
            agreed = words.format(s=s, nt=nt, places=places)
            said.append(f"Réservation{s} à venir {agreed} : {number(total)}")
            said += [f"  {line}" for line in (*_by_removed_activity(some), *listed([str(one) for one in some]))]
            said += [] if cancelled else _what_to_do(some)
    return said


def _what_to_do(ended: list[Ended]) -> list[str]:
    """How to cancel them, then how to keep them: one line for each reason that occurs."""
    reasons = {one.why for one in ended}
    kept = [f"Pour les garder {how}." for why, how in HOW_TO_KEEP.items() if why in reasons]
    return [f"  {line}" for line in (TO_CANCEL, *kept)]


def _by_removed_activity(ended: list[Ended]) -> list[str]:
    """One line for each activity that the town no longer has: bookings, children, days."""
    removed = sorted((one for one in ended if one.removed), key=lambda one: one.activity)
    said = []
    for _, group in groupby(removed, key=lambda one: one.activity):
        rows = list(group)
        children = len({one.child.id for one in rows})
        days = tuple(sorted({day for one in rows for day in one.days}))
        total = sum(len(one.days) for one in rows)
        said.append(
            f"{rows[0].label} n'est plus dans town.toml : {several(total, 'réservation')} "
            f"de {several(children, 'enfant')}, {days_words(days)}"
        )
    return said


def _bookings(days: tuple[date, ...]) -> str:
    return f"{several(len(days), 'réservation')} {days_words(days)}"


def days_words(days: tuple[date, ...]) -> str:
    """« le 01/12/2026 », « les 01/12/2026 et 03/12/2026 », « du 01/12/2026 au 02/07/2027 (80 jours) »."""
    named = [f"{day:%d/%m/%Y}" for day in days]
    if len(named) == 1:
        return f"le {named[0]}"
    if len(named) <= MOST_DAYS_NAMED:
        return f"les {', '.join(named[:-1])} et {named[-1]}"
    return f"du {named[0]} au {named[-1]} ({len(named)} jours)"


def _name(child: Child) -> str:
    return f"{child.first_name} {child.last_name} ({child.id})"
