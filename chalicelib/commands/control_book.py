"""``python -m chalicelib.commands controle --mois 2026-11``: the audit of the régie's journal."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TextIO

from chalicelib.commands.control_words import report_of
from chalicelib.commands.french import MISUSED, FrenchParser, for_operators
from chalicelib.commands.months import month_of
from chalicelib.rules.errors import Unavailable
from chalicelib.services.controlling import Controlled
from chalicelib.settings import MissingSetting

AGREES, DIFFERS, NOT_DONE = 0, 1, 2


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO, error: TextIO) -> int:
    """Exit status: 0 all was compared and agrees, 1 something differs, 2 it could not start or not compare all."""
    month = _month(arguments)
    try:
        found = _control(month, environ)
    except MissingSetting as missing:
        error.write(f"Un réglage manque ou n'est pas valable.\n{for_operators(missing)}")
        return MISUSED
    except Unavailable as unavailable:
        error.write(f"Le portail ne répond pas. Relancez la même commande.\n{for_operators(unavailable)}")
        return NOT_DONE
    out.write("".join(f"{line}\n" for line in report_of(found, month)))
    if found.discrepancies:
        return DIFFERS
    return NOT_DONE if found.silent else AGREES


def _control(month: date, environ: Mapping[str, str]) -> Controlled:
    from chalicelib.wiring import settings_of  # noqa: PLC0415 - AWS's libraries come with it
    from chalicelib.wiring_exports import build_control  # noqa: PLC0415 - the same

    return build_control(settings_of(environ))(month)


def _month(arguments: Sequence[str]) -> date:
    parser = FrenchParser(
        prog="python -m chalicelib.commands controle",
        description="Compare le journal de la régie avec la trésorerie et avec les factures.",
    )
    parser.needed.add_argument("--mois", type=month_of, required=True, help="mois à contrôler, 2026-11")
    month: date = parser.parse_args(arguments).mois
    return month
