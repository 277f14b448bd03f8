"""The job that sends the kitchen's orders: it makes each version at its instant, once, with its e-mails.

It runs every minute and remembers nothing between two runs: the instants that are due come from the town's own words in
Europe/Paris, and what was done is in the store. A version depends on its instant alone, so that a run that died, one
that came hours late and two at once make the same one, and the store takes only the first.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from chalicelib.rules.directory import Directory
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.instants import instant_text
from chalicelib.rules.kitchen import KitchenOrder
from chalicelib.rules.order_counts import (
    Compared,
    NamedChild,
    OrderVersion,
    differences,
    eaters,
    figures_of,
    sitting_of,
)
from chalicelib.rules.order_times import Occasion, occasions, served_on
from chalicelib.rules.planning import Slot
from chalicelib.rules.town import Town
from chalicelib.services.mails import MISSED, kitchen_order, order_trouble, order_unacknowledged
from chalicelib.services.order_ports import DayBookings, OrderLinks, OrderRef, OrderStore
from chalicelib.services.outgoing_ports import DirectoryStore
from chalicelib.services.ports import Clock, Report, SecondsLeft, TownStore

HORIZON = timedelta(seconds=90)
"""How old an instant must be before its figures are read: the feed of saves may lack those of the last minute."""
LATE = timedelta(minutes=15)
"""An order that leaves later than this after its instant says that it is late."""
TOO_LATE = timedelta(days=1)
"""An order of an older instant is not sent any more, and the office is told."""
FORGOTTEN = timedelta(days=3)
"""For how long after its instant an order that was not sent is still noticed."""
MOST_DAYS_OF_AN_ORDER = 31
MARGIN_SECONDS = 20.0
"""Seconds kept back at the end of a process: more than the longest call under way may take."""


class MakeOrder:
    """What an order says of some days at an instant. Also asked for by hand, without sending it."""

    def __init__(self, *, bookings: DayBookings, directory: DirectoryStore, orders: OrderStore) -> None:
        self.bookings = bookings
        self.directory = directory
        self.orders = orders

    def __call__(
        self, town: Town, order: KitchenOrder, occasion: Occasion
    ) -> tuple[OrderVersion, Sequence[NamedChild]]:
        """The version of ``occasion``, and the children with a health plan when the town wants them named. Raises
        Unavailable."""
        first, last = occasion.days[0], occasion.days[-1]
        earlier = [
            one.version
            for one in self.orders.around(order.id, first - timedelta(days=MOST_DAYS_OF_AN_ORDER), last)
            if one.version and one.ref.at < occasion.at
        ]
        directory = self.directory.read()
        slots = [slot for day in occasion.days for _, slot in self.bookings(day, occasion.at)]
        served = {day: served_on(town, order, day) for day in occasion.days}
        figures = figures_of(order, town.sittings, slots, directory, served)
        before = {day: one for day in occasion.days if (one := _last_about(day, earlier))}
        version = OrderVersion(
            order=order.id,
            label=order.label,
            number=1 + sum(one.first == first for one in earlier),
            at=occasion.at,
            days=occasion.days,
            figures=figures,
            compared=tuple(Compared(day, one.first, one.number, one.at) for day, one in before.items()),
            changes=tuple(change for day, one in before.items() for change in differences(figures, one.figures, [day])),
            schools={str(school.id): school.label for school in town.schools.values()},
            diets={str(diet): label for diet, label in town.diets.items()},
        )
        return version, tuple(_named(town, order, slots, directory)) if order.pai_names else ()


class SendOrders:
    """Send every order that is due, and tell the office of those that came too late or that nobody acknowledged."""

    def __init__(
        self,
        *,
        town: TownStore,
        orders: OrderStore,
        make: MakeOrder,
        links: OrderLinks,
        clock: Clock,
        report: Report,
    ) -> None:
        self.town = town
        self.orders = orders
        self.make = make
        self.links = links
        self.clock = clock
        self.report = report
        self._since: dict[str, datetime] = {}
        self._done: set[OrderRef] = set()
        """Instants that the store has: this process need not ask again. The store alone is right."""

    def __call__(self, seconds_left: SecondsLeft) -> int:
        """How many orders were sent. Raises Unavailable, at the end, when one could not be: the others were."""
        town, sent, failed = self.town.current(), 0, 0
        self._done = {ref for ref in self._done if ref.at > self.clock.now() - 2 * FORGOTTEN}
        for order in town.orders:
            try:
                sent += self._send_due(town, order, seconds_left)
            except (Unavailable, LookupError, ValueError) as error:
                failed += 1
                self.report("order.failed", level="error", order=order.id, kind=type(error).__name__, why=str(error))
        self._ask_after(town)
        if failed:
            raise Unavailable(f"orders: {failed} could not be sent")
        return sent

    def _send_due(self, town: Town, order: KitchenOrder, seconds_left: SecondsLeft) -> int:
        """The oldest first, so that a version is compared with the one before it: one that fails keeps the later ones
        back."""
        now, sent = self.clock.now(), 0
        for occasion in occasions(town, order, max(self._first_look(order), now - FORGOTTEN), now - HORIZON):
            ref = OrderRef(order.id, occasion.days[0], occasion.at)
            if ref in self._done:
                continue
            if seconds_left() <= MARGIN_SECONDS:
                break
            if self.orders.find(ref) is None:
                if now - occasion.at <= TOO_LATE:
                    sent += self._send(town, order, occasion)
                else:
                    self._pass_over(town, order, ref)
            self._done.add(ref)
        return sent

    def _send(self, town: Town, order: KitchenOrder, occasion: Occasion) -> int:
        now = self.clock.now()
        version, named = self.make(town, order, occasion)
        ref, late = OrderRef.of(version), now - occasion.at > LATE
        by = order.acknowledge.deadline(now if late else occasion.at) if order.acknowledge else None
        link = self.links.order(ref)
        mails = [
            kitchen_order(version, email, rank, link=link, late=late, by=by, now=now)
            for rank, email in enumerate(order.to)
        ]
        try:
            self.orders.put(version, named, mails, by)
        except StaleWrite:  # Another run was faster, or the answer of this very write was lost: it is there.
            return 0
        late_seconds = int((now - occasion.at).total_seconds())
        self.report("order.sent", order=order.id, number=version.number, addresses=len(mails), late=late_seconds)
        return 1

    def _pass_over(self, town: Town, order: KitchenOrder, ref: OrderRef) -> None:
        now = self.clock.now()
        self.report("order.missed", level="error", order=ref.order, at=instant_text(ref.at))
        with suppress(StaleWrite):
            self.orders.pass_over(
                ref, [order_trouble(order.id, order.label, ref.at, town.office.email, MISSED, now=now)]
            )

    def _ask_after(self, town: Town) -> None:
        """Tell the office of the orders whose time to be acknowledged is over."""
        now = self.clock.now()
        for ref in self.orders.awaited(now):
            kept = self.orders.find(ref)
            if kept is None or kept.version is None:
                continue
            addresses = next((order.to for order in town.orders if order.id == ref.order), ())
            mail = order_unacknowledged(kept.version, addresses, town.office.email, now=now)
            if self.orders.no_longer_awaited(ref, now, [mail]):
                self.report("order.unacknowledged", level="warning", order=ref.order, at=instant_text(ref.at))

    def _first_look(self, order: KitchenOrder) -> datetime:
        if order.id not in self._since:
            self._since[order.id] = self.orders.since(order.id, self.clock.now())
        return self._since[order.id]


def _last_about(day: date, earlier: Sequence[OrderVersion]) -> OrderVersion | None:
    """The last order that was sent about ``day``."""
    return max((one for one in earlier if day in one.days), key=lambda one: one.at, default=None)


def _named(town: Town, order: KitchenOrder, slots: Sequence[Slot], directory: Directory) -> Iterator[NamedChild]:
    for slot in sorted(eaters(order, slots, directory), key=lambda one: (one.day, one.child)):
        child = directory.children.get(slot.child)
        if child and child.pai:
            yield NamedChild(slot.day, sitting_of(town.sittings, slot, directory), slot.child)
