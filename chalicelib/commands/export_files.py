"""``python -m chalicelib.commands export DIR``: the files that leave, into a folder."""

import argparse
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from chalicelib.commands.closing_words import (
    NOT_OVER,
    billing_closed_words,
    broken_words,
    regie_closed_words,
    still_open_words,
)
from chalicelib.commands.french import MISUSED, FrenchParser, for_operators
from chalicelib.commands.months import month_of
from chalicelib.exports.billing import AlreadyClosed, MonthNotOver
from chalicelib.exports.closing import ChainBroken, ClosedByOther, MonthIsOpen, StillOpen
from chalicelib.exports.folder import Folder
from chalicelib.exports.run import PAYMENTS, REGIE, Asked
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.letters import without_accents
from chalicelib.rules.school_calendar import paris_instant
from chalicelib.settings import MissingSetting

DONE, NOT_DONE, STILL_OPEN = 0, 1, 3
ALL = "tout"
MOST_CHARACTERS = 80
_CONSUMER = re.compile(r"[a-z0-9]{1,20}(?:-[a-z0-9]{1,20})?")


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO, error: TextIO) -> int:
    """Exit status: 0 the files are written, 1 they are not, 2 it could not start; 3 a payment that was begun in the
    month of the régie is still open: its books are written, and the month cannot be closed."""
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
    except StillOpen as still:
        error.write(f"Le mois n'est pas arrêté. {still_open_words(still.attempts)}")
        return STILL_OPEN
    except AlreadyClosed as already:
        why = billing_closed_words(already.closed)
    except ClosedByOther as already:
        why = regie_closed_words(already.closing)
    except ChainBroken as broken:
        why = broken_words(broken.lines)
    except (MonthNotOver, MonthIsOpen):
        why = NOT_OVER
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
    from chalicelib.wiring_exports import build_exports, build_open_attempts  # noqa: PLC0415 - the same

    settings = settings_of(environ)
    export = build_exports(settings)
    wanted = list(export.kinds) if options.quoi == [ALL] else options.quoi
    if unknown := [name for name in wanted if name not in export.kinds]:
        error.write(f"« {unknown[0]} » n'est pas prévu ; attendu : {', '.join([*export.kinds, ALL])}\n")
        return MISUSED
    folder = Path(options.dossier)
    for name in export(wanted, _asked(options), Folder(folder)):
        out.write(f"{folder / name}\n")
    if REGIE not in wanted or not (left := build_open_attempts(settings)(options.mois)):
        return DONE
    error.write(still_open_words(left))
    return STILL_OPEN


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
    add("--mois", type=month_of, help="mois de la facturation et de la régie, 2026-11 ; sans lui, celui d'aujourd'hui")
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


def _person(text: str) -> str:
    name = " ".join(text.split())
    if not name or not name.isprintable() or len(name) > MOST_CHARACTERS:
        raise argparse.ArgumentTypeError(
            f"« {text[:MOST_CHARACTERS]} » n'est pas un nom ; attendu par exemple : Mme Petit"
        )
    if "?" in without_accents(name).encode("cp1252", "replace").decode("cp1252"):
        raise argparse.ArgumentTypeError(f"« {name} » ne s'imprime pas ; attendu : le nom en lettres latines")
    return name


def _consumer(text: str) -> str:
    if not _CONSUMER.fullmatch(text) or text == "nuit":
        raise argparse.ArgumentTypeError(
            f"« {text[:MOST_CHARACTERS]} » n'est pas possible ; attendu : des minuscules et des chiffres, sauf « nuit »"
        )
    return text
