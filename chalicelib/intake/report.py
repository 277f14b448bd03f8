"""What an import did, in numbers and in French."""

from dataclasses import dataclass, field
from datetime import date

from chalicelib.intake.bookings.standing import Standing
from chalicelib.intake.bookings.touched import Touched
from chalicelib.intake.files.faults import Fault, FaultKind, FileLine, number, several
from chalicelib.intake.invoices.event_lines import InvoiceEvents
from chalicelib.intake.money_acts import MoneyAct
from chalicelib.intake.people.departed import Departure, Ended, ended_lines
from chalicelib.intake.people.renumbered import Renumbered
from chalicelib.intake.people.same_child import SameChild
from chalicelib.rules.ids import FamilyId
from chalicelib.values import Value

MOST_LINES_SHOWN = 200
ALL_DONE = "Tout est fait."


@dataclass
class IntakeTally:
    """How many things of one kind were added, changed, or already as they should be."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class NotTaken(Value):
    """A line of the lists that the portal could not take, or that somebody must see. The other lines were taken.
    ``about`` names the invoice that it is about, when that matters."""

    where: FileLine
    text: str
    about: str = ""

    def __str__(self) -> str:
        return self.where.says(self.text)


@dataclass
class IntakeReport:
    remarks: list[str] = field(default_factory=list)
    """What the files say and looks wrong, with its title; it was taken."""
    town: IntakeTally = field(default_factory=IntakeTally)
    families: IntakeTally = field(default_factory=IntakeTally)
    children: IntakeTally = field(default_factory=IntakeTally)
    logins: IntakeTally = field(default_factory=IntakeTally)
    logins_removed: int = 0
    families_kept: int = 0
    """Families that have codes on the portal and are in no list: they are kept, and the report says so."""
    children_kept: int = 0
    departures: list[Departure] = field(default_factory=list)
    """Children that this import took out of a family, or found gone."""
    renumbered: list[Renumbered] = field(default_factory=list)
    """Families whose codes open another family from now on."""
    same_children: list[SameChild] = field(default_factory=list)
    """Children that seem to have a new identifier."""
    ended: list[Ended] = field(default_factory=list)
    """Future bookings without enrolment; every import tells them until they are cancelled or past."""
    bookings: IntakeTally = field(default_factory=IntakeTally)
    overtaken: int = 0
    """Lines of the list that no longer count, because of a later change by the list or by a parent."""
    lost: list[NotTaken] = field(default_factory=list)
    """Lines that a parent's later change overtook; those that the list itself overtakes are only counted."""
    history: int = 0
    """Lines before the calendar's first day, which nobody looked at."""
    acted_on: list[NotTaken] = field(default_factory=list)
    """Lines that book what the town itself has cancelled since, on days that are open again."""
    standing: list[Standing] = field(default_factory=list)
    """Bookings on days that are closed to their child; every import tells them until they are cancelled or past."""
    touched: Touched | None = None
    told: int = 0
    """Families to which an e-mail goes that tells what the town cancelled."""
    untold: list[FamilyId] = field(default_factory=list)
    """Families of which no address is known."""
    waiting: list[NotTaken] = field(default_factory=list)
    """Lines that are right, and that the portal cannot take."""
    refused: list[NotTaken] = field(default_factory=list)
    invoices: IntakeTally = field(default_factory=IntakeTally)
    events: InvoiceEvents = field(default_factory=InvoiceEvents)
    payments: IntakeTally = field(default_factory=IntakeTally)
    acts: dict[MoneyAct, IntakeTally] = field(default_factory=lambda: {act: IntakeTally() for act in MoneyAct})
    """What was done with money that was counted already."""
    dated: list[tuple[FileLine, date]] = field(default_factory=list)
    """Rows that brought or took back money, with the day that they tell."""
    late: list[NotTaken] = field(default_factory=list)
    """Rows of a month that is closed: their lines of the journal stand in a later month."""
    before_list: list[NotTaken] = field(default_factory=list)
    """Payments that a complete list does not have, from before its first day: nothing is taken back."""
    pdfs_made: int = 0
    pdfs_given: int = 0
    notices: int = 0
    """Families that are now told of their invoices, as the lists ask."""
    not_put: list[NotTaken] = field(default_factory=list)
    """Changes of invoices that were set aside, because money was received or is on its way."""
    not_recorded: list[NotTaken] = field(default_factory=list)
    """Payments that the portal may already have with other facts."""
    recognised: list[NotTaken] = field(default_factory=list)
    """Payments that the lists write in another way, and which payment of the portal each is."""
    overpaid: list[NotTaken] = field(default_factory=list)
    recounted: int | None = None
    """Counters of places that were corrected; None when no recount was needed."""

    @property
    def nothing_changed(self) -> bool:
        people = (self.town, self.families, self.children, self.logins, self.bookings)
        tallies = (*people, self.invoices, self.payments, *self.acts.values())
        cancelled = any(one.cancelled for one in self.ended) or any(one.cancelled for one in self.standing)
        others = (self.logins_removed, self.pdfs_made, self.pdfs_given, self.notices, self.departures, cancelled)
        return not (self.events or any(others)) and not any(tally.added or tally.changed for tally in tallies)

    @property
    def all_taken(self) -> bool:
        return not (self.waiting or self.refused or self.not_put or self.not_recorded)

    def lines(self) -> list[str]:
        """The report for the clerk."""
        said = [
            f"Ville : {'inchangée' if self.town.unchanged else 'enregistrée'}",
            f"Familles : {_counts(self.families, 'ajoutée', 'modifiée', 'inchangée')}",
            f"Enfants : {_counts(self.children, 'ajouté', 'modifié', 'inchangé')}",
            f"Codes d'accès : {_counts(self.logins, 'ajouté', 'modifié', 'inchangé')}, "
            f"{several(self.logins_removed, 'supprimé')}",
            f"Réservations : {several(self.bookings.added, 'enregistrée')}, "
            f"{several(self.bookings.unchanged, 'déjà connue')}, "
            f"{several(self.overtaken, 'dépassée')} par une modification plus récente",
        ]
        if self.history:
            said.append(f"{several(self.history, 'ligne')} d'avant le premier jour du calendrier : laissées de côté")
        said += self._invoices()
        if self.families_kept or self.children_kept:
            said.append(
                f"Absents de vos listes, conservés sur le portail : familles {number(self.families_kept)}, "
                f"enfants {number(self.children_kept)}"
            )
        if self.recounted is not None:
            said.append(f"Places recomptées : {several(self.recounted, 'compteur')} remis à jour")
        said += self._gone()
        said += self._lines_that_lose()
        said += waiting_lines(self.waiting)
        said += _listed(self.refused, "réservation", "à revoir, que le portail n'a pas prise{s}")
        said += _listed(self.not_put, "facture", "à revoir, que le portail n'a pas prise{s}")
        said += _listed(self.not_recorded, "règlement", "à revoir, que le portail n'a pas enregistré{s}")
        said += _listed(self.recognised, "règlement", "que le portail a déjà, sous une autre forme")
        said += _listed(self.overpaid, "facture", "payée{s} de trop, à rembourser")
        said += _listed(self.late, "ligne", "d'un mois arrêté, dont la ligne du journal est dans un mois ouvert")
        said += _listed(self.before_list, "règlement", "d'avant le premier jour de la liste complète, gardé{s}")
        said += self.remarks
        return [*said, *self._last_lines()]

    def _last_lines(self) -> list[str]:
        """What somebody has to do next, or that nothing is left to do."""
        to_do, said = self._to_do(), []
        if not to_do:
            said.append("Rien à changer : le portail était à jour." if self.nothing_changed else ALL_DONE)
        if self.remarks:
            to_do.append("regarder les remarques")
        return [*said, f"À faire : {' ; '.join(to_do)}."] if to_do else said

    def _to_do(self) -> list[str]:
        """What somebody has to do next; empty when everything is as it should be."""
        steps = (
            (self.renumbered, "remettre les anciens identifiants des familles, puis relancer l'import"),
            (self.same_children, "remettre les anciens identifiants des enfants renumérotés, puis relancer l'import"),
            (any(not one.cancelled for one in self.ended), "annuler ou garder les réservations sans inscription"),
            (any(not one.cancelled for one in self.standing), "annuler ou garder les réservations sur un jour fermé"),
            (self.untold, "prévenir les familles sans adresse"),
            (not self.all_taken, "corriger les lignes à revoir, puis relancer l'import"),
            (self.overpaid, "rembourser ce qui est payé de trop"),
        )
        return [words for needed, words in steps if needed]

    def _gone(self) -> list[str]:
        """Who left, what is still booked without enrolment or on closed days, and what the town cancelled of it."""
        said = []
        if self.departures:
            said.append(f"Partis de vos listes : {several(len(self.departures), 'enfant')}")
            said += [f"  {line}" for line in _first([str(one) for one in self.departures])]
        said += _first([str(one) for one in (*self.renumbered, *self.same_children)])
        said += ended_lines(self.ended, _first)
        said += self.touched.lines(_first) if self.touched else []
        return [*said, *self._told()]

    def _lines_that_lose(self) -> list[str]:
        """Lines of reservations.csv that change nothing, because somebody changed the same slot later."""
        by_families = _grouped(
            self.lost,
            "1 saisie dépassée par la famille (rien à faire si la famille a raison) :",
            "{} saisies dépassées par les familles (rien à faire si les familles ont raison) :",
        )
        by_the_town = _grouped(
            self.acted_on,
            "1 réservation des listes reste annulée par la mairie :",
            "{} réservations des listes restent annulées par la mairie :",
        )
        return by_families + by_the_town

    def _told(self) -> list[str]:
        said = []
        if self.told:
            said.append(
                f"Avertie{'s' if self.told > 1 else ''} par e-mail de ces annulations : {several(self.told, 'famille')}"
            )
        if self.untold:
            listed = ", ".join(f"« {family} »" for family in sorted(self.untold))
            said.append(f"Sans adresse e-mail, à prévenir de ces annulations : {listed}")
        return said

    def _invoices(self) -> list[str]:
        """What was done about invoices; empty for a town without invoices."""
        said = []
        if self.invoices != IntakeTally() or self.pdfs_given or self.pdfs_made:
            said.append(
                f"Factures : {_counts(self.invoices, 'ajoutée', 'modifiée', 'inchangée')} ; "
                f"PDF : {several(self.pdfs_made, 'fabriqué')}, {several(self.pdfs_given, 'reçu')}"
            )
        said += self.events.lines()
        if self.payments != IntakeTally():
            said.append(
                f"Règlements : {several(self.payments.added, 'enregistré')}, "
                f"{several(self.payments.unchanged, 'déjà connu')}"
            )
        for act, tally in self.acts.items():
            if tally != IntakeTally():
                e = "e" if act.is_feminine else ""
                done, known = several(tally.added, f"enregistré{e}"), several(tally.unchanged, f"déjà connu{e}")
                said.append(f"{act.value} : {done}, {known}")
        if self.notices:
            said.append(f"Avertissements de facture : {several(self.notices, 'famille')} de plus")
        return said


