"""What a booking is worth on the bills, by what was changed after its deadline."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.billing import WORDS, BillingCode, JudgedMove, code_of, is_booked, judged, quantity
from tests.clock import paris

UNTIL = paris("jeudi 2026-11-26 10:00")
BOOK, LATE_BOOK = JudgedMove(booked=True, late=False, by_town=False), JudgedMove(booked=True, late=True, by_town=False)
CANCEL, LATE_CANCEL = (
    JudgedMove(booked=False, late=False, by_town=False),
    JudgedMove(booked=False, late=True, by_town=False),
)
ACT = JudgedMove(booked=False, late=True, by_town=True)


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        pytest.param([BOOK], BillingCode.ON_TIME, id="in time"),
        pytest.param([LATE_BOOK], BillingCode.LATE, id="by the office, after the deadline"),
        pytest.param([CANCEL], None, id="cancelled in time"),
        pytest.param([LATE_CANCEL], BillingCode.CANCELLED_LATE, id="cancelled by the office, too late"),
        pytest.param([ACT], BillingCode.BY_TOWN, id="a strike"),
        pytest.param([LATE_BOOK, LATE_CANCEL], None, id="a mistake of the office"),
        pytest.param([LATE_BOOK, ACT], BillingCode.BY_TOWN, id="booked late, then a strike"),
        pytest.param([LATE_CANCEL, LATE_BOOK], BillingCode.ON_TIME, id="a late cancelling taken back"),
        pytest.param([ACT, LATE_BOOK], BillingCode.ON_TIME, id="no strike after all"),
        pytest.param([LATE_CANCEL, LATE_BOOK, LATE_CANCEL], BillingCode.CANCELLED_LATE, id="to and fro"),
    ],
)
def test_a_slots_code(moves: list[JudgedMove], code: BillingCode | None) -> None:
    assert code_of(moves) == code


def test_nothing_is_billed_twice_and_the_towns_act_never() -> None:
    assert [quantity(code) for code in BillingCode] == [1, 1, 1, 0]
    assert [is_booked(code) for code in BillingCode] == [True, True, False, False]
    assert WORDS.keys() == set(BillingCode)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_the_deadline_itself_is_late(seconds: int) -> None:
    at = UNTIL + timedelta(seconds=seconds)
    assert judged(booked=True, at=at, by_town=False, until=UNTIL).late == (seconds >= 0)
    assert not judged(booked=True, at=at, by_town=False, until=None).late


@given(st.booleans(), st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_a_booked_slot_is_billed_as_booked(first: bool, rest: list[tuple[bool, bool]]) -> None:
    """Whatever happened, the last change says whether the child is expected."""
    moves, booked = [], first
    for late, by_town in rest:
        moves.append(JudgedMove(booked, late, by_town and not booked))
        booked = not booked
    code = code_of(moves)
    assert (code is not None and is_booked(code)) == moves[-1].booked
