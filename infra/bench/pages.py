"""What the pages cost beyond what they cannot do without, and how many DynamoDB calls they make."""

import gzip
import hashlib
import uuid
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from infra.bench.bare import bare_app, client
from infra.bench.measure import Figure, in_turns
from infra.bench.parent import Event, Handler, Inputs, Parent, call
from infra.bench.recorder import recording
from infra.local.gateway import Request, event_of

PLANNING = "/planning?enfant=c-008"
"""Aline of the demo town: two children in the family, five activities, five weeks."""
SLOTS = 10
ROUNDS = 30
Calls = list[tuple[str, dict[str, Any]]]


def planning(parent: Parent) -> Figure:
    parent.page(PLANNING)
    with recording() as made:
        page = parent.page(PLANNING)
    event = parent.event(PLANNING)
    bare, bare_event = bare_app(client(), made.calls, page), _bare_event("GET")
    ours, base = in_turns(
        lambda: call(parent.handler, event, 200), lambda: call(bare, bare_event, 200), rounds=ROUNDS, calls=5
    )
    note = f"÷ {made.names} with raw botocore and a constant page of {len(page):,} characters"
    return Figure("planning, 2 children, 5 weeks, 5 activities", ours, base, goal=1.45, note=note)


def save(parent: Parent) -> Figure:
    """Book ten slots, cancel them, and so on. The bare side makes the same calls with a journal id of its own."""
    flips = _flips(parent)
    recorded: list[Calls] = []
    for event in flips:
        with recording() as made:
            call(parent.handler, event, 303)
        recorded.append(made.calls)
    # Ids are made outside the measure; the portal's own are part of what is measured.
    replays = [_with_another_id(recorded[number % 2], number) for number in range(2 * (ROUNDS + 1))]
    waiting = iter(replays)
    calls: Calls = []
    bare, bare_event = bare_app(client(), calls, ""), _bare_event("POST")

    def ours_twice() -> None:
        for event in flips:
            call(parent.handler, event, 303)

    def bare_twice() -> None:
        for _ in flips:
            calls[:] = next(waiting)
            call(bare, bare_event, 200)

    ours, base = in_turns(ours_twice, bare_twice, rounds=ROUNDS, calls=1)
    note = f"÷ {', '.join(name for name, _ in recorded[0])} with raw botocore"
    return Figure(f"save of {SLOTS} slots", ours / 2, base / 2, goal=1.6, note=note)


def sign_in(parent: Parent) -> Figure:
    event = parent.sign_in_event()

    def scrypt() -> None:
        hashlib.scrypt(b"GOLDENEYE7", salt=b"sixteen bytes...", n=2**14, r=8, p=1, dklen=32)

    ours, base = in_turns(lambda: call(parent.handler, event, 303), scrypt, rounds=15, calls=1)
    return Figure("sign-in", ours, base, goal=1.3, note="÷ its scrypt alone")


@dataclass(frozen=True)
class PageCost:
    page: str
    calls: int
    operations: str
    units: float
    bytes: int
    gzipped: int


def costs(parent: Parent) -> list[PageCost]:
    """Calls, capacity units (the stand-in's count) and bytes of each page, the town already cached."""
    parent.page(PLANNING)
    pages = [PLANNING, "/enfants", "/modifications", "/factures", "/notifications", "/aide"]
    found = [_cost(parent.handler, path, parent.event(path), 200) for path in pages]
    found.append(_cost(parent.handler, "sign-in", parent.sign_in_event(), 303))
    for name, event in zip((f"save, {SLOTS} booked", f"save, {SLOTS} cancelled"), _flips(parent), strict=True):
        found.append(_cost(parent.handler, name, event, 303))
    return found


def _cost(handler: Handler, name: str, event: Event, status: int) -> PageCost:
    with recording() as made:
        body = call(handler, event, status)["body"].encode()
    return PageCost(name, len(made.calls), made.names, made.units, len(body), len(gzip.compress(body)) if body else 0)


def _flips(parent: Parent) -> Sequence[Event]:
    """Two saves that undo each other: the last ten free slots of the page booked, then cancelled."""
    free_page = parent.page(PLANNING)
    boxes = Inputs(free_page).boxes
    free = [value for value, ticked in boxes.items() if not ticked][-SLOTS:]
    if len(free) < SLOTS:
        raise RuntimeError(f"the planning has only {len(free)} free slots to book")
    kept = [value for value, ticked in boxes.items() if ticked]
    book = parent.save_event(free_page, [*kept, *free])
    call(parent.handler, book, 303)
    cancel = parent.save_event(parent.page(PLANNING), kept)
    call(parent.handler, cancel, 303)
    return book, cancel


def _with_another_id(calls: Calls, number: int) -> Calls:
    fresh = deepcopy(calls)
    for _, kwargs in fresh:
        if "ClientRequestToken" in kwargs:
            kwargs["ClientRequestToken"] = str(uuid.uuid4())
        for item in kwargs.get("TransactItems", ()):
            if "Put" in item and "entry" in item["Put"]["Item"]:
                item["Put"]["Item"]["entry"] = {"S": f"2000-01-01T00:00:00.000000Z#{number:08x}"}
    return fresh


def _bare_event(method: str) -> Event:
    request = Request(method, "/", [("Host", "127.0.0.1"), ("Accept", "text/html")], b"", "127.0.0.1")
    return event_of(request, "/", "", "/", {})
