"""A crowd signs in from one address, while DynamoDB's transactions take the time that they take."""

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import FamilyId
from chalicelib.services.accounts import SignIn, WrongCodes
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.services.ports import Login
from chalicelib.storage.database import Database
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.logins import DynamoLoginStore
from chalicelib.storage.throttle import DynamoThrottleStore
from tests.builders import JAMES, a_family
from tests.clock import FixedClock, paris
from tests.conflicts import conflicts

PARENTS, AT_ONCE = 500, 50
PEPPER = "pepper"
SALT = b"0123456789abcdef"
SCHOOL = "192.0.2.1"
"""A school's network, or a phone operator's: everybody behind it has this one address."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried is the counters; five hundred slow hashes would be half a minute of CPU."""
    monkeypatch.setattr(hashlib, "scrypt", lambda secret, *, salt, **_: hashlib.sha256(salt + secret).digest())


@pytest.fixture
def sign_in(ministack_database: Database) -> SignIn:
    store = DynamoIntakeStore(ministack_database)
    families = [FamilyId(f"f-{n}") for n in range(PARENTS)]
    store.put_families(replace(a_family(), id=family, children=()) for family in families)
    store.put_logins(
        (login_key(PEPPER, f"{n:06}"), Login(family, JAMES, SALT, secret_of(PEPPER, f"PAYERCODE{n}", SALT)))
        for n, family in enumerate(families)
    )
    return SignIn(
        logins=DynamoLoginStore(ministack_database),
        families=DynamoFamilyStore(ministack_database),
        throttle=DynamoThrottleStore(ministack_database),
        clock=FixedClock(paris("lundi 2026-09-07 08:30")),
        pepper=PEPPER,
        report=unheard,
    )


def unheard(event: str, **facts: object) -> None:
    """The log is not what is tried."""


def outcome(sign_in: SignIn, child_code: str, payer_code: str) -> str:
    try:
        sign_in(child_code, payer_code, SCHOOL)
    except (WrongCodes, Unavailable) as error:
        return type(error).__name__
    return "in"


def test_five_hundred_right_codes_from_one_address_are_all_let_in(sign_in: SignIn) -> None:
    with conflicts(), ThreadPoolExecutor(AT_ONCE) as threads:
        told = threads.map(lambda n: outcome(sign_in, f"{n:06}", f"PAYERCODE{n}"), range(PARENTS))
    assert Counter(told) == {"in": PARENTS}


def test_both_parents_and_a_stranger_on_one_child_code_do_not_meet(sign_in: SignIn) -> None:
    """Fifty right tries at once on one child code, and as many wrong ones: nobody is told that AWS does not answer."""
    codes = ["PAYERCODE7" if n % 2 else f"WRONG{n}" for n in range(100)]
    with conflicts(), ThreadPoolExecutor(AT_ONCE) as threads:
        told = Counter(threads.map(lambda code: outcome(sign_in, "000007", code), codes))
    assert told == {"in": 50, "WrongCodes": 50}


def test_transactions_that_share_an_item_do_meet(ministack_database: Database) -> None:
    """The fault that the tests above would not forgive, so that they are known to be able to fail."""
    store = DynamoThrottleStore(ministack_database)
    expires = int(datetime(2026, 9, 7, tzinfo=UTC).timestamp())

    def together(_: int) -> None:
        def fill(transaction: TransactWrite) -> None:
            row = store.rows("address#a", "window")
            transaction.update(row, actions=[store.rows.attempts.add(1), store.rows.expires.set(expires)])

        ministack_database.transact("test.together", fill)

    with conflicts() as refusals, ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(together, range(10)))
    assert "dynamodb:TransactWriteItems" in refusals
