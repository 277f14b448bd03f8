"""Payments under way when the town changes its contract, and what is told by a contract that nobody signs."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.rules.payments import Attempt, AttemptState
from chalicelib.rules.points import PointKind
from chalicelib.services.invoicing import NotPayable
from chalicelib.services.starting import BeingOpened
from tests.fake_bank import posted
from tests.services.paying_world import PAYING, World, a_world


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def signs(world: World, online: str, **changes: Any) -> None:
    world.town.town = replace(world.town.current(), payment=replace(PAYING, online=online, **changes))


@pytest.mark.parametrize("online", ["", "url"])
def test_what_the_town_decides_later_does_not_touch_payments_under_way(world: World, online: str) -> None:
    """Closed, another contract, another client number: what was opened is settled by what it was opened under."""
    world.pay()
    signs(world, online, client_number="", saisie="W")
    assert world.pay() == "https://bank.example/idop-1", "the parent goes on with what is open"
    world.treasury.says("idop-1", "P")
    world.later(seconds=1)
    assert world.settled().state is AttemptState.PAID
    assert world.invoice().is_paid


@pytest.mark.parametrize("step", ["show", "reconcile"])
def test_a_closed_town_still_asks_the_treasury(world: World, step: str) -> None:
    world.pay()
    signs(world, "")
    world.treasury.says("idop-1", "P")
    world.later(minutes=6)
    if step == "show":
        assert world.shown().state is AttemptState.PAID
    else:
        assert world.reconcile(lambda: 100.0) == 1
    assert world.invoice().is_paid


def test_a_closed_town_opens_nothing_not_even_after_a_refusal(world: World) -> None:
    world.pay()
    signs(world, "")
    world.treasury.says("idop-1", "R")
    with pytest.raises(NotPayable, match="closed"):
        world.pay()
    assert len(world.treasury.asked) == 1


def test_an_unsigned_word_about_an_operation_that_can_be_looked_up_is_a_reason_to_do_so(world: World) -> None:
    world.pay()
    world.treasury.says("idop-1", "P")
    paid = world.falls_silent()
    for forged in ("P", "R", "Q"):
        world.later(seconds=6)
        world.declare("idop-1", posted(paid, resultrans=forged, montant="1"))
        assert world.attempt().state is AttemptState.PENDING
    assert world.points() == []
    world.treasury.answers["idop-1"] = paid
    world.later(seconds=6)
    world.declare("idop-1", posted(paid, resultrans="R", montant="1"))
    assert world.invoice().is_paid


def test_two_unsigned_words_at_once_are_both_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that lost the race may be the one that speaks of money."""
    with a_world(payment=replace(PAYING, online="url")) as world:
        world.pay()
        world.treasury.says("idop-1", "P")
        paid = world.falls_silent()
        by_idop = world.attempts.by_idop

        def read_then_overtaken(idop: str) -> Attempt | None:
            found = by_idop(idop)
            monkeypatch.undo()
            world.declare(idop, posted(paid, resultrans="R"))
            return found

        monkeypatch.setattr(world.attempts, "by_idop", read_then_overtaken)
        world.declare("idop-1", posted(paid))
        assert world.attempt().state is AttemptState.DECLARED


def test_the_unsigned_return_is_a_hint_that_settles_nothing() -> None:
    with a_world(payment=replace(PAYING, online="url")) as world:
        world.pay()
        world.treasury.says("idop-1", "P")
        answer = world.falls_silent()
        for _ in range(2):
            world.declare("idop-1", posted(answer))
        assert world.attempt().state is AttemptState.DECLARED
        assert not world.invoice().payments
        assert [point.kind for point in world.points()] == [PointKind.DECLARED]
        world.later(days=9)
        with pytest.raises(BeingOpened):
            world.pay()
        world.later(days=1)
        world.pay()
        world.declare("idop-2", posted(answer, montant="100"))
        assert world.attempt("a-2").state is AttemptState.TO_CHECK
        assert [point.kind for point in world.points()] == [PointKind.DECLARED, PointKind.TO_CHECK]
        assert world.journal() == [], "nobody proved that the bank took anything"
