"""What is wrong in a town's files: where, what, and what was expected, in words that a clerk understands."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from chalicelib.rules import letters
from chalicelib.values import Value

MOST_FAULTS_SHOWN = 200
"""A badly exported file has a fault on every line: after this many, faults are only counted."""
MOST_ONE_BY_ONE = 3
"""Faults of one kind that are written one by one. When there are more, the first is written, with the lines of the
others."""
MOST_LINE_NUMBERS = 20
MOST_FAULT_KINDS = 5 * MOST_FAULTS_SHOWN
TOWN_FILES = (
    "town.toml",
    "familles.csv",
    "enfants.csv",
    "inscriptions.csv",
    "reservations.csv",
    "factures.csv",
    "lignes.csv",
    "reglements.csv",
    "contrepassations.csv",
    "remboursements.csv",
    "decisions.csv",
)
_VALUES = re.compile(r"« [^»]* »|\d+(?:[/:,.-]\d+)*")
"""The parts in which two faults of one kind differ."""
_WORD = re.compile(r"[\w+*]+")


@dataclass(frozen=True, order=True)
class FileLine:
    """A line of a file of the town; the first line is 1, and 0 means a whole file that has no lines."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def says(self, text: str) -> str:
        """``enfants.csv:12: la classe est vide``: a message about a line, as clerks see it everywhere."""
        return f"{self}: {text}"


class Fault(Value):
    where: FileLine
    text: str

    def __str__(self) -> str:
        return self.where.says(self.text)


@dataclass
class FaultKind:
    """Faults of one file that say the same of different lines and values."""

    count: int = 0
    first: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.first) < MOST_LINE_NUMBERS:
            self.first.append(fault)

    def lines(self) -> list[str]:
        """Each fault when they are few; otherwise ``enfants.csv:12: 316 fois : … (lignes 12, 21, 33, …)``."""
        if self.count <= MOST_ONE_BY_ONE:
            return [str(fault) for fault in self.first]
        listed = ", ".join(str(line) for line in sorted(fault.where.line for fault in self.first))
        more = ", …" if self.count > len(self.first) else ""
        one = min(self.first, key=_reading_order)
        return [one.where.says(f"{number(self.count)} fois : {one.text} (lignes {listed}{more})")]


class Kinds:
    """Sentences about lines, in limited memory: how many, and the first of each kind."""

    def __init__(self) -> None:
        self.count = 0
        self._kinds: dict[tuple[str, str], FaultKind] = {}
        self._others = FaultKind()

    def add(self, where: FileLine, text: str) -> None:
        self.count += 1
        self._kind(where.file, _VALUES.sub("*", text)).add(Fault(where, text))

    def _kind(self, file: str, said: str) -> FaultKind:
        """Count a sentence under its kind. A folder of a thousand wrong PDFs has a thousand kinds: after
        ``MOST_FAULT_KINDS`` they are only counted."""
        if (file, said) not in self._kinds and len(self._kinds) >= MOST_FAULT_KINDS:
            return self._others
        return self._kinds.setdefault((file, said), FaultKind())

    def by_kind(self, others: str) -> list[str]:
        """The sentences by kind, in the order of the files; ``others`` names what is only counted."""
        kinds = sorted(self._kinds.values(), key=lambda kind: _reading_order(kind.first[0]))
        said = [line for kind in kinds[:MOST_FAULTS_SHOWN] for line in kind.lines()]
        hidden = sum(kind.count for kind in kinds[MOST_FAULTS_SHOWN:]) + self._others.count
        if hidden:
            said.append(f"… et {number(hidden)} autres {others}, d'autres sortes que les {MOST_FAULTS_SHOWN} premières")
        return said


class Remarks(Kinds):
    """What is taken and looks wrong. Each sentence says what stands there, why it looks wrong, and what to do."""

    def lines(self) -> list[str]:
        """What a clerk reads; nothing when there is no remark."""
        if not self.count:
            return []
        is_taken = "ce qui suit est pris, et semble faux"
        return [f"{several(self.count, 'remarque')} : {is_taken}", *(f"  {one}" for one in self.by_kind("remarques"))]


class Faults(Kinds):
    """Collects faults in limited memory: the first ones in the order of the files, their kinds, their number.

    ``unread`` names the files of which no row was read. ``unjudged`` counts, for each file, the lines that could not be
    judged because of faults elsewhere. ``remarks`` are about what is no fault.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unread: set[str] = set()
        self.unjudged: Counter[str] = Counter()
        self.remarks = Remarks()
        self._kept: list[Fault] = []

    def add(self, where: FileLine, text: str) -> None:
        super().add(where, text)
        self._kept.append(Fault(where, text))
        if len(self._kept) > 2 * MOST_FAULTS_SHOWN:
            self._keep_first()

    def add_unread(self, where: FileLine, text: str) -> None:
        """Note a fault for which the whole file stays unread."""
        self.unread.add(where.file)
        self.add(where, text)

    def __iter__(self) -> Iterator[Fault]:
        self._keep_first()
        return iter(self._kept)

    def of_each_kind(self) -> Iterator[Fault]:
        """The first fault of each kind: what is true of all of them can be asked of these."""
        for kind in (*self._kinds.values(), self._others):
            yield from kind.first[:1]

    def lines(self) -> list[str]:
        """What a clerk reads: the faults by kind, in the order of the files, then what could not be judged."""
        said = self.by_kind("erreurs")
        if self.unjudged:
            files = ", ".join(f"{file} {number(self.unjudged[file])}" for file in TOWN_FILES if self.unjudged[file])
            said.append(f"Lignes qui n'ont pas pu être jugées à cause de ces erreurs : {files}")
        many = self.count > 1
        return [*said, f"{number(self.count)} erreur{'s' if many else ''} : rien n'a été écrit."]

    def _keep_first(self) -> None:
        self._kept.sort(key=_reading_order)
        del self._kept[MOST_FAULTS_SHOWN:]


def add_or_mute(faults: Faults, where: FileLine, wrong: str, *, follows: bool, needs: tuple[str, ...]) -> None:
    """Note a fault, unless it may be only the consequence of another: of a wrong row (``follows``), or of an unread
    file of ``needs``."""
    if follows or faults.unread.intersection(needs):
        faults.unjudged[where.file] += 1
    else:
        faults.add(where, wrong)


def _reading_order(fault: Fault) -> tuple[int, str, int]:
    file = fault.where.file
    return (TOWN_FILES.index(file) if file in TOWN_FILES else len(TOWN_FILES), file, fault.where.line)


plain = letters.plain


def words(text: str) -> str:
    """The ``plain`` text without what stands between words: ``SACRÉ-CŒUR`` and ``Sacre Coeur`` become equal."""
    return " ".join(_WORD.findall(plain(text)))


def number(value: int) -> str:
    """``12345`` -> ``12 345``, with a narrow no-break space."""
    return f"{value:,}".replace(",", "\u202f")


def several(count: int, word: str) -> str:
    """``1 enfant``, ``1 200 enfants``."""
    return f"{number(count)} {word}{'s' if count > 1 else ''}"


def nearest(name: str, known: list[str]) -> str:
    """`` ; vouliez-vous dire « x » ?`` when a known name looks like ``name``; otherwise the known names."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"vouliez-vous dire « {close[0]} » ?"
    return f"attendu : {', '.join(sorted(known))}"
