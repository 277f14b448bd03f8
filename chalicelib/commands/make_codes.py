"""``python -m chalicelib.commands codes DIR``: payer codes for the families that have none, and their letters."""

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from chalicelib.commands.french import MISUSED, FrenchParser
from chalicelib.intake.files.faults import number
from chalicelib.intake.people.code_files import BEFORE, LETTERS
from chalicelib.intake.people.lists import FAMILIES
from chalicelib.intake.people.made_codes import MadeCodes
from chalicelib.intake.progress import Bars, ImportProgress, Silence
from chalicelib.intake.validating import BadFiles

DONE, NOT_DONE, FAULTY = 0, 1, MISUSED
ADDRESS = re.compile(r"https?://[^\s/]+(?:/\S*)?")
NO_ADDRESS = (
    "L'adresse du portail n'est pas connue, et les lettres la disent ; attendu : PORTAIL=https://…, ou STAGE=… d'un "
    "portail en ligne.\n"
)


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO, error: TextIO) -> int:
    """Exit status: 0 done or nothing missing, 1 a file cannot be written, 2 the lists have faults, or it could not
    start. Nothing that is written here holds a code."""
    from chalicelib.wiring_codes import build_codes  # noqa: PLC0415 - AWS's libraries come with it

    options = _options(arguments)
    folder = Path(options.dossier)
    if not folder.is_dir():
        error.write(f"« {folder} » n'est pas un dossier ; attendu : le dossier qui contient town.toml et les listes\n")
        return MISUSED
    portal = options.portail or f"{environ.get('PORTAL_ORIGIN', '')}{environ.get('PORTAL_BASE_PATH', '')}"
    if not ADDRESS.fullmatch(portal):
        error.write(NO_ADDRESS)
        return MISUSED
    make = build_codes(portal.rstrip("/"), environ.get("DEMO_NOW", ""))
    progress: ImportProgress = Bars() if error.isatty() else Silence()
    try:
        made = make(folder, progress, anew=options.famille, in_place=options.remplacer)
    except BadFiles as bad:
        return _tell(bad, error)
    except OSError as unwritable:
        error.write(f"« {unwritable.filename or folder} » ne peut être ni lu ni écrit ; rien n'a été fait.\n")
        return NOT_DONE
    out.write("".join(f"{line}\n" for line in _said(made, in_place=options.remplacer)))
    return DONE


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = FrenchParser(
        prog="python -m chalicelib.commands codes",
        description="Fait des codes payeur pour les familles qui n'en ont pas, et les lettres qui les leur donnent.",
    )
    parser.needed.add_argument("dossier", help="dossier de town.toml et des listes CSV")
    parser.options.add_argument(
        "--famille", default="", help="un nouveau code pour cette famille, par exemple : f-bond"
    )
    parser.options.add_argument("--portail", default="", help="l'adresse que disent les lettres, https://…")
    parser.options.add_argument(
        "--remplacer", action="store_true", help=f"met aussi la liste faite à la place de {FAMILIES}"
    )
    return parser.parse_args(arguments)


def _tell(bad: BadFiles, error: TextIO) -> int:
    """Say what is wrong in the lists; return the exit status."""
    error.write("\n".join(bad.faults.lines()) + "\n")
    return FAULTY


def _said(made: MadeCodes, *, in_place: bool) -> Iterator[str]:
    for family in made.contradicted:
        yield f"{FAMILIES} : la famille « {family} » n'a pas le code de sa dernière lettre. C'est la liste qui compte."
    if made.folder is None:
        yield "Chaque famille a un code payeur : rien à faire."
        return
    yield f"Codes payeur faits : {number(made.made)}"
    if made.taken_up:
        yield f"Codes repris des fois précédentes, qui n'étaient pas dans {FAMILIES} : {number(made.taken_up)}"
    if made.without_address:
        yield f"Lettres sans adresse, au nom du payeur seul : {number(made.without_address)}"
    yield f"Liste : {made.folder / FAMILIES}"
    if made.made:
        yield f"Lettres : {made.folder / LETTERS}"
    if in_place:
        yield f"{FAMILIES} est remplacé ; celui d'avant : {made.folder / BEFORE}"
    else:
        yield f"À faire : mettre cette liste à la place de {FAMILIES}."
    yield "À faire : importer (make import), poster les lettres, garder ces fichiers sous clé : ils ont les codes."
