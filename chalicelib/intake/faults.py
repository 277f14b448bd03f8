"""What is wrong in a town's files: where, what, and what was expected, in words that a clerk understands."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN = 200
"""A file exported wrongly has a fault on every line: after this many, the rest is only counted."""
FILES = (
    "town.toml",
    "familles.csv",
    "enfants.csv",
    "inscriptions.csv",
    "reservations.csv",
    "factures.csv",
    "lignes.csv",
    "reglements.csv",
    "contrepassations.csv",
)


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file, 1 for the first one; 0 for a whole file that has no lines."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Fault:
    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class Faults:
    """Collects faults in bounded memory: the first ``SHOWN`` in the order of the files, and how many there are."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: list[Fault] = []

    def add(self, place: Place, text: str) -> None:
        self.count += 1
        self._kept.append(Fault(place, text))
        if len(self._kept) > 2 * SHOWN:
            self._keep_first()

    def __iter__(self) -> Iterator[Fault]:
        self._keep_first()
        return iter(self._kept)

    @property
    def hidden(self) -> int:
        """How many faults iterating does not show."""
        return max(0, self.count - SHOWN)

    def _keep_first(self) -> None:
        self._kept.sort(key=_reading_order)
        del self._kept[SHOWN:]


def _reading_order(fault: Fault) -> tuple[int, str, int]:
    file = fault.place.file
    return (FILES.index(file) if file in FILES else len(FILES), file, fault.place.line)


def plain(text: str) -> str:
    """Lower case, without accents, with single spaces and straight apostrophes: how labels are compared."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.replace("’", "'").lower().split())


def nearest(name: str, known: list[str]) -> str:
    """`` ; vouliez-vous dire « x » ?`` when a known name looks like ``name``, else the known names."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"vouliez-vous dire « {close[0]} » ?"
    return f"attendu : {', '.join(sorted(known))}"
