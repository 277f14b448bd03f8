"""One set of dropped files -> a verdict: what the import makes of it, in French, and where its files go."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from chalicelib.intake.brakes import Braked
from chalicelib.intake.drop.gathering import Gathered
from chalicelib.intake.drop.names import ACCEPT, CANCEL
from chalicelib.intake.drop.words import (
    CANCEL_MORE,
    FAULTY,
    FAULTY_MORE,
    HELD,
    HELD_MORE,
    STRAY,
    TAKEN,
    TAKEN_IN_PART,
    UNCHANGED,
    UNREAD_MORE,
    numbers,
    unread_words,
)
from chalicelib.intake.files.faults import TOWN_FILES, Fault, Faults, several
from chalicelib.intake.importing import Importer
from chalicelib.intake.progress import ImportProgress
from chalicelib.intake.validating import BadFiles
from chalicelib.values import Value

EXPECTED, MISSING = " ; attendu : ", "ce fichier manque"
_FILE = re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in TOWN_FILES)}|pdf/)")


class Verdict(Value):
    """``taken``: the files are imported. ``lines`` are the report's; ``facts`` are the e-mail's, without a name.

    ``waits_for`` names files that would cure all that is wrong, if they came; then the rest is not final.
    """

    what: str
    taken: bool
    lines: tuple[str, ...] = ()
    facts: str = ""
    mailed: bool = True
    waits_for: frozenset[str] = frozenset()


class Judging:
    def __init__(self, importer: Importer, progress: ImportProgress, words: frozenset[str]) -> None:
        self.importer = importer
        self.progress = progress
        self.words = words

    def __call__(self, gathered: Gathered, *, unchanged: bool) -> Verdict:
        """Import the set. Raises Unavailable, TimeIsOver: what is written stays, and the same again finishes it."""
        verdict = self._of(gathered, unchanged=unchanged)
        if not (verdict.taken and gathered.unread):
            return verdict
        # The unread file may be a list under another name: « done » alone would be believed.
        what = f"{verdict.what} ; {unread_words(gathered.unread)}"
        return replace(verdict, what=what, lines=(*verdict.lines, UNREAD_MORE), mailed=True)

    def _of(self, gathered: Gathered, *, unchanged: bool) -> Verdict:
        if not gathered.files or gathered.stopped:
            return Verdict(STRAY, taken=False, lines=(FAULTY_MORE,))
        if unchanged and not self.words:
            return Verdict(UNCHANGED, taken=True, mailed=False)
        try:
            report = self.importer(
                gathered.folder,
                self.progress,
                accepting=ACCEPT in self.words,
                cancel_departed=CANCEL in self.words,
            )
        except (BadFiles, Braked) as stopped:
            return _stopped(stopped, gathered)
        more = [CANCEL_MORE] if any(not one.cancelled for one in report.ended) else []
        what = TAKEN if report.all_taken else TAKEN_IN_PART
        return Verdict(what, taken=True, lines=(*report.lines(), *more), facts=numbers(report))


def _stopped(stopped: BadFiles | Braked, gathered: Gathered) -> Verdict:
    if isinstance(stopped, Braked):
        lines = (*stopped.reasons, HELD_MORE)
        return Verdict(HELD, taken=False, lines=lines, facts=several(len(stopped.reasons), "raison"))
    faults = stopped.faults
    return Verdict(
        FAULTY,
        taken=False,
        lines=(*faults.remarks.lines(), *faults.lines(), FAULTY_MORE),
        facts=several(faults.count, "erreur"),
        waits_for=_companions(faults, gathered),
    )


def _companions(faults: Faults, gathered: Gathered) -> frozenset[str]:
    """Files that were not dropped with the set and may cure every fault; empty when one fault is of the set alone."""
    wanted: set[str] = set()
    for fault in faults.of_each_kind():
        cures = {name for name in _cures(fault) if name not in gathered.files}
        if not cures:
            return frozenset()
        wanted |= cures
    return frozenset(wanted)


def _cures(fault: Fault) -> Iterator[str]:
    """Files whose coming may make the fault go: the one that it misses, and the one that holds it when it names
    another (a list that was imported before may be the old one of the two)."""
    _, _, expected = fault.text.rpartition(EXPECTED)
    own = PurePosixPath(fault.where.file).name if fault.where.file in TOWN_FILES else fault.where.file
    named = set(_FILE.findall(expected)) - {own}
    if fault.text.startswith(MISSING) or named:
        yield own
    yield from named
