"""The drop folder's use case: look at what lies there, import each set, move it where it belongs, say so.

An event only says « look »: what lies in the folder decides, so that events may come twice, late, in any order or
never. A run may end anywhere. What is imported is imported again without harm; a verdict is written down before
anything moves, and the next run finishes it; what was dropped is deleted last, version by version.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from chalicelib.intake.drop.archives import Limits
from chalicelib.intake.drop.gathering import DropSet, Gathered, Gathering, is_state, sets_of
from chalicelib.intake.drop.judging import Judging, Verdict
from chalicelib.intake.drop.memory import CURRENT, DROP, Memory, Move, Plan, Tries, Wait, load, store
from chalicelib.intake.drop.timing import MARGIN_SECONDS, TimeIsOver, UntilTimeIsOver
from chalicelib.intake.drop.words import (
    ACCEPTED,
    ENDLESS,
    ENDLESS_MORE,
    REFUSED,
    REPORT,
    WAITING,
    instant_folder,
    told,
    waiting_more,
    waits_for,
)
from chalicelib.intake.importing import Importer
from chalicelib.rules.town import Town
from chalicelib.services.drop_ports import DropBox
from chalicelib.services.mail_ports import Outbox
from chalicelib.services.mails import files_dropped
from chalicelib.services.ports import Clock, Report, SecondsLeft
from chalicelib.values import Value

COMPANIONS_WITHIN = timedelta(hours=1)
QUIET = timedelta(seconds=5)
"""Files that come one after the other are waited for: most sets are then imported once, and whole."""
MOST_QUIET = timedelta(seconds=30)
"""How long at most, for files that never cease to come."""
TOLD_AFTER = timedelta(minutes=5)
"""How long a set waits before the office is told that it waits."""
MOST_TRIES = 24
"""Runs that may work on one set and not end: six hours. Then it is refused, because something is wrong with it."""
PLAIN_TEXT = "text/plain; charset=utf-8"


class Towns(Protocol):
    def current_town(self) -> Town | None: ...


class DropRun(Value):
    """What a run did, in sets. ``waited``: seconds since the oldest file came that is still there, without those that
    wait for companions."""

    accepted: int = 0
    refused: int = 0
    waiting: int = 0
    unfinished: int = 0
    waited: int = 0


@dataclass(frozen=True, kw_only=True)
class ReceiveDrops:
    """Called under the import's lease only. ``clock`` is the machine's own: S3 says when a file came. E-mails are due
    by ``town_clock``, which is another in a demo."""

    box: DropBox
    importer: Importer
    towns: Towns
    outbox: Outbox
    clock: Clock
    town_clock: Clock
    report: Report
    limits: Limits
    pause: Callable[[float], None]
    folder: Path | None = None
    """Where files are unpacked; the machine's own place for temporary files when None."""

    def __call__(self, seconds_left: SecondsLeft) -> DropRun:
        """Raises Unavailable, at any time: run again, nothing is lost."""
        done = DropRun()
        if plan := load(self.box).plan:
            self._carry_out(plan)
        while drop := self._next(seconds_left):
            try:
                verdict = self._judged(drop, seconds_left)
            except TimeIsOver:
                done = replace(done, unfinished=done.unfinished + 1)
                break
            if verdict:
                taken = verdict.taken
                done = replace(done, accepted=done.accepted + taken, refused=done.refused + (not taken))
        done = replace(done, waiting=len(load(self.box).waits), waited=self._waited())
        self.report("drop.run", **asdict(done))
        return done

    def _next(self, seconds_left: SecondsLeft) -> DropSet | None:
        """The next set that is to be judged; None when all wait, or when there is no time for another."""
        while seconds_left() > 2 * MARGIN_SECONDS:
            memory, now = load(self.box), self.clock.now()
            ready = [drop for drop in sets_of(self.box.dropped(DROP)) if not _waits(drop, memory, now)]
            if not ready:
                return None
            calm = min(max(one.newest for one in ready) + QUIET, min(one.oldest for one in ready) + MOST_QUIET)
            if calm <= now:
                return ready[0]
            self.pause(min(calm - now, QUIET).total_seconds())
        return None

    def _judged(self, drop: DropSet, seconds_left: SecondsLeft) -> Verdict | None:
        """Judge a set and carry the verdict out; None when it waits for its companions. Raises TimeIsOver."""
        memory = load(self.box)
        tries = memory.tries.count + 1 if memory.tries.drop == drop.name else 1
        memory = replace(memory, tries=Tries(drop.name, tries))
        store(self.box, memory)
        with tempfile.TemporaryDirectory(prefix="depot-", dir=self.folder) as folder:
            gathered = Gathering(self.box, memory, self.limits, Path(folder))(drop)
            if tries > MOST_TRIES:
                verdict = Verdict(ENDLESS, taken=False, lines=(ENDLESS_MORE,))
            else:
                same = all(
                    name in memory.files and memory.files[name].hash == one.hash for name, one in gathered.files.items()
                )
                judging = Judging(self.importer, UntilTimeIsOver(seconds_left), drop.words)
                verdict = judging(gathered, unchanged=same)
            now = self.clock.now()
            if verdict.waits_for and now < drop.newest + COMPANIONS_WITHIN:
                self._wait(drop, memory, gathered, verdict)
                return None
            if verdict.taken:
                self._remember(gathered)
            self._decide(drop, memory, gathered, verdict, now)
        return verdict

    def _wait(self, drop: DropSet, memory: Memory, gathered: Gathered, verdict: Verdict) -> None:
        """Leave a set where it is, say what it waits for, and tell the office once it has waited for a while."""
        until, now = drop.newest + COMPANIONS_WITHIN, self.clock.now()
        tell = now >= drop.newest + TOLD_AFTER
        what = waits_for(verdict.waits_for, until)
        # The last line of a refusal would ask for these files again.
        lines = (*verdict.lines[:-1], waiting_more(verdict.waits_for))
        text = told(now, what, gathered, lines)
        self.box.write(f"{WAITING}{REPORT}", text.encode(), PLAIN_TEXT)
        if tell:
            self._tell(self.town_clock.now(), self._facts(what, verdict, WAITING))
        waits = (*(one for one in memory.waits if one.drop != drop.name), Wait(drop.name, until, tell))
        store(self.box, replace(memory, waits=waits, tries=Tries()))

    def _remember(self, gathered: Gathered) -> None:
        """Keep the lists that later drops are completed with. All of them are imported: any mixture of them is right
        if this ends half-way, because the set is then imported again."""
        for name in sorted(filter(is_state, gathered.files)):
            self.box.upload(gathered.folder / name, f"{CURRENT}{name}")

    def _decide(self, drop: DropSet, memory: Memory, gathered: Gathered, verdict: Verdict, now: datetime) -> None:
        at = _after(memory.last, now)
        folder = instant_folder(at)
        moves = tuple(_moves(drop, gathered, verdict, folder))
        homes = sorted({home for home in (ACCEPTED, REFUSED) if any(move.to.startswith(home) for move in moves)})
        home = ACCEPTED if verdict.taken else REFUSED
        plan = Plan(
            mail_at=self.town_clock.now(),
            moves=moves,
            reports=tuple(f"{one}{folder}/{REPORT}" for one in (homes or [home])),
            text=told(at, verdict.what, gathered, verdict.lines),
            mail=self._facts(verdict.what, verdict, f"{home}{folder}/") if verdict.mailed else {},
        )
        # What waits may have waited for this very set, dropped with another word: it is looked at again.
        lying = {one.name for one in sets_of(self.box.dropped(DROP))} - {drop.name}
        waits = () if verdict.taken else tuple(one for one in memory.waits if one.drop in lying)
        left = replace(
            memory.with_files(gathered.files if verdict.taken else {}),
            last=at,
            tries=Tries(),
            waits=waits,
            plan=plan,
        )
        store(self.box, left)
        self._carry_out(plan)

    def _carry_out(self, plan: Plan) -> None:
        """Each step may be done again. What was dropped is deleted after everything else is there."""
        for move in plan.moves:
            if move.to:
                self.box.keep(move.dropped, move.to)
        for key in plan.reports:
            self.box.write(key, plan.text.encode(), PLAIN_TEXT)
        self.box.clear(f"{WAITING}{REPORT}")
        if plan.mail:
            self._tell(plan.mail_at, plan.mail)
        for move in plan.moves:
            (self.box.remove if move.to else self.box.hide)(move.dropped)
        store(self.box, replace(load(self.box), plan=None))

    def _facts(self, what: str, verdict: Verdict, where: str) -> dict[str, str]:
        return {"what": what, "numbers": verdict.facts, "where": f"{where}{REPORT}"}

    def _tell(self, at: datetime, facts: dict[str, str]) -> None:
        """Nobody can be told before a first town is published."""
        if town := self.towns.current_town():
            self.outbox.put(files_dropped(facts, town.office.email, at))

    def _waited(self) -> int:
        memory, now = load(self.box), self.clock.now()
        late = [drop for drop in sets_of(self.box.dropped(DROP)) if not _waits(drop, memory, now)]
        return max((int((now - one.at).total_seconds()) for drop in late for one in drop.objects), default=0)


def _after(last: datetime | None, now: datetime) -> datetime:
    """``now`` to the second; a second after ``last`` when that is no later: it names a folder."""
    at = now.replace(microsecond=0)
    return at if last is None else max(at, last + timedelta(seconds=1))


def _waits(drop: DropSet, memory: Memory, now: datetime) -> bool:
    """Whether a set was looked at already and nothing new can be said of it yet."""
    for one in memory.waits:
        if one.drop == drop.name:
            return now < one.until and (one.told or now < drop.newest + TOLD_AFTER)
    return False


def _moves(drop: DropSet, gathered: Gathered, verdict: Verdict, folder: str) -> Iterator[Move]:
    for one in drop.objects:
        home = ACCEPTED if verdict.taken and one.key not in gathered.refused else REFUSED
        to = "" if one.key in gathered.hidden else f"{home}{folder}/{one.key.removeprefix(DROP)}"
        yield Move(one, to)
