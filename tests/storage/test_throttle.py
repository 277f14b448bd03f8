"""Counters of attempts, on every backend."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.services.ports import Limit
from chalicelib.storage.database import Database
from chalicelib.storage.throttle import KEPT_SECONDS, DynamoThrottleStore
from tests.aws_calls import counted
from tests.storage.conftest import Stores

NOW = datetime(2026, 9, 14, 8, 10, tzinfo=UTC)
PAYER = Limit("payer#a", 2, 900)
ADDRESS = Limit("address#b", 3, 900)


def test_attempts_are_taken_until_one_limit_is_full(stores: Stores) -> None:
    took = [stores.throttle.take([PAYER, ADDRESS], NOW) for _ in range(4)]
    assert took == [True, True, False, False]
    # Nothing was counted for the refused ones: the address has one left.
    assert [stores.throttle.take([ADDRESS], NOW) for _ in range(2)] == [True, False]


def test_a_limit_that_is_full_is_seen_without_counting(stores: Stores) -> None:
    assert not stores.throttle.is_full([], NOW)
    assert not stores.throttle.is_full([PAYER, ADDRESS], NOW)
    assert [stores.throttle.take([PAYER], NOW) for _ in range(2)] == [True, True]
    assert stores.throttle.is_full([ADDRESS, PAYER], NOW)
    assert not stores.throttle.is_full([ADDRESS], NOW)
    assert not stores.throttle.is_full([PAYER], NOW + timedelta(minutes=15))


def test_failures_are_counted_past_the_limit(stores: Stores) -> None:
    for _ in range(PAYER.count + 2):
        stores.throttle.count([PAYER], NOW)
    stores.throttle.give_back([PAYER], NOW)
    assert stores.throttle.is_full([PAYER], NOW)


def test_time_unlocks(stores: Stores) -> None:
    full = Limit("payer#a", 1, 900)
    end = datetime(2026, 9, 14, 8, 15, tzinfo=UTC)
    assert stores.throttle.take([full], NOW)
    assert not stores.throttle.take([full], end - timedelta(microseconds=1))
    assert stores.throttle.take([full], end)


def test_given_back_attempts_can_be_taken_again(stores: Stores) -> None:
    assert stores.throttle.take([PAYER, ADDRESS], NOW)
    stores.throttle.give_back([PAYER, ADDRESS], NOW)
    assert [stores.throttle.take([PAYER], NOW) for _ in range(3)] == [True, True, False]


def test_a_counter_never_falls_below_zero(stores: Stores) -> None:
    assert stores.throttle.take([ADDRESS], NOW)
    stores.throttle.give_back([PAYER, ADDRESS], NOW)
    stores.throttle.give_back([PAYER, ADDRESS], NOW)
    assert [stores.throttle.take([PAYER], NOW) for _ in range(3)] == [True, True, False]
    assert [stores.throttle.take([ADDRESS], NOW) for _ in range(4)] == [True, True, True, False]


def test_two_windows_of_one_subject_are_two_counters(stores: Stores) -> None:
    quarter, hour = Limit("payer#a", 1, 900), Limit("payer#a", 5, 3600)
    at = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)  # Both windows start here.
    assert stores.throttle.take([quarter, hour], at)
    assert not stores.throttle.take([quarter, hour], at)
    assert stores.throttle.take([quarter, hour], at + timedelta(minutes=15))


@pytest.mark.parametrize("count", [0, -1])
def test_a_limit_of_nothing_lets_nothing_through(stores: Stores, count: int) -> None:
    assert not stores.throttle.take([Limit("payer#a", count, 900), ADDRESS], NOW)
    assert [stores.throttle.take([ADDRESS], NOW) for _ in range(4)] == [True, True, True, False]


def test_no_limit_lets_everything_through(stores: Stores) -> None:
    assert stores.throttle.take([], NOW)
    stores.throttle.give_back([], NOW)


def test_a_naive_instant_is_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="naive"):
        stores.throttle.take([PAYER], NOW.replace(tzinfo=None))


def test_an_attempt_is_a_plain_call_a_limit_and_its_counters_expire_after_their_window(database: Database) -> None:
    store = DynamoThrottleStore(database)
    with counted() as calls:
        store.take([PAYER, ADDRESS], NOW)
        store.is_full([PAYER, ADDRESS], NOW)
    assert calls.names == ["dynamodb:UpdateItem", "dynamodb:UpdateItem", "dynamodb:BatchGetItem"]
    (row,) = store.rows.query(PAYER.subject)
    assert row.expires == datetime(2026, 9, 14, 8, 15, tzinfo=UTC).timestamp() + KEPT_SECONDS
