"""The files of the night: every kind once, and a night that ended anywhere goes on with what is missing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.adapters.aws import documents_client
from chalicelib.adapters.export_shelf import S3Shelf
from chalicelib.exports.changes import ExportChanges
from chalicelib.exports.nightly import ENOUGH_SECONDS, WriteExports, nights_kinds
from chalicelib.exports.run import (
    BILLING,
    CHANGES,
    COMPLETE,
    LISTS,
    ORDERS,
    PAYMENTS,
    REGIE,
    Asked,
    Export,
    PaymentFiles,
    change_files,
)
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import ChildId, EntryId, FamilyId
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.outgoing_ports import ChangeFile, Shelf
from chalicelib.services.ports import JournalEntry
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.change_feed import DynamoChangeFeed
from chalicelib.storage.cursors import DynamoCursorStore
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.planning import DynamoPlanningStore
from tests.builders import CANTEEN, a_town
from tests.clock import FixedClock, day, paris
from tests.exports.reading import cells_of
from tests.fakes import MemoryShelf, MemoryTown
from tests.faults import SEVERAL, Case, NextProcess, survives
from tests.stand_in import REGION, database_for, kept_by_moto, moto_town, settings_for

NIGHT = paris("mardi 2026-11-17 03:30")
TODAY = "2026-11-17"
ALL = [PAYMENTS, LISTS, ORDERS, CHANGES]
CLIENT = documents_client(region=REGION)
BUCKET = settings_for().bucket


@dataclass
class Desk:
    """A bucket in memory, kinds that note when they are asked, and a report."""

    kinds: dict[str, Any] = field(default_factory=dict)
    shelves: dict[str, MemoryShelf] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NIGHT))

    def __post_init__(self) -> None:
        for kind in (LISTS, ORDERS, PAYMENTS, CHANGES, BILLING, REGIE):
            self.kinds.setdefault(kind, self._kind(kind))

    def _kind(self, kind: str) -> Callable[[Asked, Shelf], Sequence[str]]:
        def write(asked: Asked, shelf: Shelf) -> Sequence[str]:
            self.asked.append(kind)
            shelf.put(f"{kind}.csv", [kind.encode()])
            return [f"{kind}.csv"]

        return write

    def report(self, event: str, **facts: object) -> None:
        self.told.append((event, facts))

    def run(self, seconds: float = 900.0) -> None:
        WriteExports(
            exports=Export(self.kinds),
            shelf_of=lambda folder: self.shelves.setdefault(folder, MemoryShelf()),
            clock=self.clock,
            report=self.report,
        )(lambda: seconds)


def test_every_kind_has_its_folder() -> None:
    desk = Desk()
    desk.run()
    assert {folder: sorted(shelf.files) for folder, shelf in desk.shelves.items()} == {
        f"{TODAY}/{kind}/": sorted([COMPLETE, f"{kind}.csv"]) for kind in ALL
    }
    assert desk.told == [("exports.written", {"day": TODAY})]
    desk.run()
    assert desk.asked == ALL, "nothing is written twice in a night"


def test_one_that_fails_does_not_hold_back_the_others() -> None:
    def breaks(asked: Asked, shelf: Shelf) -> Sequence[str]:
        raise Unavailable("treasury")

    desk = Desk({PAYMENTS: breaks})
    with pytest.raises(Unavailable, match="paiements"):
        desk.run()
    assert desk.asked == ALL[1:]
    assert desk.told == [("exports.failed", {"kind": PAYMENTS, "why": "treasury"})]
    desk.kinds[PAYMENTS] = desk._kind(PAYMENTS)
    desk.run()
    assert desk.asked == [*ALL[1:], PAYMENTS]


def test_what_there_is_no_time_for_is_left_to_the_next_run() -> None:
    desk = Desk()
    with pytest.raises(Unavailable, match=", ".join(ALL)):
        desk.run(ENOUGH_SECONDS - 1)
    assert (desk.asked, [shelf.files for shelf in desk.shelves.values()]) == ([], [{}] * len(ALL))
    desk.run()
    assert desk.asked == ALL


@pytest.mark.parametrize(
    ("today", "month"),
    [
        ("2026-11-24", None),
        ("2026-11-25", "2026-11"),
        ("2026-11-30", "2026-11"),
        ("2026-12-01", "2026-11"),
        ("2026-12-10", "2026-11"),
        ("2026-12-11", None),
        ("2027-01-03", "2026-12"),
    ],
)
def test_the_month_is_billed_and_its_books_are_written_around_its_end(today: str, month: str | None) -> None:
    kinds = dict(nights_kinds(date.fromisoformat(today)))
    for kind in (BILLING, REGIE):
        written = kinds[kind].month if kind in kinds else None
        assert (written and f"{written:%Y-%m}") == month


def no_files(asked: Asked, shelf: Shelf) -> Sequence[str]:
    """A town without lists and orders."""
    return ()


def nothing_said(event: str, **facts: object) -> None:
    """No operator reads this log."""


@dataclass
class Night:
    """One run of the function on AWS."""

    clock: FixedClock

    def __post_init__(self) -> None:
        database = database_for(settings_for())
        self.plannings = DynamoPlanningStore(database, self.clock)
        cursors = DynamoCursorStore(database)
        if cursors.last("nuit") is None:
            done = NIGHT - timedelta(hours=2)
            cursors.move(None, ChangeFile("nuit", 1, done - timedelta(days=1), done, done=True))
        town, feed = MemoryTown(a_town()), DynamoChangeFeed(database)
        changes = ExportChanges(feed=feed, cursors=cursors, town=town, clock=self.clock)
        payments = PaymentFiles(
            book=DynamoBook(database),
            invoices=DynamoInvoiceStore(database),
            families=DynamoFamilyStore(database),
            clock=self.clock,
        )
        self.job = WriteExports(
            exports=Export({PAYMENTS: payments, LISTS: no_files, ORDERS: no_files, CHANGES: change_files(changes)}),
            shelf_of=lambda folder: S3Shelf(CLIENT, BUCKET, f"exports/{folder}"),
            clock=self.clock,
            report=nothing_said,
        )

    def save(self, number: int) -> None:
        slot = Slot(ChildId(f"{number:03}"), CANTEEN, day("vendredi 2026-12-04"))
        entry = JournalEntry(EntryId(f"e-{number}"), self.clock.now(), "internet", (Wish(slot, True),))
        self.plannings.save(FamilyId(f"f-{number}"), entry)

    def run(self) -> None:
        self.job(lambda: 900.0)

    def run_again(self) -> None:
        """The same night, then the next one with one change more."""
        self.run()
        self.save(2)
        self.clock.forward(days=1)
        self.run()


@contextmanager
def fresh() -> Iterator[Night]:
    with moto_town():
        before = Night(FixedClock(NIGHT - timedelta(hours=1)))
        before.save(1)
        yield Night(FixedClock(NIGHT))


def check(night: Night) -> None:
    given = []
    for today, number in ((TODAY, 2), ("2026-11-18", 3)):
        for kind in (PAYMENTS, CHANGES):
            assert S3Shelf(CLIENT, BUCKET, f"exports/{today}/{kind}/").has(COMPLETE)
        shelf = S3Shelf(CLIENT, BUCKET, f"exports/{today}/{CHANGES}/")
        name = f"modifications-nuit-{number:05}.csv"
        assert name in b"".join(shelf.read(COMPLETE)).decode(), "what is there is on the list"
        given += [row[5] for row in cells_of(b"".join(shelf.read(name)))[1:]]
    assert given == ['="001"', '="002"'], "each change once, in its file"


def test_a_night_that_ends_anywhere_is_finished_by_the_next_run() -> None:
    world = NextProcess(of=lambda _: Night(FixedClock(NIGHT)), kept=kept_by_moto)
    survives(Case(fresh=fresh, run=Night.run, recover=Night.run_again, check=check, ways=SEVERAL, next=world))
