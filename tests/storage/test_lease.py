"""The lease of an import, in memory and on every backend; and what it keeps from being written."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.services.lease_ports import Holder, LeaseStore
from chalicelib.services.leasing import LeaseLost
from chalicelib.storage.database import Database
from chalicelib.storage.lease import DynamoLeaseStore, LeaseRow
from chalicelib.storage.town import DynamoTownStore
from infra.declared import keys_of, tables_of
from tests.clock import paris
from tests.fakes.lease import MemoryLease
from tests.storage.conftest import DYNAMODBS

NOW = paris("mercredi 2026-11-25 10:00")
MINUTE = timedelta(minutes=1)
FIRST, SECOND = Holder("a", "un dépôt", NOW + MINUTE), Holder("b", "make import", NOW + 2 * MINUTE)


@pytest.fixture(params=["memory", *DYNAMODBS])
def lease(request: pytest.FixtureRequest) -> Iterator[LeaseStore]:
    if request.param == "memory":
        yield MemoryLease()
        return
    yield DynamoLeaseStore(request.getfixturevalue(f"{request.param}_database"))


def test_one_at_a_time(lease: LeaseStore) -> None:
    assert lease.take(FIRST, NOW) is None
    assert lease.take(FIRST, NOW) is None, "an answer that was lost"
    assert lease.take(SECOND, NOW) == FIRST
    assert lease.renew(SECOND) is False
    lease.release(SECOND)
    assert lease.take(SECOND, NOW) == FIRST


def test_it_is_free_once_given_back(lease: LeaseStore) -> None:
    lease.take(FIRST, NOW)
    lease.release(FIRST)
    lease.release(FIRST)
    assert lease.renew(FIRST) is False
    assert lease.take(SECOND, NOW) is None


def test_it_is_free_when_it_is_over_and_renewed_until_then(lease: LeaseStore) -> None:
    lease.take(FIRST, NOW)
    assert lease.renew(Holder("a", "un dépôt", NOW + 2 * MINUTE))
    assert lease.take(SECOND, NOW + MINUTE) == Holder("a", "un dépôt", NOW + 2 * MINUTE)
    assert lease.take(SECOND, NOW + 2 * MINUTE) is None
    assert lease.renew(FIRST) is False


def test_its_row_has_the_keys_of_its_table() -> None:
    names = {one.attr_name for one in LeaseRow.get_attributes().values() if one.is_hash_key or one.is_range_key}
    assert names == keys_of(tables_of("town")["town-town"]).keys()


def test_no_write_is_sent_without_it(moto_database: Database) -> None:
    """By transaction, by batch, by update: whatever a store uses."""

    def lost() -> None:
        raise LeaseLost("import.lease")

    fenced = Database(**{**moto_database.place, "guard": lost})
    with pytest.raises(LeaseLost):
        DynamoTownStore(fenced).ask_recount(NOW)
    with pytest.raises(LeaseLost):
        DynamoLeaseStore(fenced).take(FIRST, NOW)
    with pytest.raises(LeaseLost):
        DynamoLeaseStore(fenced).release(FIRST)
    assert DynamoLeaseStore(fenced.without_repeats()).database.guard is lost
    assert not DynamoTownStore(moto_database).recount_asked()
