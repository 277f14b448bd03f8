"""The kitchen's orders, in the table of the outbox: they are what its e-mails are made from.

``ORDER#<order>`` has an order's versions by first day and instant, ``NAMED#<order>`` the children with a health plan of
some of them, which are deleted much sooner. ``ORDERS`` has one item for each order that is still to be acknowledged, by
the instant at which the office is told; it is deleted then.
"""

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from pynamodb.transactions import TransactWrite

from chalicelib.rules import retention
from chalicelib.rules.errors import NotFound
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.kitchen import OrderId
from chalicelib.rules.order_counts import NamedChild, OrderVersion
from chalicelib.services.mail_ports import Mail
from chalicelib.services.order_ports import KeptOrder, OrderRef
from chalicelib.storage import keys, order_codec
from chalicelib.storage.database import Database, RawItem, WriteRefused
from chalicelib.storage.json_text import json_text
from chalicelib.storage.order_row import OrderRow
from chalicelib.storage.outbox import row_of
from chalicelib.storage.rows import OutboxRow

MOST_AWAITED = 100


class DynamoOrderStore:
    """``OrderStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(OrderRow)
        self.mails = database.bind(OutboxRow)

    def since(self, order: OrderId, now: datetime) -> datetime:
        known = self._item("orders.since", order, keys.SINCE)
        if known is None:
            row = self.rows(keys.order_partition(order), keys.SINCE, at=instant_text(now))
            try:
                self.database.transact("orders.since", lambda t: t.save(row, condition=self.rows.due.does_not_exist()))
            except WriteRefused:  # Another process was faster, or the answer was lost.
                known = self._item("orders.since", order, keys.SINCE)
        return instant_of(known.at) if known else now

    def around(self, order: OrderId, first: date, last: date) -> Sequence[KeptOrder]:
        items = self.database.pages(
            "orders.around",
            self.rows,
            keys.order_partition(order),
            range_key_condition=self.rows.due.between(first.isoformat(), f"{last.isoformat()}{keys.LAST}"),
            consistent_read=True,
        )
        return [_kept(order, item) for item in items]

    def find(self, ref: OrderRef) -> KeptOrder | None:
        items = self.database.pages(
            "orders.find",
            self.rows,
            keys.order_partition(ref.order),
            range_key_condition=self.rows.due == _name(ref),
            consistent_read=True,
        )
        return next((_kept(ref.order, item) for item in items), None)

    def put(
        self,
        version: OrderVersion,
        named: Sequence[NamedChild],
        mails: Iterable[Mail],
        acknowledge_by: datetime | None,
    ) -> None:
        ref = OrderRef.of(version)
        row = self._row(ref, version.days[-1])
        row.version = gzip.compress(json_text(order_codec.dump(version)).encode(), mtime=0)
        row.acknowledge_by = instant_text(acknowledge_by) if acknowledge_by else None
        beside = [self._awaited(ref, acknowledge_by)] if acknowledge_by else []
        if named:
            facts = json_text(order_codec.dump_named(named))
            until = retention.of_named(version.days[-1])
            beside.append(self.rows(keys.named_partition(ref.order), _name(ref), named=facts, expires=until))
        self._write_once("orders.put", row, mails, beside)

    def pass_over(self, ref: OrderRef, mails: Iterable[Mail]) -> None:
        self._write_once("orders.pass_over", self._row(ref, ref.first), mails, ())

    def named(self, ref: OrderRef) -> Sequence[NamedChild]:
        there = self.database.get(
            "orders.named", self.rows, keys.named_partition(ref.order), _name(ref), consistent_read=True
        )
        return order_codec.load_named(json.loads(there.named)) if there and there.named else ()

    def acknowledge(self, ref: OrderRef, now: datetime) -> datetime:
        acknowledged = self.rows.acknowledged_at
        there = self.rows.version.exists() & acknowledged.does_not_exist()
        try:
            self.database.update("orders.acknowledge", self._key(ref), [acknowledged.set(instant_text(now))], there)
        except WriteRefused:
            kept = self.find(ref)
            if kept is None or kept.acknowledged_at is None:
                raise NotFound("order") from None
            return kept.acknowledged_at
        return now

    def awaited(self, now: datetime) -> Sequence[OrderRef]:
        items = self.database.pages(
            "orders.awaited",
            self.rows,
            keys.ORDERS,
            range_key_condition=self.rows.due <= f"{instant_text(now)}{keys.LAST}",
            limit=MOST_AWAITED,
            consistent_read=True,
        )
        return [_ref_of(json.loads(item["ref"]["S"])) for item in items]

    def no_longer_awaited(self, ref: OrderRef, now: datetime, mails: Iterable[Mail]) -> bool:
        row = self._item("orders.no_longer_awaited", ref.order, _name(ref))
        if row is None or row.acknowledge_by is None:  # pragma: no cover - both are written in one transaction
            return False
        waits = self._awaited(ref, instant_of(row.acknowledge_by))
        if row.acknowledged_at is not None:
            self.database.transact("orders.no_longer_awaited", lambda transaction: transaction.delete(waits))
            return False

        def fill(transaction: TransactWrite) -> None:
            for mail in mails:
                transaction.save(row_of(self.mails, mail))
            transaction.delete(waits, condition=self.rows.due.exists())
            told = self.rows.unacknowledged_at.set(instant_text(now))
            transaction.update(self._key(ref), actions=[told], condition=self.rows.acknowledged_at.does_not_exist())

        try:
            self.database.transact("orders.no_longer_awaited", fill)
        except WriteRefused:  # Acknowledged or told in between, perhaps by this very call, whose answer was lost.
            kept = self.find(ref)
            return kept is not None and kept.unacknowledged_at == now
        return True

    def _write_once(self, operation: str, row: OrderRow, mails: Iterable[Mail], beside: Iterable[OrderRow]) -> None:
        """Raises WriteRefused, which is a StaleWrite."""

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=self.rows.due.does_not_exist())
            for more in (*(row_of(self.mails, mail) for mail in mails), *beside):
                transaction.save(more)

        self.database.transact(operation, fill)

    def _item(self, operation: str, order: OrderId, name: str) -> OrderRow | None:
        return self.database.get(operation, self.rows, keys.order_partition(order), name, consistent_read=True)

    def _key(self, ref: OrderRef) -> OrderRow:
        return self.rows(keys.order_partition(ref.order), _name(ref))

    def _row(self, ref: OrderRef, last: date) -> OrderRow:
        row = self._key(ref)
        row.at, row.expires = instant_text(ref.at), retention.of_order(last)
        return row

    def _awaited(self, ref: OrderRef, by: datetime) -> OrderRow:
        name = keys.awaited_order(instant_text(by), ref.order, _name(ref))
        facts = [ref.order, ref.first.isoformat(), instant_text(ref.at)]
        return self.rows(keys.ORDERS, name, ref=json_text(facts), expires=retention.of_order(ref.first))


def _name(ref: OrderRef) -> str:
    return keys.order_name(ref.first, instant_text(ref.at))


def _ref_of(facts: Sequence[str]) -> OrderRef:
    order, first, at = facts
    return OrderRef(OrderId(order), date.fromisoformat(first), instant_of(at))


def _kept(order: OrderId, item: RawItem) -> KeptOrder:
    first, _, at = item["due"]["S"].partition("#")

    def instant(name: str) -> datetime | None:
        return instant_of(item[name]["S"]) if name in item else None

    packed = item.get("version")
    return KeptOrder(
        ref=_ref_of((order, first, at)),
        version=order_codec.load(json.loads(gzip.decompress(packed["B"]))) if packed else None,
        acknowledged_at=instant("acknowledged_at"),
        unacknowledged_at=instant("unacknowledged_at"),
    )
