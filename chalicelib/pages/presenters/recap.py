"""A journal entry -> what was saved, what was refused and what that means, in the manual's words."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.french.words import (
    before_words,
    brief_day,
    day_words,
    from_words,
    hour_words,
    instant_words,
    plural,
    second_words,
    slashed,
    typeset,
)
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.planning import Reason, RefusedWish, Wish
from chalicelib.rules.school_calendar import monday_of, paris_day
from chalicelib.rules.town import Town
from chalicelib.rules.weeks import together
from chalicelib.services.ports import JournalEntry
from chalicelib.values import Value


class RefusedLine(Value):
    """For instance ``slot`` « Cantine, mardi 8 septembre », ``wanted`` « vous vouliez annuler », then why and what
    follows."""

    slot: str
    wanted: str
    why: str
    consequence: str


class Recap(Value):
    title: str
    people: str
    refused: tuple[RefusedLine, ...]
    saved: tuple[str, ...]
    already: tuple[str, ...]
    saved_at: str
    undo: str
    """Label of the undo button; empty when there is nothing to undo."""


def recap_of(entry: JournalEntry, family: Family, town: Town) -> Recap:
    saved, already, refused = (
        together(entry.changes, town),
        together(entry.already, town),
        _refused_together(entry, town),
    )
    wishes = [*entry.changes, *entry.already, *(refusal.wish for refusal in entry.refusals)]
    names = _Names(family, town, several={wish.slot.child for wish in wishes})
    return Recap(
        title=_title(len(saved), len(refused), len(already)),
        people=names.people(),
        refused=tuple(_refused(refusals, entry.at, names) for refusals in refused),
        saved=tuple(names.line(wishes) for wishes in saved),
        already=tuple(names.line(wishes) for wishes in already),
        saved_at=instant_words(entry.at, year=True),
        undo=_undo_label(len(saved)),
    )


def _refused_together(entry: JournalEntry, town: Town) -> list[list[RefusedWish]]:
    """The refusals of one week of an activity by week together, when they have the same reason; any other alone."""
    by_wish = {refusal.wish: refusal for refusal in entry.refusals}
    groups: list[list[RefusedWish]] = []
    for wishes in together(by_wish, town):
        refusals = [by_wish[wish] for wish in wishes]
        alike = len({refusal.reason for refusal in refusals}) == 1
        groups += [refusals] if alike else [[refusal] for refusal in refusals]
    return groups


def _title(saved: int, refused: int, already: int) -> str:
    if not saved and not refused:
        return "Tout était déjà enregistré"
    if not saved and already:
        return "C’était déjà enregistré"
    if not saved:
        return "Rien n’a été enregistré"
    words = plural(saved, "modification enregistrée", "modifications enregistrées")
    return f"{words}, {plural(refused, 'refusée', 'refusées')}" if refused else words


def _undo_label(count: int) -> str:
    if not count:
        return ""
    return "Annuler cette modification" if count == 1 else f"Annuler ces {count} modifications"


class _Names:
    """Names of children and activities; something is found even for those that the town has removed."""

    def __init__(self, family: Family, town: Town, several: set[ChildId]) -> None:
        self.children = {child.id: child for child in family.children}
        self.town = town
        self.concerned = [child for child in family.children if child.id in several]

    def people(self) -> str:
        return " et ".join(f"{child.first_name} {child.last_name}" for child in self.concerned)

    def activity(self, activity: ActivityId) -> str:
        return self.town.label_of(activity)

    def first_name(self, child: ChildId) -> str:
        return self.children[child].first_name if child in self.children else "L’enfant"

    def line(self, wishes: Sequence[Wish]) -> str:
        """« inscription, 23/12/2015, Petites Vac. Après-midi », with the child's name when there are several children;
        « inscription, semaine du 21/12/2015 (lun. 21, mar. 22), Centre » for a week."""
        wish = wishes[0]
        what, when = "inscription" if wish.booked else "annulation", slashed(wish.slot.day)
        if len(wishes) > 1:
            days = ", ".join(brief_day(one.slot.day) for one in wishes)
            when = f"semaine du {slashed(monday_of(wish.slot.day))} ({days})"
        return self._of_child(f"{what}, {when}, {self.activity(wish.slot.activity)}", wish)

    def slot(self, wishes: Sequence[Wish]) -> str:
        wish = wishes[0]
        when = day_words(wish.slot.day) if len(wishes) == 1 else f"semaine du {day_words(monday_of(wish.slot.day))}"
        return self._of_child(f"{self.activity(wish.slot.activity)}, {when}", wish)

    def _of_child(self, words: str, wish: Wish) -> str:
        return f"{words} ({self.first_name(wish.slot.child)})" if len(self.concerned) > 1 else words


def _refused(refusals: list[RefusedWish], arrived: datetime, names: _Names) -> RefusedLine:
    """One refusal, or those of a week; the first of these is the one that the others follow."""
    refusal, whole = refusals[0], len(refusals) > 1
    return RefusedLine(
        slot=names.slot([one.wish for one in refusals]),
        wanted="vous vouliez inscrire" if refusal.wish.booked else "vous vouliez annuler",
        why=typeset(_why(refusal, arrived, names, whole=whole)),
        consequence=_WEEK_STAYS[refusal.wish.booked] if whole else _consequence(refusal.wish, names.town),
    )


def _why(refusal: RefusedWish, arrived: datetime, names: _Names, *, whole: bool) -> str:
    day = day_words(refusal.wish.slot.day)
    if refusal.reason is Reason.TOO_LATE and refusal.closed_at:
        came = _arrival(refusal.closed_at, arrived)
        return f"Il fallait valider {before_words(refusal.closed_at)} ; votre demande est arrivée {came}."
    if refusal.reason is Reason.NOT_YET and refusal.closed_at:
        return f"Les inscriptions ouvrent {from_words(refusal.closed_at)}."
    if refusal.reason is Reason.UNKNOWN:
        return f"{names.first_name(refusal.wish.slot.child)} n'a pas d'inscription à cette activité."
    if refusal.reason in (Reason.REQUIRES, Reason.EXCLUDES) and refusal.other:
        return _combination(refusal, names.activity(refusal.other), day if whole else "ce jour-là")
    if refusal.reason is Reason.FULL and whole:
        return f"C'est complet {day}, et cette activité se réserve par semaine entière."
    return (_PLAIN_WEEK if whole else _PLAIN).get(refusal.reason, _PLAIN[refusal.reason])


_PLAIN = {
    Reason.PAST: "Ce jour est passé.",
    Reason.CLOSED: "L'activité est fermée ce jour-là.",
    Reason.READ_ONLY: "Cette activité ne se change pas en ligne : téléphonez.",
    Reason.NOT_YET: "Les inscriptions ne sont pas encore ouvertes.",
    Reason.OUTSIDE: "Ce jour est hors des périodes de réservation.",
    Reason.TOO_LATE: "Le délai est passé.",
    Reason.FULL: "C'est complet : la dernière place a été prise.",
    Reason.UNKNOWN: "L'enfant n'a pas d'inscription à cette activité.",
    Reason.WHOLE_WEEK: "Cette activité se change par semaine entière : changez la case de la semaine sur le planning.",
    Reason.REQUIRES: "Cette activité ne va pas sans une autre le même jour.",
    Reason.EXCLUDES: "Cette activité ne va pas avec une autre le même jour.",
}
_PLAIN_WEEK = {
    Reason.PAST: "Ces jours sont passés.",
    Reason.CLOSED: "L'activité est fermée ces jours-là.",
    Reason.OUTSIDE: "Cette semaine est hors des périodes de réservation.",
}
"""What is said otherwise of several days of a week."""
_WEEK_STAYS = {True: "La semaine n’est pas réservée.", False: "La semaine reste réservée et sera facturée."}


def _arrival(closed_at: datetime, arrived: datetime) -> str:
    """The hour at which the form arrived, after its day when the deadline was on another day; with seconds when the
    deadline had just passed."""
    just_missed = arrived - closed_at < timedelta(minutes=1)
    hour = second_words(arrived) if just_missed else hour_words(arrived)
    # Midnight is said as the end of the day before.
    same_day = paris_day(closed_at - timedelta(seconds=1)) == paris_day(arrived)
    return f"à {hour}" if same_day else f"{day_words(paris_day(arrived))} à {hour}"


def _combination(refusal: RefusedWish, other: str, when: str) -> str:
    if refusal.reason is Reason.EXCLUDES:
        return f"« {other} » est réservé {when}, et les deux ne vont pas ensemble."
    if refusal.wish.booked:
        return f"Il faut aussi réserver « {other} » {when}."
    return f"« {other} » est réservé {when}, et ne va pas sans cette activité."


def _consequence(wish: Wish, town: Town) -> str:
    """What stays true, in money: the parent must not miss this sentence."""
    activity = town.activity(wish.slot.activity)
    if activity and activity.meal:
        return "Le repas n’est pas réservé." if wish.booked else "Le repas reste réservé et sera facturé."
    return "La place n’est pas réservée." if wish.booked else "La place reste réservée et sera facturée."
