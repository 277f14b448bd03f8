"""The export's command line: the payments of a day, and the list of those that a person has to check."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

from chalicelib.commands.french import MISUSED, FrenchParser, for_operators
from chalicelib.exports.payments import write_day, write_to_check
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.school_calendar import paris_day
from chalicelib.settings import MissingSetting

DONE, NOT_DONE = 0, 1


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO, error: TextIO) -> int:
    """Exit status: 0 the lists are written, 1 the portal did not answer, 2 it could not start."""
    from chalicelib.wiring import build_clock, build_exports, settings_of  # noqa: PLC0415 - AWS's libraries come with it

    options = _options(arguments)
    folder = Path(options.dossier)
    if not folder.is_dir():
        error.write(f"« {folder} » n'est pas un dossier ; attendu : le dossier où écrire les listes\n")
        return MISUSED
    try:
        attempts = build_exports(settings_of(environ))
        day = options.jour or paris_day(build_clock(environ.get("DEMO_NOW", "")).now()) - timedelta(days=1)
        for path in (write_day(attempts, day, folder), write_to_check(attempts, folder)):
            out.write(f"{path}\n")
    except MissingSetting as missing:
        error.write(f"Un réglage manque ou n'est pas valable.\n{for_operators(missing)}")
        return MISUSED
    except Unavailable as unavailable:
        error.write(f"Le portail ne répond pas. Relancez la même commande.\n{for_operators(unavailable)}")
        return NOT_DONE
    return DONE


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = FrenchParser(
        prog="python -m chalicelib.commands export",
        description="Écrit les paiements d'un jour, et ceux qui sont à vérifier.",
    )
    parser.needed.add_argument("dossier", help="dossier où écrire les listes")
    parser.options.add_argument("--jour", type=_day, help="jour à écrire, 2026-11-22 ; hier quand il manque")
    return parser.parse_args(arguments)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas un jour ; attendu par exemple : 2026-11-22") from error
