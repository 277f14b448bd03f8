"""What a dropped file is, by its name: a list of the town, an invoice's PDF, the crest, a zip, or nothing of ours.

People and browsers rename files: « Enfants.CSV », « enfants (1).csv », « enfants_2026-11-24.csv » are enfants.csv. Any
other name is refused, with the nearest one that is expected: guessing could import a list in the place of another.
"""

import re
from difflib import get_close_matches
from pathlib import PurePosixPath

from chalicelib.intake.drop.memory import DROP
from chalicelib.intake.files.faults import TOWN_FILES, plain
from chalicelib.values import Value

ACCEPT, CANCEL = "accepter", "annuler"
WORDS = (ACCEPT, CANCEL)
"""Folders of ``depot/`` that are words to the import: past a brake, and cancel the bookings of who left."""
LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini", "__macosx"}
UNFINISHED = {".part", ".filepart", ".tmp", ".crdownload"}
LEAST_LIKENESS = 0.75
KINDS = (
    ((".xlsx", ".xls", ".ods"), "c'est un classeur de tableur ; attendu : {} enregistré en CSV UTF-8"),
    ((".jpg", ".jpeg", ".png", ".gif", ".heic", ".webp", ".tif", ".tiff"), "c'est une image"),
    ((".doc", ".docx", ".odt", ".rtf"), "c'est un texte mis en page"),
    ((".rar", ".7z", ".gz", ".tgz", ".tar"), "c'est une archive d'une autre sorte ; attendu : un .zip"),
    ((".txt",), "c'est un texte"),
)
EXPECTED = "attendu : town.toml, une liste CSV de la ville, un PDF de facture, ou un .zip de ceux-ci"
_TAIL = re.compile(
    r"""[\s_.-]*(?:
    \(\d{1,3}\) | copie(?:\s*\(\d{1,3}\))? | copy |
    \d{4}-?\d{2}-?\d{2}(?:[t_\s-]?\d{2}[h:.-]?\d{2}(?:[m:.-]?\d{2})?s?)? | \d{2}-\d{2}-\d{4}
    )$""",
    re.VERBOSE,
)
_PDF = re.compile(r"[A-Za-z0-9._-]{1,64}\.pdf", re.IGNORECASE)
_SVG = re.compile(r"[A-Za-z0-9._-]{1,60}\.svg", re.IGNORECASE)
_BY_STEM = {PurePosixPath(name).stem: name for name in TOWN_FILES}


class Named(Value):
    """A file of the town: ``enfants.csv``, ``pdf/2026-026-000335.pdf``, ``blason.svg``; ``town.zip`` holds several."""

    name: str


class Stray(Value):
    """A file that is none of the town's; ``why`` says in French what it is and what is expected.

    ``like`` is the list that it was probably meant to be: then the others must not be imported without it.
    """

    why: str
    like: str = ""


ARCHIVE = Named("*.zip")


def words_of(key: str) -> frozenset[str]:
    """The words that the folders of an object's key say: ``depot/accepter/enfants.csv`` says ``accepter``."""
    return frozenset(part for part in _folders(key.removeprefix(DROP)) if part in WORDS)


def what_is(path: str) -> Named | Stray | None:
    """What stands at ``path``, a key or a name in a zip; None for what systems leave behind by themselves.

    Folders say nothing, because software and zips add their own.
    """
    name = PurePosixPath(path).name
    if name.startswith((".", "~$")) or LEFT_BY_SYSTEMS & {name.lower(), *_folders(path)}:
        return None
    stem, suffix = _stem(name), PurePosixPath(name).suffix.lower()
    if suffix == ".zip":
        return ARCHIVE
    if suffix == ".pdf" and _PDF.fullmatch(name):
        return Named(f"pdf/{PurePosixPath(name).stem}.pdf")
    if suffix == ".svg" and _SVG.fullmatch(name):
        return Named(name)
    known = _BY_STEM.get(stem)
    if known and suffix == PurePosixPath(known).suffix:
        return Named(known)
    return _stray(stem, suffix)


def _stray(stem: str, suffix: str) -> Stray:
    close = get_close_matches(stem, list(_BY_STEM), n=1, cutoff=LEAST_LIKENESS)
    like = _BY_STEM[close[0]] if close else ""
    if suffix in UNFINISHED:
        return Stray("c'est un envoi inachevé ; attendu : le fichier entier, sous son nom", like)
    if suffix == ".pdf":
        return Stray("ce PDF ne porte pas le numéro d'une facture ; attendu par exemple : 2026-026-000335.pdf")
    for suffixes, words in KINDS:
        if suffix in suffixes:
            said = words.format(like or "une liste")
            return Stray(said if "attendu" in said else f"{said} ; attendu : {like}" if like else _with(said), like)
    if like:
        return Stray(f"ce nom n'est pas celui d'une liste ; attendu : {like}", like)
    return Stray(_with("ce fichier n'est pas de ceux d'une ville"))


def _with(said: str) -> str:
    return f"{said} ; {EXPECTED}"


def _stem(name: str) -> str:
    """The name without its ending, accents, case, and what copies and dates add to it."""
    stem = plain(PurePosixPath(name).stem)
    while (shorter := _TAIL.sub("", stem)) != stem and shorter:
        stem = shorter
    return stem


def _folders(path: str) -> tuple[str, ...]:
    return tuple(part.lower() for part in PurePosixPath(path).parts[:-1])
