"""Every AWS call of the kitchen's orders fails in every way: one version, one e-mail for each address, one alarm."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.adapters.directory_store import S3DirectoryStore
from chalicelib.rules.directory import Directory
from chalicelib.rules.ids import EntryId
from chalicelib.rules.kitchen import DaysBefore
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.day_bookings import BookingsAsOf
from chalicelib.services.mail_ports import Mail
from chalicelib.services.order_ports import OrderRef
from chalicelib.services.ordering import MakeOrder, SendOrders
from chalicelib.services.ports import JournalEntry
from chalicelib.settings import Settings
from chalicelib.storage.change_feed import DynamoChangeFeed
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.orders import DynamoOrderStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.town import DynamoTownStore
from tests.builders import BOND, CANTEEN
from tests.clock import FixedClock, paris
from tests.faults import SEVERAL, Case, survives
from tests.services.kitchen_world import BEFORE, CHEF, FRIDAY, KITCHEN, MONDAY, ORDER, TOWN, Links, a_listed
from tests.stand_in import PEPPER, REGION, database_for, seeded, settings_for

DUE, OVERDUE = paris(FRIDAY) + timedelta(minutes=2), paris("vendredi 2026-11-27 12:01")
DIRECTORY = S3DirectoryStore(region=REGION, bucket=settings_for().bucket)
"""Shared by every run: making a client takes longer than using it."""
REF = OrderRef(ORDER.id, MONDAY, paris(FRIDAY))


@dataclass
class World:
    clock: FixedClock
    orders: DynamoOrderStore
    outbox: DynamoOutbox
    settings: Settings

    def run(self) -> None:
        """A new process, which remembers nothing."""
        database = database_for(self.settings)
        bookings = BookingsAsOf(
            plannings=DynamoPlanningStore(database, self.clock),
            feed=DynamoChangeFeed(database),
            clock=self.clock,
            pause=_no_pause,
        )
        SendOrders(
            town=DynamoTownStore(database, fresh=0),
            orders=self.orders,
            make=MakeOrder(bookings=bookings, directory=DIRECTORY, orders=self.orders),
            links=Links(),
            clock=self.clock,
            report=_report,
        )(lambda: 300.0)

    def waiting(self) -> list[Mail]:
        return list(self.outbox.due(self.clock.now() + timedelta(days=1), 100))


def world_of(settings: Settings) -> World:
    database = database_for(settings)
    return World(FixedClock(DUE), DynamoOrderStore(database), DynamoOutbox(database, PEPPER), settings)


def _report(event: str, **facts: object) -> None:
    """Nobody reads what is told."""


def _no_pause(_seconds: float) -> None:
    """moto's indexes follow at once."""


def _book(settings: Settings) -> None:
    """A child booked on Thursday and cancelled a minute after the order's instant: it is in the order."""
    database, child = database_for(settings), a_listed(1)
    town = replace(TOWN, orders=(replace(ORDER, sendings=(DaysBefore(3, 600),)),))
    DynamoIntakeStore(database).put_town(town, paris(BEFORE))
    DIRECTORY.write(Directory(paris(BEFORE), {child.id: child}), None)
    slot = Slot(child.id, CANTEEN, MONDAY)
    for name, at, booked in (("1", paris(BEFORE), True), ("2", paris(FRIDAY) + timedelta(minutes=1), False)):
        entry = JournalEntry(EntryId(name), at, "internet", (Wish(slot, booked),))
        DynamoPlanningStore(database, FixedClock(at)).save(BOND, entry)
    DynamoOrderStore(database).since(ORDER.id, paris(BEFORE))


def _send(settings: Settings) -> None:
    _book(settings)
    world_of(settings).run()


booked, sent = seeded(_book), seeded(_send)


@contextmanager
def due() -> Iterator[World]:
    with booked() as settings:
        yield world_of(settings)


@contextmanager
def overdue() -> Iterator[World]:
    """The order left; nobody acknowledged it within its two hours."""
    with sent() as settings:
        world = world_of(settings)
        world.clock.at = OVERDUE
        yield world


def one_order_for_each_address(world: World) -> None:
    [kept] = world.orders.around(ORDER.id, MONDAY, MONDAY)
    assert kept.version is not None
    assert (kept.ref, kept.version.number, kept.version.figures.total(MONDAY)) == (REF, 1, 1)
    assert Counter(mail.to for mail in world.waiting()) == {KITCHEN: 1, CHEF: 1}
    assert world.orders.awaited(OVERDUE) == [REF]


def the_office_is_told_once(world: World) -> None:
    assert world.orders.awaited(OVERDUE + timedelta(days=1)) == []
    assert Counter(mail.kind for mail in world.waiting()) == {"kitchen-order": 2, "order-unacknowledged": 1}


def test_an_order_survives_everything() -> None:
    tried = survives(Case(fresh=due, run=World.run, recover=World.run, check=one_order_for_each_address, ways=SEVERAL))
    assert {"dynamodb:TransactWriteItems", "s3:GetObject"} <= {fault.call for fault in tried}


def test_what_the_office_is_told_survives_everything() -> None:
    survives(Case(fresh=overdue, run=World.run, recover=World.run, check=the_office_is_told_once))
