"""The kitchen's part of a town's JSON: its sittings and its orders. A town that has neither writes nothing of them."""

from collections.abc import Mapping
from typing import Any

from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.kitchen import (
    AcknowledgeBy,
    Adults,
    Counted,
    DaysBefore,
    KitchenOrder,
    Margin,
    OnWeekdays,
    OrderId,
    Sending,
    Serves,
    Sitting,
)
from chalicelib.rules.town import Town
from chalicelib.storage.json_text import facts_of


def dump_kitchen(town: Town) -> dict[str, Any]:
    parts = {
        "sittings": [
            [one.label, sorted(one.activities), sorted(one.schools), list(one.classes)] for one in town.sittings
        ],
        "orders": [_dump_order(order) for order in town.orders],
    }
    return {name: part for name, part in parts.items() if part}


def load_sittings(read: Mapping[str, Any]) -> tuple[Sitting, ...]:
    return tuple(
        Sitting(label, frozenset(map(ActivityId, activities)), frozenset(map(SchoolId, schools)), tuple(classes))
        for label, activities, schools, classes in read.get("sittings", ())
    )


def load_orders(read: Mapping[str, Any]) -> tuple[KitchenOrder, ...]:
    return tuple(map(_load_order, read.get("orders", ())))


def _dump_order(order: KitchenOrder) -> dict[str, Any]:
    return {
        "id": order.id,
        "label": order.label,
        "to": list(order.to),
        "activities": list(order.activities),
        "schools": sorted(order.schools),
        "sendings": [_dump_sending(sending) for sending in order.sendings],
        "margin": facts_of(order.margin),
        "adults": [facts_of(one) for one in order.adults],
        "acknowledge": facts_of(order.acknowledge) if order.acknowledge else None,
        "pai_names": order.pai_names,
    }


def _load_order(read: Mapping[str, Any]) -> KitchenOrder:
    return KitchenOrder(
        id=OrderId(read["id"]),
        label=read["label"],
        to=tuple(read["to"]),
        activities=tuple(map(ActivityId, read["activities"])),
        schools=frozenset(map(SchoolId, read["schools"])),
        sendings=tuple(map(_load_sending, read["sendings"])),
        margin=Margin(**read["margin"]),
        adults=tuple(Adults(SchoolId(one["school"]), one["sitting"], one["count"]) for one in read["adults"]),
        acknowledge=AcknowledgeBy(**read["acknowledge"]) if read["acknowledge"] else None,
        pai_names=read["pai_names"],
    )


def _dump_sending(sending: Sending) -> list[Any]:
    match sending:
        case DaysBefore():
            return [DaysBefore.__name__, sending.count, sending.minute, sending.counted.value]
        case OnWeekdays():
            return [OnWeekdays.__name__, sorted(sending.weekdays), sending.minute, sending.serves.value]


def _load_sending(read: list[Any]) -> Sending:
    kind, what, minute, word = read
    if kind == DaysBefore.__name__:
        return DaysBefore(what, minute, Counted(word))
    return OnWeekdays(frozenset(what), minute, Serves(word))
