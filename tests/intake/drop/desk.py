"""A town whose files are dropped: the use case over a bucket and a portal in memory."""

from datetime import timedelta
from pathlib import Path

from chalicelib.intake.drop.archives import Limits
from chalicelib.intake.drop.receiving import DropRun, ReceiveDrops
from tests.clock import FixedClock, paris
from tests.fakes import MemoryOutbox
from tests.fakes.drops import MemoryBox
from tests.intake.folder import LISTS, TOWN
from tests.intake.memory_portal import Portal

MORNING = paris("mercredi 2026-11-25 09:00")
WHOLE = {"town.toml": TOWN, **LISTS}


class Desk:
    """Time moves only by ``later``, and by the pauses that the use case makes."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.portal = Portal()
        self.box = MemoryBox()
        self.outbox = MemoryOutbox()
        self.clock = FixedClock(MORNING)
        self.events: list[dict[str, object]] = []
        self.receive = ReceiveDrops(
            box=self.box,
            importer=self.portal.run,
            towns=self.portal.store,
            outbox=self.outbox,
            clock=self.clock,
            town_clock=self.clock,
            report=lambda event, **facts: self.events.append({"event": event, **facts}),
            limits=limits or Limits(),
            pause=lambda seconds: self.clock.forward(seconds=seconds),
            folder=folder,
        )

    def drop(self, **files: str | bytes) -> None:
        """``desk.drop(**{"enfants.csv": "…"})``: each a second after the one before."""
        for name, content in files.items():
            self.clock.forward(seconds=1)
            self.box.drop(f"depot/{name}", content, self.clock.now())

    def later(self, **units: float) -> None:
        self.clock.at += timedelta(**units)

    def run(self, seconds: float = 900.0) -> DropRun:
        return self.receive(lambda: seconds)

    def lying(self) -> list[str]:
        return [one.key.removeprefix("depot/") for one in self.box.dropped("depot/")]

    def kept(self, home: str) -> dict[str, bytes]:
        """What is in the last folder of ``home`` (``traites``), by path; empty without one."""
        found = sorted(key for key in self.box.objects if key.startswith(f"{home}/"))
        if not found:
            return {}
        last = found[-1].split("/")[1]
        prefix = f"{home}/{last}/"
        return {key.removeprefix(prefix): self.box.objects[key][-1][1] for key in found if key.startswith(prefix)}

    def folders(self, home: str) -> int:
        return len({key.split("/")[1] for key in self.box.objects if key.startswith(f"{home}/")})

    def told(self, home: str) -> str:
        """The last report in ``home``."""
        return self.kept(home)["rapport.txt"].decode()

    def waiting(self) -> str:
        return (self.box.read("en-attente/rapport.txt") or b"").decode()

    def mailed(self) -> list[dict[str, str]]:
        return [mail.facts for mail in sorted(self.outbox.mails.values(), key=lambda mail: mail.due_at)]


def a_town(folder: Path, limits: Limits | None = None) -> Desk:
    """A desk that has imported the whole town."""
    desk = Desk(folder, limits)
    desk.drop(**WHOLE)
    assert desk.run() == DropRun(accepted=1)
    desk.outbox.mails.clear()
    return desk
