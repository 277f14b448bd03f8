"""``python -m chalicelib.commands import DIR``: import a town's folder, or only check it with ``--verifier``."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from chalicelib.commands.french import MISUSED, FrenchParser, for_operators
from chalicelib.intake.brakes import Braked
from chalicelib.intake.files.faults import several
from chalicelib.intake.files.staging import count
from chalicelib.intake.people.places import beyond_places
from chalicelib.intake.progress import Bars, ImportProgress, Silence
from chalicelib.intake.report import NotTaken, waiting_lines
from chalicelib.intake.validating import BadFiles, validated
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.school_calendar import PARIS
from chalicelib.services.leasing import Busy, LeaseLost, leased
from chalicelib.settings import MissingSetting

WHO = "une commande make import"
LOST = "Le portail n'a pas répondu pendant une minute : un autre import a pu prendre la main."
DONE, NOT_DONE, FAULTY, BRAKED = 0, 1, MISUSED, 3
TOO_MUCH = "Arrêté avant d'écrire : cet import changerait trop de choses d'un coup."
WOULD_STOP = "Cet import s'arrêterait avant d'écrire : il changerait trop de choses d'un coup."
NO_FAULT = "Aucune erreur : ces fichiers peuvent être importés."
HOW_TO_GO_ON = "Si les fichiers sont justes, relancez avec --accepter-les-changements (make import … ACCEPTER=oui)."

TO_MEND = "À faire : corriger ces fichiers, puis relancer la même commande."
MEND_WAITING = "corriger les lignes qui attendraient, ou importer le reste"
LOOK_AT_REMARKS = "regarder les remarques, puis importer"
AGAIN = "Relancez la même commande : ce qui est fait est fait."


def main(arguments: Sequence[str], environ: Mapping[str, str], out: TextIO, error: TextIO) -> int:
    """Exit status: 0 all done, also when there are remarks; 1 some lines were set aside, or it was interrupted; 2 the
    files have faults, or it could not start: nothing was written; 3 it would change too much and nobody allowed it."""
    options = _options(arguments)
    folder = Path(options.dossier)
    if not folder.is_dir():
        error.write(f"« {folder} » n'est pas un dossier ; attendu : le dossier qui contient town.toml et les listes\n")
        return MISUSED
    progress: ImportProgress = Bars() if error.isatty() else Silence()
    try:
        if options.verifier:
            return _verify(folder, environ, progress, out)
        return _import(folder, environ, progress, out, options)
    except (BadFiles, Braked, Busy) as stopped:
        return _tell(stopped, error)
    except LeaseLost:
        status, why = NOT_DONE, f"{LOST} {AGAIN}\n"
    except MissingSetting as missing:
        status, why = MISUSED, f"Un réglage manque ou n'est pas valable.\n{for_operators(missing)}"
    except Unavailable as unavailable:
        status, why = NOT_DONE, f"Le portail ne répond pas. {AGAIN}\n{for_operators(unavailable)}"
    except OSError as unreadable:
        status, why = NOT_DONE, f"{_file_words(unreadable.filename)} {AGAIN}\n"
    error.write(why)
    return status


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = FrenchParser(prog="python -m chalicelib.commands import", description="Importe les fichiers d'une ville.")
    parser.needed.add_argument("dossier", help="dossier de town.toml et des listes CSV")
    parser.options.add_argument("--verifier", action="store_true", help="vérifie les fichiers et n'écrit rien")
    parser.options.add_argument(
        "--accepter-les-changements", action="store_true", help="importe même ce qui change trop de choses d'un coup"
    )
    parser.options.add_argument(
        "--annuler-les-departs",
        action="store_true",
        help="annule au nom de la mairie les réservations à venir sans inscription ou sur un jour fermé",
    )
    return parser.parse_args(arguments)


def _verify(folder: Path, environ: Mapping[str, str], progress: ImportProgress, out: TextIO) -> int:
    """Check the files; with a stage, compare them with what is online too."""
    from chalicelib.wiring import build_clock  # noqa: PLC0415 - AWS's libraries come with it

    if environ.get("PORTAL_STAGE"):
        return _compare(folder, environ, progress, out)
    with validated(folder, build_clock(environ.get("DEMO_NOW", "")).now(), progress) as files:
        said = [*files.remarks.lines(), NO_FAULT]
        if past := count(files.lists, "past_events"):
            said.append(
                f"{several(past, 'ligne')} de reservations.csv : pour un départ ou une inscription terminée. "
                "L'import met de côté ce que le portail n'a pas déjà."
            )
        waiting = [*files.waiting, *(NotTaken(*line) for line in beyond_places(files.lists, files.town))]
        return _told(out, said, waiting, has_remarks=bool(files.remarks.count))


def _compare(folder: Path, environ: Mapping[str, str], progress: ImportProgress, out: TextIO) -> int:
    from chalicelib.wiring import settings_of  # noqa: PLC0415 - AWS's libraries come with it
    from chalicelib.wiring_intake import build_intake  # noqa: PLC0415 - the same

    seen = build_intake(settings_of(environ), lambda: None).look(folder, progress)
    said = [*seen.preview.lines(), *seen.remarks]
    if seen.stopped_by:
        stopped = [WOULD_STOP, *_reasons(seen.stopped_by)]
        out.write("\n".join([*said, *waiting_lines(seen.waiting), *stopped]) + "\n")
        return BRAKED
    return _told(out, [*said, NO_FAULT], seen.waiting, has_remarks=bool(seen.remarks))


def _told(out: TextIO, said: list[str], waiting: list[NotTaken], *, has_remarks: bool) -> int:
    """Write what a check found, and what to do; return its exit status."""
    to_do = [words for needed, words in ((waiting, MEND_WAITING), (has_remarks, LOOK_AT_REMARKS)) if needed]
    last = [f"À faire : {' ; '.join(to_do)}."] if to_do else []
    out.write("\n".join([*said, *waiting_lines(waiting), *last]) + "\n")
    return NOT_DONE if waiting else DONE


def _reasons(reasons: Iterable[str]) -> list[str]:
    """Why the brake stops an import, and how it goes on."""
    return [*(f"  {reason}" for reason in reasons), HOW_TO_GO_ON]


def _import(
    folder: Path, environ: Mapping[str, str], progress: ImportProgress, out: TextIO, options: argparse.Namespace
) -> int:
    from chalicelib.wiring import build_clock, build_lease, settings_of  # noqa: PLC0415 - AWS's libraries come with it
    from chalicelib.wiring_drops import keep_imported  # noqa: PLC0415 - the same
    from chalicelib.wiring_intake import build_intake  # noqa: PLC0415 - the same

    settings = settings_of(environ)
    with leased(build_lease(settings), WHO, build_clock(), waiting=progress.waiting) as lease:
        report = build_intake(settings, lease.check)(
            folder,
            progress,
            accepting=options.accepter_les_changements,
            cancel_departed=options.annuler_les_departs,
            show=lambda preview: print(*preview.lines(), sep="\n", file=out),
        )
        keep_imported(settings, folder, lease.check)
    out.write("\n".join(report.lines()) + "\n")
    return DONE if report.all_taken else NOT_DONE


def _file_words(name: str | None) -> str:
    """That the system does not read or write a file, which it does not always name."""
    file = f"Le fichier « {name} »" if name else "Un fichier"
    return f"{file} ne peut être ni lu ni écrit. Fermez ce qui s'en sert, et regardez si le disque répond."


def _tell(stopped: BadFiles | Braked | Busy, error: TextIO) -> int:
    """Say why nothing was written and what to do; return the exit status."""
    if isinstance(stopped, BadFiles):
        lines, status = [*stopped.faults.remarks.lines(), *stopped.faults.lines(), TO_MEND], FAULTY
    elif isinstance(stopped, Busy):
        until = stopped.holder.until.astimezone(PARIS)
        who = f"Un autre import travaille ({stopped.holder.who}) ; il a la main au moins jusqu'à {until:%H:%M:%S}."
        lines, status = [f"{who} Rien n'a été écrit. Relancez la même commande dans un moment."], NOT_DONE
    else:
        lines, status = [TOO_MUCH, *_reasons(stopped.reasons)], BRAKED
    error.write("\n".join(lines) + "\n")
    return status
