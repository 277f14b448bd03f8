"""The kitchen's orders, on every backend: written once with their e-mails, acknowledged once, told of once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.rules.errors import NotFound, StaleWrite
from chalicelib.rules.ids import ChildId
from chalicelib.rules.kitchen import OrderId
from chalicelib.rules.order_counts import Change, Compared, Figures, Line, NamedChild, OrderVersion, Place
from chalicelib.services.mail_ports import Mail
from chalicelib.services.order_ports import OrderRef
from tests.clock import paris
from tests.storage.conftest import Stores

CANTEEN = OrderId("cantine")
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
AT, BY = paris("lundi 2026-11-30 08:45"), paris("lundi 2026-11-30 10:45")
VERSION = OrderVersion(
    order=CANTEEN,
    label="Cantine",
    number=2,
    at=AT,
    days=(MONDAY, TUESDAY),
    figures=Figures(
        (Line(MONDAY, "ferry", "1er service", "sans-porc", 3), Line(TUESDAY, "", "", "", 1)),
        (Place(MONDAY, "ferry", 3, 1, 2), Place(TUESDAY, "", 1, 0, 0)),
    ),
    compared=(Compared(MONDAY, MONDAY, 1, AT - timedelta(days=3)),),
    changes=(Change(MONDAY, "ferry", "1er service", None, 4, 3), Change(MONDAY, "ferry", "", "sans-porc", 2, 3)),
    schools={"ferry": "JULES FERRY"},
    diets={"sans-porc": "sans porc"},
)
REF = OrderRef.of(VERSION)
NAMED = (NamedChild(MONDAY, "1er service", ChildId("c-007")),)


def a_mail(name: str) -> Mail:
    return Mail(name, "cuisine@traiteur.example", "kitchen-order", {"order": "x"}, None, "cantine", AT)


def waiting(stores: Stores) -> list[str]:
    return [mail.id for mail in stores.outbox.due(BY + timedelta(days=1), 10)]


def test_an_order_comes_back_as_it_was_written(stores: Stores) -> None:
    stores.orders.put(VERSION, NAMED, [a_mail("m-1"), a_mail("m-2")], BY)
    kept = stores.orders.find(REF)
    assert kept is not None
    assert (kept.ref, kept.version, kept.acknowledged_at) == (REF, VERSION, None)
    assert stores.orders.named(REF) == NAMED
    assert waiting(stores) == ["m-1", "m-2"]


def test_an_order_is_written_once(stores: Stores) -> None:
    stores.orders.put(VERSION, (), [a_mail("m-1")], None)
    with pytest.raises(StaleWrite):
        stores.orders.put(replace(VERSION, number=7), (), [a_mail("m-2")], BY)
    with pytest.raises(StaleWrite):
        stores.orders.pass_over(REF, [a_mail("m-3")])
    assert stores.orders.find(REF).version == VERSION  # type: ignore[union-attr]
    assert waiting(stores) == ["m-1"]
    assert stores.orders.awaited(BY) == []
    assert stores.orders.named(REF) == ()


def test_the_orders_of_some_days_are_found_in_their_order(stores: Stores) -> None:
    later = replace(VERSION, at=AT + timedelta(hours=1), number=3)
    for version in (later, VERSION, replace(VERSION, days=(TUESDAY,)), replace(VERSION, order=OrderId("x"))):
        stores.orders.put(version, (), (), None)
    passed = OrderRef(CANTEEN, MONDAY - timedelta(days=1), AT)
    stores.orders.pass_over(passed, [a_mail("m-1")])
    assert [one.version for one in stores.orders.around(CANTEEN, MONDAY, MONDAY)] == [VERSION, later]
    [first, *_] = stores.orders.around(CANTEEN, passed.first, TUESDAY)
    assert (first.ref, first.version) == (passed, None)
    assert stores.orders.find(replace(REF, at=BY)) is None


def test_an_order_is_acknowledged_once(stores: Stores) -> None:
    stores.orders.put(VERSION, (), (), BY)
    assert stores.orders.acknowledge(REF, AT + timedelta(minutes=5)) == AT + timedelta(minutes=5)
    assert stores.orders.acknowledge(REF, AT + timedelta(minutes=9)) == AT + timedelta(minutes=5)
    assert stores.orders.awaited(BY - timedelta(seconds=1)) == []
    assert stores.orders.awaited(BY) == [REF]
    assert not stores.orders.no_longer_awaited(REF, BY, [a_mail("m-1")])
    assert stores.orders.awaited(BY) == []
    assert waiting(stores) == []
    assert stores.orders.find(REF).acknowledged_at == AT + timedelta(minutes=5)  # type: ignore[union-attr]


def test_the_office_is_told_once_that_nobody_acknowledged(stores: Stores) -> None:
    stores.orders.put(VERSION, (), (), BY)
    assert stores.orders.no_longer_awaited(REF, BY, [a_mail("m-1")])
    assert not stores.orders.no_longer_awaited(REF, BY + timedelta(minutes=1), [a_mail("m-2")])
    assert waiting(stores) == ["m-1"]
    assert stores.orders.awaited(BY) == []
    assert stores.orders.acknowledge(REF, BY) == BY, "late is better than never"
    kept = stores.orders.find(REF)
    assert kept is not None
    assert kept.unacknowledged_at == BY


def test_only_an_order_that_was_sent_is_acknowledged(stores: Stores) -> None:
    stores.orders.pass_over(REF, ())
    for ref in (REF, replace(REF, order=OrderId("other"))):
        with pytest.raises(NotFound):
            stores.orders.acknowledge(ref, AT)


def test_the_first_look_is_kept(stores: Stores) -> None:
    assert stores.orders.since(CANTEEN, AT) == AT
    assert stores.orders.since(CANTEEN, BY) == AT
    assert stores.orders.since(OrderId("other"), BY) == BY
    assert stores.orders.around(CANTEEN, date(2000, 1, 1), date(2100, 1, 1)) == []
