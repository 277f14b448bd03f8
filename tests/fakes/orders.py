"""The kitchen's orders in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from chalicelib.rules.errors import NotFound, StaleWrite
from chalicelib.rules.kitchen import OrderId
from chalicelib.rules.order_counts import NamedChild, OrderVersion
from chalicelib.services.mail_ports import Mail
from chalicelib.services.order_ports import KeptOrder, OrderRef
from tests.fakes.instants import aware
from tests.fakes.mails import MemoryOutbox


class MemoryOrders:
    """``OrderStore``."""

    def __init__(self, outbox: MemoryOutbox | None = None) -> None:
        self.outbox = outbox or MemoryOutbox()
        self.kept: dict[OrderRef, KeptOrder] = {}
        self.names: dict[OrderRef, tuple[NamedChild, ...]] = {}
        self.waits: dict[OrderRef, datetime] = {}
        self.first_looks: dict[OrderId, datetime] = {}

    def since(self, order: OrderId, now: datetime) -> datetime:
        aware(now)
        return self.first_looks.setdefault(order, now)

    def around(self, order: OrderId, first: date, last: date) -> Sequence[KeptOrder]:
        found = [one for ref, one in self.kept.items() if ref.order == order and first <= ref.first <= last]
        return sorted(found, key=lambda one: (one.ref.first, one.ref.at))

    def find(self, ref: OrderRef) -> KeptOrder | None:
        return self.kept.get(ref)

    def named(self, ref: OrderRef) -> Sequence[NamedChild]:
        return self.names.get(ref, ())

    def put(
        self,
        version: OrderVersion,
        named: Sequence[NamedChild],
        mails: Iterable[Mail],
        acknowledge_by: datetime | None,
    ) -> None:
        ref = OrderRef.of(version)
        self._keep(KeptOrder(ref, version), mails)
        if named:
            self.names[ref] = tuple(named)
        if acknowledge_by:
            aware(acknowledge_by)
            self.waits[ref] = acknowledge_by

    def pass_over(self, ref: OrderRef, mails: Iterable[Mail]) -> None:
        self._keep(KeptOrder(ref, None), mails)

    def acknowledge(self, ref: OrderRef, now: datetime) -> datetime:
        kept = self.kept.get(ref)
        if kept is None or kept.version is None:
            raise NotFound("order")
        aware(now)
        first = kept.acknowledged_at or now
        self.kept[ref] = replace(kept, acknowledged_at=first)
        return first

    def awaited(self, now: datetime) -> Sequence[OrderRef]:
        due = [ref for ref, by in self.waits.items() if by <= now]
        return sorted(due, key=lambda ref: (self.waits[ref], ref.order, ref.first, ref.at))

    def no_longer_awaited(self, ref: OrderRef, now: datetime, mails: Iterable[Mail]) -> bool:
        if self.waits.pop(ref, None) is None or self.kept[ref].acknowledged_at is not None:
            return False
        aware(now)
        self.kept[ref] = replace(self.kept[ref], unacknowledged_at=now)
        self.outbox.bring(mails)
        return True

    def _keep(self, kept: KeptOrder, mails: Iterable[Mail]) -> None:
        if kept.ref in self.kept:
            raise StaleWrite("orders")
        self.kept[kept.ref] = kept
        self.outbox.bring(mails)
