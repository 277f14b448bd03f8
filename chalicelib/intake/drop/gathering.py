"""What lies in the drop folder -> sets of files that are imported together, each as a folder on this machine's disk."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path

from chalicelib.intake.drop.archives import MEGABYTE, BadArchive, Limits, unpack
from chalicelib.intake.drop.memory import CURRENT, DROP, Imported, Memory
from chalicelib.intake.drop.names import ACCEPT, ARCHIVE, Named, Stray, what_is, words_of
from chalicelib.intake.files.faults import number
from chalicelib.rules.school_calendar import PARIS
from chalicelib.services.drop_ports import DropBox, Dropped
from chalicelib.values import Value

STATES = frozenset({"town.toml", "familles.csv", "enfants.csv", "inscriptions.csv"})
"""Lists that say how things are; the others say what happened, and are imported once."""
CHUNK = 1 << 20


class DropSet(Value):
    """Objects that are imported together, oldest first; ``words`` are those of their folders."""

    words: frozenset[str]
    objects: tuple[Dropped, ...]

    @property
    def name(self) -> str:
        """The same for the same versions of the same objects, whenever they are seen."""
        told = "|".join(sorted(f"{one.key}#{one.version}" for one in self.objects))
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def oldest(self) -> datetime:
        return min(one.at for one in self.objects)

    @property
    def newest(self) -> datetime:
        return max(one.at for one in self.objects)


class Said(Value):
    """What the report says of one object or of a file in a zip. ``taken`` is the town's file that it is."""

    path: str
    size: int = 0
    taken: str = ""
    why: str = ""
    stops: bool = False
    """The others must not be imported without it."""
    unread: bool = False
    """It is none of the town's files by its name, and somebody may have meant it."""


class Gathered(Value):
    """A set in a folder. ``said`` is about each object; ``refused`` are those that go to the refused ones whatever
    happens to the others; ``hidden`` are those too big to move."""

    folder: Path
    files: dict[str, Imported]
    said: tuple[Said, ...]
    refused: frozenset[str]
    hidden: frozenset[str]
    completed: tuple[str, ...] = field(default=())
    """Lists that were not dropped, and were taken as they were imported last."""

    @property
    def stopped(self) -> bool:
        return any(one.stops for one in self.said)

    @property
    def unread(self) -> int:
        return sum(one.unread for one in self.said)


def sets_of(dropped: Iterable[Dropped]) -> list[DropSet]:
    """One set for each choice of words; the set without words first."""
    by_words: dict[frozenset[str], list[Dropped]] = {}
    for one in dropped:
        by_words.setdefault(words_of(one.key), []).append(one)
    return [DropSet(words, tuple(by_words[words])) for words in sorted(by_words, key=lambda said: (len(said), *said))]


