"""A zip of a town's files, unpacked without believing what it says of itself."""

import errno
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from chalicelib.intake.drop.names import Named, Stray, what_is
from chalicelib.intake.files.faults import number
from chalicelib.values import Value

MEGABYTE = 1_000_000
CHUNK = 1 << 20
MOST_RATIO = 200
"""How many times smaller a file may be in the zip. Lists get twenty times smaller, a bomb a thousand times."""
SMALL = MEGABYTE
"""Bytes up to which any ratio is allowed: an empty list of many blanks is no bomb."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, UnicodeError)
"""What reading a damaged zip ends with. A full disk is none of it."""
DAMAGED = "le zip est coupé ou abîmé ; attendu : un zip entier, envoyé de nouveau"
ENCRYPTED = 1
DRIVE = ":"


class BadArchive(ValueError):
    """The zip cannot be taken; ``args[0]`` says why in French."""


class Limits(Value):
    """How much may be dropped: bytes of one object, bytes of all files that come out of a zip, how many they are."""

    most_bytes: int = 300 * MEGABYTE
    most_unpacked: int = 1500 * MEGABYTE
    most_files: int = 30_000


UNPACKED_TIMES = 5


def limits_of(megabytes: int) -> Limits:
    """The limits of a town that may drop files of so many megabytes."""
    return Limits(megabytes * MEGABYTE, UNPACKED_TIMES * megabytes * MEGABYTE)


class Unpacked(Value):
    """Names of the town's files that came out, and what else there was: its path in the zip, what it is."""

    names: tuple[str, ...]
    strays: tuple[tuple[str, Stray], ...]


def unpack(archive: Path, folder: Path, limits: Limits) -> Unpacked:
    """Put the town's files of a zip into ``folder``, over files that have their names. Raises BadArchive."""
    names, strays = list[str](), list[tuple[str, Stray]]()
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _trusted(opened, limits)
            left = limits.most_unpacked
            for entry in entries:
                found = what_is(entry.filename)
                if isinstance(found, Named) and found.name.endswith(".zip"):
                    found = Stray("c'est un zip dans un zip ; attendu : les fichiers eux-mêmes")
                if isinstance(found, Stray):
                    strays.append((entry.filename, found))
                elif found:
                    _refuse_twice(found.name, names)
                    left -= _written(opened, entry, folder / found.name, left)
                    names.append(found.name)
    except BROKEN as broken:
        raise BadArchive(DAMAGED) from broken
    except OSError as failed:
        if failed.errno != errno.EINVAL:  # zipfile was told to look before the beginning.
            raise
        raise BadArchive(DAMAGED) from failed
    return Unpacked(tuple(names), tuple(strays))


def _refuse_twice(name: str, names: list[str]) -> None:
    if name in names:
        raise BadArchive(f"le zip contient deux fois {name}, à la casse ou au dossier près ; attendu : une seule fois")


def _trusted(opened: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files of the zip, when their names and sizes allow to unpack it."""
    entries = [one for one in opened.infolist() if not one.is_dir()]
    if len(entries) > limits.most_files:
        raise BadArchive(
            f"le zip contient {number(len(entries))} fichiers ; attendu : {number(limits.most_files)} au plus"
        )
    total = sum(one.file_size for one in entries)
    if total > limits.most_unpacked:
        raise _too_much(limits.most_unpacked)
    for one in entries:
        _trust(one)
    return entries


def _trust(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or DRIVE in name or not name.isprintable():
        raise BadArchive("le zip contient un nom qui sort de son dossier ; attendu : des noms de fichiers simples")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadArchive("le zip contient un lien ; attendu : des fichiers seulement")
    if entry.flag_bits & ENCRYPTED:
        raise BadArchive("le zip a un mot de passe ; attendu : un zip sans mot de passe")
    if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
        raise BadArchive("le zip contient un fichier démesuré une fois décompressé ; attendu : des listes et des PDF")


def _written(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path, most: int) -> int:
    """Write one file and count what really comes out, because the zip may lie about sizes."""
    to.parent.mkdir(exist_ok=True)
    written = 0
    with opened.open(entry) as source, to.open("wb") as target:
        while chunk := source.read(CHUNK):
            written += len(chunk)
            if written > most:
                raise _too_much(most)
            target.write(chunk)
    return written


def _too_much(most: int) -> BadArchive:
    return BadArchive(
        f"le zip contient trop une fois décompressé ; attendu : {number(most // MEGABYTE)} Mo au plus, ou deux zips"
    )
