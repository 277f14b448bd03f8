"""``python -m chalicelib.commands export DIR``: the files that leave, into a folder."""

import argparse
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

from chalicelib.commands.french import MISUSED, FrenchParser, for_operators
from chalicelib.exports.billing import AlreadyClosed, MonthNotOver
from chalicelib.exports.folder import Folder
from chalicelib.exports.run import PAYMENTS, Asked
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.school_calendar import PARIS, paris_instant
from chalicelib.services.outgoing_ports import ClosedMonth
from chalicelib.settings import MissingSetting

DONE, NOT_DONE = 0, 1
ALL = "tout"
MOST_CHARACTERS = 80
_CONSUMER = re.compile(r"[a-z0-9]{1,20}(?:-[a-z0-9]{1,20})?")


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO, error: TextIO) -> int:
    """Exit status: 0 the files are written, 1 they are not, 2 it could not start."""
    options = _options(arguments)
    if not Path(options.dossier).is_dir():
        error.write(f"« {options.dossier} » n'est pas un dossier ; attendu : le dossier où écrire les fichiers\n")
        return MISUSED
    if options.clore and not options.mois:
        error.write("Il manque le mois à arrêter ; attendu par exemple : --mois 2026-11\n")
        return MISUSED
    try:
        return _write(options, environ, out, error)
    except MissingSetting as missing:
        error.write(f"Un réglage manque ou n'est pas valable.\n{for_operators(missing)}")
        return MISUSED
    except AlreadyClosed as already:
        why = _closed_words(already.closed)
    except MonthNotOver:
        why = "Ce mois n'est pas fini. Il ne peut être arrêté qu'à partir du premier jour du mois suivant.\n"
    except StaleWrite:
        why = "Un autre export des mêmes modifications est en cours. Relancez la même commande après lui.\n"
    except OSError as unwritable:
        why = f"Le dossier ne peut pas être écrit.\n{for_operators(unwritable)}"
    except Unavailable as unavailable:
        why = f"Le portail ne répond pas. Relancez la même commande.\n{for_operators(unavailable)}"
    error.write(why)
    return NOT_DONE


def _write(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO, error: TextIO) -> int:
    from chalicelib.wiring import settings_of  # noqa: PLC0415 - AWS's libraries come with it
    from chalicelib.wiring_exports import build_exports  # noqa: PLC0415 - the same

    export = build_exports(settings_of(environ))
    wanted = list(export.kinds) if options.quoi == [ALL] else options.quoi
    if unknown := [name for name in wanted if name not in export.kinds]:
        error.write(f"« {unknown[0]} » n'est pas prévu ; attendu : {', '.join([*export.kinds, ALL])}\n")
        return MISUSED
    folder = Path(options.dossier)
    for name in export(wanted, _asked(options), Folder(folder)):
        out.write(f"{folder / name}\n")
    return DONE


def _closed_words(closed: ClosedMonth) -> str:
    day = closed.closed_at.astimezone(PARIS)
    return (
        f"La facturation de {closed.month:%m/%Y} est déjà arrêtée, par {closed.by} le {day:%d/%m/%Y à %H:%M}. "
        "Rien n'a changé. Relancez sans arrêter le mois pour avoir son fichier.\n"
    )


def _asked(options: argparse.Namespace) -> Asked:
    return Asked(
        day=options.jour,
        month=options.mois,
        consumer=options.pour,
        since=paris_instant(options.depuis, 0) if options.depuis else None,
        closed_by=options.clore or "",
    )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = FrenchParser(prog="python -m chalicelib.commands export", description="Écrit les fichiers qui sortent.")
    parser.needed.add_argument("dossier", help="dossier où écrire les fichiers")
    add = parser.options.add_argument
    add("--quoi", type=_kinds, default=[PAYMENTS], help=f"fichiers voulus, avec des virgules ; {PAYMENTS}, ou {ALL}")
    add("--jour", type=_day, help="jour des paiements et des listes, 2026-11-22")
    add("--mois", type=_month, help="mois de la facturation, 2026-11 ; le mois en cours quand il manque")
    add("--clore", type=_person, help="arrête le mois, au nom de cette personne")
    add("--pour", type=_consumer, default="mairie", help="à qui vont les modifications : chacun a les siennes")
    add("--depuis", type=_day, help="premier jour des modifications, pour un nouveau destinataire")
    return parser.parse_args(arguments)


def _kinds(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()] or [PAYMENTS]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas un jour ; attendu par exemple : 2026-11-22") from error


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no hour
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas un mois ; attendu par exemple : 2026-11") from error


def _person(text: str) -> str:
    name = " ".join(text.split())
    if not name or not name.isprintable() or len(name) > MOST_CHARACTERS:
        raise argparse.ArgumentTypeError(
            f"« {text[:MOST_CHARACTERS]} » n'est pas un nom ; attendu par exemple : Mme Petit"
        )
    return name


def _consumer(text: str) -> str:
    if not _CONSUMER.fullmatch(text) or text == "nuit":
        raise argparse.ArgumentTypeError(
            f"« {text[:MOST_CHARACTERS]} » n'est pas possible ; attendu : des minuscules et des chiffres, sauf « nuit »"
        )
    return text