class Gathering:
    """Fetches a set into an empty ``folder``, then the lists that it does not have. Raises Unavailable."""

    def __init__(self, box: DropBox, memory: Memory, limits: Limits, folder: Path) -> None:
        self.box = box
        self.memory = memory
        self.limits = limits
        self.folder = folder
        self.town = folder / "town"
        self.said: list[Said] = []
        self.from_: dict[str, tuple[str, datetime]] = {}
        """Town's file -> the path of what brought it, and when that was dropped."""
        self.refused: set[str] = set()
        self.hidden: set[str] = set()

    def __call__(self, drop: DropSet) -> Gathered:
        (self.town / "pdf").mkdir(parents=True)
        for one in drop.objects:
            self._take(one, accepting=ACCEPT in drop.words)
        files = {name: Imported(hash_of(self.town / name), at) for name, (_, at) in self.from_.items()}
        completed = tuple(self._complete(files)) if files else ()
        if not any((self.town / "pdf").iterdir()):
            (self.town / "pdf").rmdir()
        return Gathered(self.town, files, tuple(self.said), frozenset(self.refused), frozenset(self.hidden), completed)

    def _take(self, one: Dropped, *, accepting: bool) -> None:
        path, found = one.key.removeprefix(DROP), what_is(one.key)
        if found is None:
            self._refuse(one, "ce fichier vient d'un système, et ne sert à rien ici")
        elif isinstance(found, Stray):
            self._refuse(one, found.why, stops=bool(found.like), unread=True)
        elif one.size == 0:
            self._refuse(one, "le fichier est vide ; attendu : le fichier entier, envoyé de nouveau", stops=True)
        elif one.size > self.limits.most_bytes:
            megabytes = number(self.limits.most_bytes // MEGABYTE)
            self.hidden.add(one.key)
            self._refuse(
                one,
                f"le fichier pèse {number(one.size // MEGABYTE)} Mo ; attendu : {megabytes} Mo au plus. Il n'est pas "
                "recopié : l'exploitant peut le retrouver dans les anciennes versions du dossier",
                stops=True,
            )
        else:
            self._fetch(one, path, found, accepting=accepting)

    def _fetch(self, one: Dropped, path: str, found: Named, *, accepting: bool) -> None:
        local = self.folder / "arriving"
        if not self.box.fetch(one, local):
            return  # Deleted or replaced meanwhile: the next look sees what is there.
        names: Sequence[str] = (found.name,)
        if found == ARCHIVE:
            try:
                names = self._unpack(path, local)
            except BadArchive as bad:
                self._refuse(one, str(bad), stops=True)
                return
        self.said.append(Said(path, one.size, "" if found == ARCHIVE else found.name))
        for name in names:
            self._place(one, name, self.folder / "unpacked" / name if found == ARCHIVE else local, accepting=accepting)

    def _unpack(self, path: str, local: Path) -> tuple[str, ...]:
        """Raises BadArchive."""
        unpacked = self.folder / "unpacked"
        shutil.rmtree(unpacked, ignore_errors=True)
        unpacked.mkdir()
        found = unpack(local, unpacked, self.limits)
        if not found.names:
            raise BadArchive("le zip ne contient aucun fichier d'une ville ; attendu : town.toml, des listes, des PDF")
        for inner, stray in found.strays:
            self.said.append(Said(f"{path} › {inner}", 0, "", stray.why, stops=bool(stray.like), unread=True))
        return found.names

    def _place(self, one: Dropped, name: str, local: Path, *, accepting: bool) -> None:
        """Put a file into the town's folder; of two that are the same list, the newer one stays."""
        last = self.memory.files.get(name)
        if last and one.at < last.at and not accepting:
            when = last.at.astimezone(PARIS)
            why = f"plus ancien que {name} déjà importé, déposé le {when:%d/%m/%Y à %H:%M:%S} ; s'il est le bon, "
            self._refuse(one, f"{why}déposez-le de nouveau", stops=True)
            return
        if name in self.from_:
            self._replaced(self.from_[name][0], name, one.key.removeprefix(DROP))
        local.replace(self.town / name)
        self.from_[name] = (one.key.removeprefix(DROP), one.at)

    def _replaced(self, path: str, name: str, by: str) -> None:
        why = f"remplacé par {by}, plus récent"
        alone = [said for said in self.said if said.path == path and said.taken]
        self.said = [said for said in self.said if said not in alone]
        self.said += [Said(path, one.size, "", why) for one in alone] or [Said(f"{path} › {name}", 0, "", why)]

    def _refuse(self, one: Dropped, why: str, *, stops: bool = False, unread: bool = False) -> None:
        path = one.key.removeprefix(DROP)
        self.refused.add(one.key)
        self.said = [said for said in self.said if said.path != path]
        self.said.append(Said(path, one.size, "", why, stops, unread))

    def _complete(self, files: dict[str, Imported]) -> Iterator[str]:
        for name in sorted(self.memory.files.keys() - files.keys()):
            if is_state(name) and self.box.download(f"{CURRENT}{name}", self.town / name):
                yield name


def is_state(name: str) -> bool:
    """Whether the list is kept for those that are dropped later without it."""
    return name in STATES or name.endswith(".svg")


def hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
