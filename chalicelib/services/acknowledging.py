"""The kitchen reads an order from its e-mail's link, and says that it has."""

from datetime import datetime

from chalicelib.rules.errors import NotFound
from chalicelib.rules.order_counts import OrderVersion
from chalicelib.services.order_ports import OrderRef, OrderStore
from chalicelib.services.ports import Clock, Report
from chalicelib.values import Value


class ShowOrder:
    def __init__(self, *, orders: OrderStore) -> None:
        self.orders = orders

    def __call__(self, ref: OrderRef) -> tuple[OrderVersion, datetime | None]:
        """The order, and when it was acknowledged. Reading acknowledges nothing. Raises NotFound for an order that is
        not kept any more, or was never sent."""
        kept = self.orders.find(ref)
        if kept is None or kept.version is None:
            raise NotFound("order")
        return kept.version, kept.acknowledged_at


class AcknowledgeOrder:
    def __init__(self, *, orders: OrderStore, clock: Clock, report: Report) -> None:
        self.orders = orders
        self.clock = clock
        self.report = report

    def __call__(self, ref: OrderRef) -> datetime:
        """When it was first acknowledged: now, or before. Raises NotFound."""
        now = self.clock.now()
        first = self.orders.acknowledge(ref, now)
        if first == now:
            self.report("order.acknowledged", order=ref.order, seconds=int((now - ref.at).total_seconds()))
        return first


class KitchenUseCases(Value):
    """The kitchen's orders, for whoever has the link of one."""

    show: ShowOrder
    acknowledge: AcknowledgeOrder
