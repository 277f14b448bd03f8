"""Payer codes for the families of a town's folder that have none: a list with them, and the letters that give them.

The folder is the source: the portal only keeps hashes of codes, and cannot say which family has none.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chalicelib.intake.files.columns import Columns, Titles
from chalicelib.intake.files.faults import Faults, FileLine
from chalicelib.intake.files.names import check_names
from chalicelib.intake.files.staging import staging
from chalicelib.intake.people.checks import check_codes
from chalicelib.intake.people.code_files import (
    BEFORE,
    CODES,
    LETTERS,
    FamilyTable,
    codes_of_earlier_runs,
    put_in_place,
    whole_folder,
    write_secret,
)
from chalicelib.intake.people.details import ADDRESS_LINES
from chalicelib.intake.people.lists import FAMILIES, PeopleLists
from chalicelib.intake.people.past import Past
from chalicelib.intake.ports import LetterRenderer
from chalicelib.intake.progress import ImportProgress, Silence
from chalicelib.intake.town.town_file import read_town_file
from chalicelib.intake.validating import BadFiles
from chalicelib.rules.access_letters import AccessLetter, LettersChild
from chalicelib.rules.codes import normal_code
from chalicelib.rules.ids import family_id
from chalicelib.rules.new_codes import new_code
from chalicelib.rules.school_calendar import PARIS, paris_day
from chalicelib.rules.town import Town
from chalicelib.services.ports import Clock
from chalicelib.values import Value

_FAMILIES = "SELECT id, payer, code, coalesce(address, '') FROM families ORDER BY line"
_CHILDREN = "SELECT first_name || ' ' || last_name, code FROM children WHERE family = ? ORDER BY rank"
_TAKEN = "SELECT code FROM families UNION SELECT normal_code FROM children"


class ReadFolder(Value):
    """A town's folder: its families and children in the staging database, and the codes of earlier runs by family."""

    town: Town
    titles: Titles
    lists: sqlite3.Connection
    columns: Columns
    earlier: Mapping[str, str]


class CodesPlan(Value):
    """The codes of a run, by family. ``made`` are new, ``taken_up`` are those of an earlier run that the list does not
    have. ``contradicted``: the list has another code than the family's last letter. ``renewed``: families of ``made``
    that had a code before."""

    made: dict[str, str]
    taken_up: dict[str, str]
    contradicted: tuple[str, ...]
    renewed: frozenset[str]


class MadeCodes(Value):
    """What a run did. ``folder`` is None when every family has a code already."""

    folder: Path | None
    made: int
    taken_up: int
    contradicted: tuple[str, ...]
    without_address: int = 0


@dataclass(frozen=True, kw_only=True)
class MakeCodes:
    """``choose`` draws one sign of a text, and nobody can guess which. ``as_csv`` makes a file of titles and rows that
    neither a spreadsheet nor the import changes."""

    letters: LetterRenderer
    clock: Clock
    choose: Callable[[str], str]
    as_csv: Callable[[Sequence[str], Iterable[Sequence[str]]], bytes]

    def __call__(self, folder: Path, progress: ImportProgress, *, anew: str = "", in_place: bool = False) -> MadeCodes:
        """Make what is missing in ``folder``, and a new code for the family ``anew``. With ``in_place``, the town's own
        list is replaced too.

        Raises BadFiles when the lists have faults. Nothing is ever there in part. When the run ends before the list is
        replaced, the next one takes up its codes.
        """
        now = self.clock.now()
        typed = _typed(folder / FAMILIES)
        with _read(folder, now, progress, anew) as read:
            town, lists = read.town, read.lists
            plan = self._plan(lists, read.earlier, anew)
            if not (plan.made or plan.taken_up):
                return MadeCodes(None, 0, 0, plan.contradicted)
            table = FamilyTable.of(folder / FAMILIES, read.columns)
            letters = list(_letters(lists, plan))
            run = folder / CODES / f"{now.astimezone(PARIS):%Y-%m-%d-%H%M%S}"
            with whole_folder(run) as aside:
                titles, *rows = table.with_codes(plan.made | plan.taken_up)
                write_secret(aside / FAMILIES, self.as_csv(titles, rows))
                _check(aside, folder, read, now)
                if letters:
                    write_secret(aside / LETTERS, self.letters.render(letters, town, paris_day(now)))
                if in_place:
                    write_secret(aside / BEFORE, typed)
        if in_place:
            _put_in_place(run / FAMILIES, folder / FAMILIES, typed)
        alone = sum(not letter.address for letter in letters)
        return MadeCodes(run, len(plan.made), len(plan.taken_up), plan.contradicted, alone)

    def _plan(self, lists: sqlite3.Connection, earlier: Mapping[str, str], anew: str) -> CodesPlan:
        families = lists.execute(_FAMILIES).fetchall()
        taken = {code for (code,) in lists.execute(_TAKEN)} | {normal_code(code) for code in earlier.values()}
        made: dict[str, str] = {}
        for family, payer, code, _ in families:
            if family == anew or not (code or family in earlier):
                made[family] = new_code(self.choose, (family, payer, *payer.split()), taken)
                taken.add(made[family])
        return CodesPlan(
            made=made,
            taken_up={
                name: earlier[name] for name, _, code, _ in families if not code and name in earlier.keys() - made
            },
            contradicted=tuple(
                name
                for name, _, code, _ in families
                if code and name in earlier.keys() - made and normal_code(earlier[name]) != code
            ),
            renewed=frozenset(name for name, _, code, _ in families if name in made and (code or name in earlier)),
        )


