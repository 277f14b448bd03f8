"""Payments under way when the town changes its contract, and what is told by a contract that nobody signs."""

from dataclasses import replace

import pytest

from chalicelib.rules.ids import AttemptId
from chalicelib.rules.ledger import Kind
from chalicelib.rules.payments import AttemptState
from chalicelib.services.starting import BeingOpened, NotPayable
from tests.builders import BOND
from tests.fake_bank import posted
from tests.services.paying_world import INVOICE, PAYING, a_world


@pytest.fixture
def world():
    with a_world() as made:
        yield made


def signs(world, online, **changes):
    world.town.town = replace(world.town.town, payment=replace(PAYING, online=online, **changes))


@pytest.mark.parametrize("online", ["", "url"])
def test_what_the_town_decides_later_does_not_touch_payments_under_way(world, online):
    """Closed, another contract, another client number: what was opened is settled by what it was opened under."""
    world.pay()
    signs(world, online, client_number="", saisie="W")
    assert world.pay() == "https://bank.example/idop-1", "the parent goes on with what is open"
    world.treasury.says("idop-1", "P")
    world.later(seconds=1)
    assert world.notified().state is AttemptState.PAID
    assert world.invoice().is_paid


@pytest.mark.parametrize("step", ["show", "reconcile"])
def test_a_closed_town_still_asks_the_treasury(world, step):
    world.pay()
    signs(world, "")
    world.treasury.says("idop-1", "P")
    world.later(minutes=6)
    if step == "show":
        assert world.show(BOND, INVOICE.number).attempt.state is AttemptState.PAID
    else:
        assert world.reconcile(lambda: 100.0) == 1
    assert world.invoice().is_paid


def test_a_closed_town_opens_nothing_not_even_after_a_refusal(world):
    world.pay()
    signs(world, "")
    world.treasury.says("idop-1", "R")
    with pytest.raises(NotPayable, match="closed"):
        world.pay()
    assert len(world.treasury.asked) == 1


def test_an_unsigned_word_about_an_operation_that_can_be_looked_up_is_a_reason_to_do_so(world):
    world.pay()
    world.treasury.says("idop-1", "P")
    paid = world.treasury.answers["idop-1"]
    for forged in ("P", "R", "Q"):
        world.treasury.answers["idop-1"] = None
        world.later(seconds=6)
        world.declare("idop-1", posted(paid, resultrans=forged, montant="1"))
        assert world.attempts.find(AttemptId("a-1")).state is AttemptState.PENDING
    assert list(world.attempts.to_refund_or_check()) == []
    world.treasury.answers["idop-1"] = paid
    world.later(seconds=6)
    world.declare("idop-1", posted(paid, resultrans="R", montant="1"))
    assert world.invoice().is_paid


def test_two_unsigned_words_at_once_are_both_heard():
    """The one that lost the race may be the one that speaks of money."""
    with a_world(payment=replace(PAYING, online="url")) as world:
        world.pay()
        world.treasury.says("idop-1", "P")
        paid, world.treasury.answers["idop-1"] = world.treasury.answers["idop-1"], None
        by_idop = world.attempts.by_idop

        def read_then_overtaken(idop):
            found = by_idop(idop)
            world.attempts.by_idop = by_idop
            world.declare(idop, posted(paid, resultrans="R"))
            return found

        world.attempts.by_idop = read_then_overtaken
        world.declare("idop-1", posted(paid))
        assert world.attempts.find(AttemptId("a-1")).state is AttemptState.DECLARED


def test_the_unsigned_return_is_a_hint_that_settles_nothing():
    with a_world(payment=replace(PAYING, online="url")) as world:
        world.pay()
        world.treasury.says("idop-1", "P")
        answer, world.treasury.answers["idop-1"] = world.treasury.answers["idop-1"], None
        for _ in range(2):
            world.declare("idop-1", posted(answer))
        assert world.attempts.find(AttemptId("a-1")).state is AttemptState.DECLARED
        assert not world.invoice().payments
        assert [entry.kind for entry in world.attempts.to_refund_or_check()] == [Kind.DECLARED]
        world.later(days=9)
        with pytest.raises(BeingOpened):
            world.pay()
        world.later(days=1)
        world.pay()
        world.declare("idop-2", posted(answer, montant="100"))
        assert world.attempts.find(AttemptId("a-2")).state is AttemptState.TO_CHECK
