"""What the drop folder remembers between two runs: one object, written under the import's lease.

``files`` are the lists that were imported last. ``plan`` is a verdict that is being carried out: it is written before
anything moves, so that the next run finishes what a dead one began.
"""

import json
from dataclasses import asdict, replace
from datetime import datetime

from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.services.drop_ports import DropBox, Dropped
from chalicelib.values import Value

DROP, CURRENT = "depot/", "courant/"
MEMORY = f"{CURRENT}etat.json"
JSON = "application/json"


class Imported(Value):
    """The version of a list that was imported last: the hash of its bytes, and when it was dropped."""

    hash: str
    at: datetime


class Tries(Value):
    """How many runs have worked on one set of files, and did not end."""

    drop: str = ""
    count: int = 0


class Wait(Value):
    """A set that waits for its companions until an instant; ``told``: the office knows."""

    drop: str
    until: datetime
    told: bool = False


class Move(Value):
    """One object goes to ``to``; empty: it is only taken out of sight."""

    dropped: Dropped
    to: str


class Plan(Value):
    """A verdict: what moves, the reports that are written first, and the facts of the office's e-mail (none: no
    e-mail), which is due at ``mail_at`` by the town's clock."""

    mail_at: datetime
    moves: tuple[Move, ...]
    reports: tuple[str, ...]
    text: str
    mail: dict[str, str]


class Memory(Value):
    files: dict[str, Imported]
    last: datetime | None = None
    """Instant of the last verdict: each has one of its own, which names its folder."""
    tries: Tries = Tries()
    waits: tuple[Wait, ...] = ()
    plan: Plan | None = None

    def with_files(self, hashes: dict[str, Imported]) -> "Memory":
        return replace(self, files={**self.files, **hashes})


def load(box: DropBox) -> Memory:
    """What was remembered; nothing before the first import. Raises Unavailable."""
    content = box.read(MEMORY)
    if content is None:
        return Memory({})
    told = json.loads(content)
    return Memory(
        files={name: Imported(one["hash"], instant_of(one["at"])) for name, one in told["files"].items()},
        last=instant_of(told["last"]) if told["last"] else None,
        tries=Tries(**told["tries"]),
        waits=tuple(Wait(one["drop"], instant_of(one["until"]), one["told"]) for one in told["waits"]),
        plan=_plan(told["plan"]) if told["plan"] else None,
    )


def store(box: DropBox, memory: Memory) -> None:
    text = json.dumps(asdict(memory), default=_text, ensure_ascii=False)
    box.write(MEMORY, text.encode(), JSON)


def nothing_to_do(box: DropBox) -> bool:
    """Whether nothing lies in the drop folder and no verdict is half carried out. Raises Unavailable."""
    return not box.dropped(DROP) and not load(box).plan


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    raise TypeError(type(value).__name__)


def _plan(told: dict[str, object]) -> Plan:
    moves: list[dict[str, dict[str, object]]] = told["moves"]  # type: ignore[assignment]
    return Plan(
        mail_at=instant_of(str(told["mail_at"])),
        moves=tuple(Move(_dropped(one["dropped"]), str(one["to"])) for one in moves),
        reports=tuple(told["reports"]),  # type: ignore[arg-type]
        text=str(told["text"]),
        mail=told["mail"],  # type: ignore[arg-type]
    )


def _dropped(told: dict[str, object]) -> Dropped:
    facts = {**told, "at": instant_of(str(told["at"])), "before": tuple(told["before"])}  # type: ignore[arg-type]
    return Dropped(**facts)  # type: ignore[arg-type]