def _typed(path: Path) -> bytes:
    """The list as it is before the run; empty when there is none, which its reading says."""
    return path.read_bytes() if path.is_file() else b""


@contextmanager
def _read(folder: Path, now: datetime, progress: ImportProgress, anew: str) -> Iterator[ReadFolder]:
    """Everything is checked as the import does, but a family may have no code yet.

    Raises BadFiles.
    """
    faults = Faults()
    file = read_town_file(folder, faults, paris_day(now))
    check_names(folder, faults)
    with staging() as database:
        lists = PeopleLists(
            folder, file.town, database, faults, now, titles=file.titles, past=Past(), codes_needed=False
        )
        lists.stage_families(progress.reading)
        lists.stage_children(progress.reading)
        check_codes(database, faults)
        columns = lists.columns_of(FAMILIES)
        earlier = codes_of_earlier_runs(folder, columns, faults)
        if anew and not database.execute("SELECT 1 FROM families WHERE id = ?", (anew,)).fetchone():
            faults.add(FileLine(FAMILIES, 0), f"la famille « {anew} » n'y est pas ; attendu : une famille de la liste")
        if faults.count or file.town is None:
            raise BadFiles(faults)
        yield ReadFolder(file.town, file.titles, database, columns, earlier)


def _check(made: Path, folder: Path, read: ReadFolder, now: datetime) -> None:
    """Raises BadFiles when the import would not take the list that was made, whatever an earlier run or a spreadsheet
    put into it."""
    faults = Faults()
    with staging() as database:
        for at, stage in ((made, PeopleLists.stage_families), (folder, PeopleLists.stage_children)):
            lists = PeopleLists(at, read.town, database, faults, now, titles=read.titles, past=Past())
            stage(lists, Silence().reading)
        check_codes(database, faults)
    if faults.count:
        raise BadFiles(faults)


def _put_in_place(made: Path, path: Path, typed: bytes) -> None:
    """Replace the town's list. Raises BadFiles when somebody changed it meanwhile; the next run takes up the codes."""
    if path.read_bytes() != typed:
        faults = Faults()
        faults.add(FileLine(path.name, 0), "la liste a changé pendant ce temps ; attendu : relancer la même commande")
        raise BadFiles(faults)
    put_in_place(made, path)


def _letters(lists: sqlite3.Connection, plan: CodesPlan) -> Iterator[AccessLetter]:
    """A letter for each code that was made, in the order of the list."""
    for family, payer, _, address in lists.execute(_FAMILIES).fetchall():
        if family in plan.made:
            children = tuple(LettersChild(name, code) for name, code in lists.execute(_CHILDREN, (family,)))
            lines = tuple(address.split(ADDRESS_LINES)) if address else ()
            yield AccessLetter(family_id(family), payer, lines, children, plan.made[family], family in plan.renewed)
