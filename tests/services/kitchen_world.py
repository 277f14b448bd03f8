"""A town whose kitchen is written to, in memory: bookings with their hour, a directory, an outbox, a mail service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.adapters.mail_templates import TemplateMails
from chalicelib.exports.orders import order_csv
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.ids import ChildId, DietId, FamilyId, SchoolId
from chalicelib.rules.kitchen import AcknowledgeBy, DaysBefore, KitchenOrder, OnWeekdays, OrderId, Serves, Sitting
from chalicelib.rules.planning import Slot
from chalicelib.rules.town import Town
from chalicelib.services.mail_ports import Mail
from chalicelib.services.order_mails import OrderTroubles, RenderMails
from chalicelib.services.order_ports import OrderRef, OrderSheet
from chalicelib.services.ordering import MakeOrder, SendOrders
from chalicelib.services.sending import SendOutbox
from tests.builders import BOND, CANTEEN, OTHER_SCHOOL, SCHOOL, a_town
from tests.clock import FixedClock, paris
from tests.fakes import MemoryDirectory, MemoryOrders, MemoryOutbox, MemoryTown
from tests.services.mail_world import Post

KITCHEN, CHEF = "cuisine@traiteur.example", "chef@traiteur.example"
OFFICE = "enfance@ville.example"
FRIDAY, MONDAY_MORNING = "vendredi 2026-11-27 10:00", "lundi 2026-11-30 08:45"
MONDAY = date(2026, 11, 30)
BEFORE = "vendredi 2026-11-27 09:00"
ORDER = KitchenOrder(
    id=OrderId("cantine"),
    label="Cantine",
    to=(KITCHEN, CHEF),
    activities=(CANTEEN,),
    sendings=(OnWeekdays(frozenset({5}), 600, Serves.NEXT_WEEK), DaysBefore(0, 525)),
    acknowledge=AcknowledgeBy(120, after=True),
)
TOWN = a_town(
    sittings=(Sitting("1er service", frozenset({CANTEEN}), frozenset({SCHOOL}), ("CP",)),),
    orders=(ORDER,),
    diets={DietId("sans-porc"): "sans porc"},
)


def a_listed(number: int, class_name: str = "CP A", school: SchoolId = SCHOOL, **changes: Any) -> ListedChild:
    child = ListedChild(ChildId(f"c-{number:03}"), f"Prénom{number}", "BOND", school, class_name)
    return replace(child, **changes)


@dataclass
class Bookings:
    """``DayBookings`` of slots that were booked, and cancelled, at some instants."""

    clock: FixedClock
    booked: list[tuple[datetime, Slot, bool]] = field(default_factory=list)

    def book(self, at: str, child: ListedChild, *days: date, booked: bool = True) -> None:
        self.booked += [(paris(at), Slot(child.id, CANTEEN, day), booked) for day in days]

    def __call__(self, day: date, instant: datetime) -> frozenset[tuple[FamilyId, Slot]]:
        assert self.clock.now() - instant >= timedelta(minutes=1), "the feed may lack the last minute"
        last = {slot: there for at, slot, there in sorted(self.booked, key=lambda one: one[0]) if at <= instant}
        return frozenset((BOND, slot) for slot, there in last.items() if there and slot.day == day)


class Children(MemoryDirectory):
    """The directory; ``listed`` may be changed as an import would."""

    def __init__(self, listed: list[ListedChild]) -> None:
        super().__init__()
        self.listed = listed

    def read(self) -> Directory:
        return Directory(paris(BEFORE), {child.id: child for child in self.listed})


class Links:
    def order(self, ref: OrderRef) -> str:
        return f"https://portail.example/commande?jeton={ref.order}.{ref.first}.{ref.at:%d%H%M}"


def pdf(sheet: OrderSheet, named: Sequence[str], town: str, at: datetime) -> bytes:
    return f"%PDF {sheet.title} {len(named)} {town} {at}".encode()


@dataclass
class Kitchen:
    """Children 1 to 3 of the first school eat on Monday, child 4 of the other one from Monday to Friday."""

    town: Town = TOWN
    clock: FixedClock = field(default_factory=lambda: FixedClock(paris(BEFORE)))
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)

    def __post_init__(self) -> None:
        self.towns = MemoryTown(self.town)
        self.orders = MemoryOrders(self.outbox)
        self.children = Children(
            [
                a_listed(1),
                a_listed(2, diet=DietId("sans-porc")),
                a_listed(3, "CM2", pai=True),
                a_listed(4, school=OTHER_SCHOOL),
            ]
        )
        self.bookings = Bookings(self.clock)
        for child in self.children.listed[:3]:
            self.bookings.book(BEFORE, child, MONDAY)
        week = [MONDAY + timedelta(days=n) for n in (0, 1, 3, 4)]
        self.bookings.book(BEFORE, self.children.listed[3], *week)
        self.post = Post(self.clock)
        self.job = self.process()
        self.run()

    def process(self, orders: Any = None) -> SendOrders:
        """A new process: it remembers nothing."""
        store = orders or self.orders
        make = MakeOrder(bookings=self.bookings, directory=self.children, orders=store)
        return SendOrders(town=self.towns, orders=store, make=make, links=Links(), clock=self.clock, report=self.report)

    def configure(self, **changes: Any) -> None:
        """What an import publishes for the one order of the town."""
        self.towns.town = replace(self.town, orders=(replace(ORDER, **changes),))

    def report(self, event: str, **facts: object) -> None:
        self.events.append((event, facts))

    def named(self, event: str) -> list[dict[str, object]]:
        return [facts for name, facts in self.events if name == event]

    def run(self, at: str = "", seconds_left: Callable[[], float] = lambda: 300.0) -> int:
        """A run two minutes after ``at``: as soon as the figures of that instant can be read."""
        if at:
            self.clock.at = paris(at) + timedelta(minutes=2)
        return self.job(seconds_left)

    def send(self) -> None:
        words = TemplateMails(self.towns)
        sender = SendOutbox(
            outbox=self.outbox,
            renderer=RenderMails(
                words=words,
                orders=self.orders,
                directory=self.children,
                csv=order_csv,
                pdf=pdf,
                town=self.towns,
            ),
            sender=self.post,
            clock=self.clock,
            report=self.report,
            per_second=14,
            sleep=lambda seconds: self.clock.forward(seconds=seconds),
            trouble=OrderTroubles(town=self.towns, report=self.report),
        )
        sender(lambda: 300.0)

    def mails(self, kind: str) -> list[Mail]:
        return sorted((m for m in self.outbox.mails.values() if m.kind == kind), key=lambda m: (m.due_at, m.id))
