"""The report that lies beside dropped files, and what of it is mailed to the office.

The report has the import's own words, with names and lines of the files. An e-mail passes by more hands: it has the
verdict, numbers, and the place of the report.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.intake.drop.gathering import Gathered, Said
from chalicelib.intake.drop.memory import DROP
from chalicelib.intake.drop.names import ACCEPT, CANCEL
from chalicelib.intake.files.faults import number, several
from chalicelib.intake.report import IntakeReport, IntakeTally
from chalicelib.rules.school_calendar import PARIS

ACCEPTED, REFUSED = "traites/", "rejetes/"
WAITING = "en-attente/"
REPORT = "rapport.txt"
TAKEN = "accepté : le portail dit maintenant ce que disent ces fichiers"
TAKEN_IN_PART = "accepté, mais des lignes sont à revoir"
UNCHANGED = "déjà traité : ces fichiers sont ceux du dernier import, rien n'a changé"
FAULTY = "refusé : les fichiers ont des erreurs, rien n'a été écrit"
STRAY = "refusé : rien de ce qui a été déposé ne peut être importé, rien n'a été écrit"
HELD = "arrêté avant d'écrire : ces fichiers changeraient trop de choses d'un coup"
ENDLESS = "refusé : l'import n'a pas pu finir, même en plusieurs fois"
HELD_MORE = f"Si les fichiers sont justes, déposez-les de nouveau dans {DROP}{ACCEPT}/ : le même import passera outre."
FAULTY_MORE = f"Corrigez ces fichiers et déposez-les de nouveau dans {DROP}."
ENDLESS_MORE = "Prévenez l'exploitant du portail : son journal dit pourquoi. Ce qui est écrit est juste, et reste."
CANCEL_MORE = f"Pour annuler ces réservations au nom de la mairie, déposez de nouveau enfants.csv dans {DROP}{CANCEL}/."

UNREAD_MORE = (
    f"À faire : mettre sous son nom attendu le fichier qui n'a pas été lu, et le déposer de nouveau dans {DROP} "
    "(rien, s'il n'est pas pour le portail)."
)


def unread_words(count: int) -> str:
    return "1 fichier n'a pas été lu" if count == 1 else f"{number(count)} fichiers n'ont pas été lus"


def instant_folder(at: datetime) -> str:
    """``2026-11-25T09-05-07Z``: sorts as time does, and is a name on every disk."""
    return f"{at:%Y-%m-%dT%H-%M-%SZ}"


def paris_words(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%d/%m/%Y à %H:%M:%S}"


def told(at: datetime, verdict: str, gathered: Gathered, lines: Sequence[str]) -> str:
    """The text of the report."""
    said = [f"Dépôt du {paris_words(at)}", f"{verdict[:1].upper()}{verdict[1:]}.", "", "Fichiers déposés :"]
    said += [f"  {line}" for line in _files(gathered.said)]
    if gathered.completed:
        said += ["", f"Complétés par les listes du dernier import : {', '.join(gathered.completed)}."]
    if lines:
        said += ["", "Compte rendu :", *(f"  {line}" for line in lines)]
    return "\n".join(said) + "\n"


def waits_for(companions: Iterable[str], until: datetime) -> str:
    """The verdict on a set that its companions may cure."""
    return (
        f"en attente jusqu'au {paris_words(until)} : ces fichiers ne vont pas ensemble sans "
        f"{', '.join(sorted(companions))}. Déposez ce qui manque ; rien n'a été écrit"
    )


def waiting_more(companions: Iterable[str]) -> str:
    return f"À faire : déposer {', '.join(sorted(companions))} dans {DROP} ; tout sera importé ensemble."


def numbers(report: IntakeReport) -> str:
    """What an accepted import did, without a name."""
    counted: tuple[tuple[str, IntakeTally], ...] = (
        ("Familles", report.families),
        ("Enfants", report.children),
        ("Codes d'accès", report.logins),
        ("Réservations", report.bookings),
        ("Factures", report.invoices),
        ("Règlements", report.payments),
    )
    shown = [
        f"{name} : {number(tally.added)} de plus, {number(tally.changed)} autrement, {number(tally.unchanged)} pareil"
        for name, tally in counted
        if tally.added or tally.changed or tally.unchanged
    ]
    aside = len(report.refused) + len(report.not_put) + len(report.not_recorded)
    shown += [f"{several(aside, 'ligne')} à revoir"] if aside else []
    shown += [f"{several(len(report.departures), 'enfant')} de moins"] if report.departures else []
    return "\n".join(shown)


def _files(said: Iterable[Said]) -> Iterable[str]:
    for one in said:
        if one.why:
            yield f"{one.path} : {one.why}"
        elif one.taken and one.taken != one.path:
            yield f"{one.path} ({number(one.size)} octets), pris comme {one.taken}"
        else:
            yield f"{one.path} ({number(one.size)} octets)"