def waiting_lines(lines: list[NotTaken]) -> list[str]:
    """The lines that wait, under their title."""
    return _listed(lines, "ligne", "mise{s} de côté, que le portail ne peut pas prendre")


def _listed(lines: list[NotTaken], word: str, what: str) -> list[str]:
    """The lines under a title; each ``{s}`` in ``what`` becomes the plural when there are several."""
    if not lines:
        return []
    agreed = what.format(s="s" if len(lines) > 1 else "")
    ordered = sorted(lines, key=lambda line: line.where)
    return [f"{several(len(lines), word)} {agreed} :", *(f"  {line}" for line in _first([str(one) for one in ordered]))]


def _grouped(lines: list[NotTaken], one: str, many: str) -> list[str]:
    """The lines under a title, those of one kind together when they are many."""
    if not lines:
        return []
    kind = FaultKind()
    for line in sorted(lines, key=lambda line: line.where):
        kind.add(Fault(line.where, line.text))
    return [one if len(lines) == 1 else many.format(number(len(lines))), *(f"  {line}" for line in kind.lines())]


def _first(lines: list[str]) -> list[str]:
    """As many lines as people read, then how many more there are."""
    return (
        lines
        if len(lines) <= MOST_LINES_SHOWN
        else [*lines[:MOST_LINES_SHOWN], f"… et {number(len(lines) - MOST_LINES_SHOWN)} autres"]
    )


def _counts(tally: IntakeTally, added: str, changed: str, unchanged: str) -> str:
    return f"{several(tally.added, added)}, {several(tally.changed, changed)}, {several(tally.unchanged, unchanged)}"
