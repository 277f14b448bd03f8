"""Signing in: what opens, what does not, and that nobody learns why."""

import hashlib
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from chalicelib.rules.codes import normal_code
from chalicelib.rules.errors import BadForm
from chalicelib.rules.ids import FamilyId
from chalicelib.services.accounts import (
    FAILURES_PER_ADDRESS,
    FAILURES_PER_PAYER,
    NEW_DEVICE,
    TRIES_PER_CHILD,
    TRIES_PER_DEVICE,
    Device,
    SignedIn,
    SignIn,
    WrongCodes,
)
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.services.ports import Login
from tests.builders import BOND, JAMES, a_family
from tests.clock import FixedClock, paris
from tests.fakes import MemoryFamilies, MemoryLogins, MemoryThrottle

PEPPER = "pepper"
SALT = b"0123456789abcdef"
OTHER = FamilyId("f-other")
"""James's other parent."""
LOGIN = Login(BOND, JAMES, SALT, secret_of(PEPPER, "GOLDENEYE7", SALT))
HERE, THERE = "192.0.2.1", "192.0.2.2"

Store = TypeVar("Store", MemoryLogins, MemoryThrottle)


class Town:
    """A sign-in over in-memory stores that also remembers what was asked of them."""

    def __init__(self) -> None:
        self.clock = FixedClock(paris("lundi 2026-09-14 08:00"))
        self.calls: list[str] = []
        self.families = MemoryFamilies([a_family()])
        self.logins = self.recorded(MemoryLogins([(login_key(PEPPER, "007"), LOGIN)]), "find")
        self.throttle = MemoryThrottle()
        for name in ("take", "is_full", "count", "give_back"):
            self.recorded(self.throttle, name)
        self.events: list[tuple[str, dict[str, object]]] = []
        self.sign_in = SignIn(
            logins=self.logins,
            families=self.families,
            throttle=self.throttle,
            clock=self.clock,
            pepper=PEPPER,
            report=lambda event, **facts: self.events.append((event, facts)),
        )

    def recorded(self, store: Store, name: str) -> Store:
        real = getattr(store, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            return real(*args, **kwargs)

        setattr(store, name, call)
        return store

    def opens(self, child_code: str, payer_code: str, address: str = HERE, device: Device = NEW_DEVICE) -> SignedIn:
        return self.sign_in(child_code, payer_code, address, device)

    def fails(self, child_code: str, payer_code: str, address: str = HERE, device: Device = NEW_DEVICE) -> None:
        with pytest.raises(WrongCodes):
            self.sign_in(child_code, payer_code, address, device)

    def attacked(self, child_code: str = "007") -> None:
        """So many wrong payer codes for a child, from so many addresses, that no stranger is let in any more."""
        for n in range(TRIES_PER_CHILD):
            self.fails(child_code, f"GUESS{n}", f"198.51.100.{n}")

    def work(self, child_code: str, payer_code: str, device: Device = NEW_DEVICE, address: str = HERE) -> list[str]:
        """What a wrong try asks of everybody."""
        self.calls.clear()
        self.fails(child_code, payer_code, address, device)
        return self.calls[:]


@pytest.mark.parametrize(
    ("child_code", "payer_code"),
    [
        pytest.param("007", "GOLDENEYE7", id="as printed"),
        pytest.param(" 0 0-7 ", "golden-eye 7", id="spaces, dashes, lower case"),
        pytest.param("007.", "GOLDENEYE7. ", id="the full stop of two spaces"),
        pytest.param("007", "golden\u2013eye7", id="en dash"),
        pytest.param("007", "golden\u2011eye7", id="no-break hyphen"),
        pytest.param("\uff10\uff10\uff17", "ＧＯＬＤＥＮＥＹＥ７", id="full width"),
        pytest.param("٠٠٧", "GOLDENEYE٧", id="Arabic digits"),
        pytest.param("007", "«\u00a0goldéneye7\u00a0»", id="quotes, accent"),
        pytest.param("OO7", "G0LDENEYE7", id="letter O for zero and zero for letter O"),
        pytest.param("007", "GO1DENEYE7", id="one for L"),
    ],
)
def test_two_codes_that_go_together_open_the_family(child_code: str, payer_code: str) -> None:
    session = Town().opens(child_code, payer_code).session
    assert (session.family, session.child, session.epoch) == (BOND, JAMES, 0)


def test_codes_are_never_stored() -> None:
    assert "GOLDENEYE7" not in repr(LOGIN)
    assert normal_code("GOLDENEYE7") not in repr(LOGIN)
    assert "007" not in login_key(PEPPER, "x")
    assert login_key(PEPPER, "007") != login_key("other", "007")
    assert secret_of(PEPPER, "GOLDENEYE7", SALT) != secret_of("other", "GOLDENEYE7", SALT)


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town that also remembers its slow hashes, which take no time."""
    town = Town()

    def counted(secret: bytes, *, salt: bytes, **_cost: int) -> bytes:
        town.calls.append("scrypt")
        return hashlib.sha256(salt + secret).digest()

    monkeypatch.setattr(hashlib, "scrypt", counted)
    mine, hers = (secret_of(PEPPER, code, SALT) for code in ("GOLDENEYE7", "POMMIER333"))
    town.logins.logins[login_key(PEPPER, "007"), BOND] = replace(LOGIN, secret=mine)
    town.logins.logins[login_key(PEPPER, "007"), OTHER] = Login(OTHER, JAMES, SALT, hers)
    town.families.families[OTHER] = a_family(id=OTHER)
    return town


WRONG = (("007", "WRONGPAYER"), ("999", "GOLDENEYE7"), ("999", "WRONGPAYER"))


def test_every_failure_does_the_same_work(town: Town) -> None:
    work = [town.work(*codes) for codes in WRONG]
    assert work == [["find", "scrypt", "is_full", "take", "count"]] * len(WRONG)
    town.attacked()
    assert town.work("007", "GOLDENEYE7") == town.work("007", "WRONGPAYER") == work[0]


@pytest.mark.parametrize(
    ("child", "payer", "empty"),
    [
        pytest.param("", "", ("child", "payer"), id="both"),
        pytest.param("007", " - ", ("payer",), id="payer"),
        pytest.param("\u00a0", "GOLDENEYE7", ("child",), id="child"),
    ],
)
def test_what_was_not_typed_is_not_tried(town: Town, child: str, payer: str, empty: tuple[str, ...]) -> None:
    town.calls.clear()
    with pytest.raises(BadForm) as fault:
        town.sign_in(child, payer, HERE)
    assert (fault.value.args, town.calls, town.events) == (empty, [], [])


def test_a_locked_address_learns_nothing_about_codes(town: Town) -> None:
    for n in range(FAILURES_PER_ADDRESS):
        town.fails(f"1{n:03}", f"WRONG{n:05}")
    assert town.work("007", "GOLDENEYE7") == town.work("999", "WRONGPAYER") == ["find", "scrypt", "is_full", "count"]


def test_a_known_device_does_the_same_work_for_every_failure(town: Town) -> None:
    device = town.opens("007", "GOLDENEYE7").device
    work = [town.work("007", code, device) for code in ("WRONGPAYER", "SPECTRE100")]
    assert work == [["find", "scrypt", "take", "is_full", "take", "count"]] * 2


@pytest.mark.parametrize(
    ("child_code", "payer_code", "tries"),
    [
        pytest.param("007", "WRONG{n:04}", TRIES_PER_CHILD, id="many payer codes for one child"),
        pytest.param("1{n:02}", "GOLDENEYE7", FAILURES_PER_PAYER, id="many children for one payer code"),
    ],
)
def test_too_many_tries_block_even_the_right_codes_until_time_passes(
    town: Town, child_code: str, payer_code: str, tries: int
) -> None:
    for n in range(tries):
        town.fails(child_code.format(n=n), payer_code.format(n=n), f"192.0.2.{n + 10}")
    town.fails("007", "GOLDENEYE7", THERE)
    town.clock.forward(minutes=15)
    assert town.opens("007", "GOLDENEYE7", THERE).session.family == BOND


def test_one_address_cannot_try_for_ever(town: Town) -> None:
    for n in range(FAILURES_PER_ADDRESS):
        town.fails(f"1{n:03}", f"WRONG{n:05}")
    town.fails("007", "GOLDENEYE7", HERE)
    assert town.opens("007", "GOLDENEYE7", THERE).session.family == BOND


def test_one_address_cannot_lock_a_child_code(town: Town) -> None:
    for n in range(TRIES_PER_CHILD * 3):
        town.fails("007", f"WRONG{n:05}", HERE)
    assert town.opens("007", "GOLDENEYE7", THERE).session.family == BOND


def test_tries_that_were_locked_out_count_on_their_address(town: Town) -> None:
    town.attacked()
    for n in range(FAILURES_PER_ADDRESS):
        town.fails("007", f"WRONG{n:05}", HERE)
    town.fails("008", "GOLDENEYE7", HERE)
    assert town.events[-1][0] == "signin.locked"


def test_nobody_can_lock_a_family_out_of_a_device_that_it_uses(town: Town) -> None:
    """Both separated parents, on their own devices, while strangers fill every counter that strangers can."""
    his, hers = (town.opens("007", code).device for code in ("GOLDENEYE7", "POMMIER333"))
    town.attacked()
    for n in range(FAILURES_PER_ADDRESS):
        town.fails(f"1{n:03}", f"WRONG{n:05}", HERE)
    for _ in range(FAILURES_PER_PAYER):
        town.fails("555", "GOLDENEYE7", THERE)
    assert town.opens("007", "GOLDENEYE7", HERE, his).session.family == BOND
    assert town.opens("007", "POMMIER333", HERE, hers).session.family == OTHER
    town.fails("007", "POMMIER333", THERE, his)
    town.fails("007", "GOLDENEYE7", THERE)


def test_a_device_s_own_tries_are_counted_on_it_and_leave_the_other_devices_alone(town: Town) -> None:
    mine, other = (town.opens("007", "GOLDENEYE7").device for _ in range(2))
    town.attacked()
    for n in range(TRIES_PER_DEVICE):
        town.fails("007", f"WRONG{n}", THERE, mine)
    town.fails("007", "GOLDENEYE7", THERE, mine)
    assert town.opens("007", "GOLDENEYE7", THERE, other).session.family == BOND


def test_a_device_that_was_tried_on_too_often_is_a_stranger_s_no_less(town: Town) -> None:
    device = town.opens("007", "GOLDENEYE7").device
    for n in range(TRIES_PER_DEVICE):
        town.fails("007", f"WRONG{n}", HERE, device)
    assert town.opens("007", "GOLDENEYE7", HERE, device).session.family == BOND


def test_a_device_of_one_parent_cannot_guess_the_other_s_code_for_free(town: Town) -> None:
    """Each sign-in makes a new device: their tries still add up on the child code."""
    for n in range(TRIES_PER_CHILD):
        device = town.opens("007", "GOLDENEYE7", f"203.0.113.{n}").device
        town.fails("007", f"GUESS{n}", f"198.51.100.{n}", device)
    device = town.opens("007", "GOLDENEYE7", THERE, device).device
    town.fails("007", "POMMIER333", THERE, device)


def test_separated_parents_share_a_tablet(town: Town) -> None:
    tablet = town.opens("007", "GOLDENEYE7").device
    tablet = town.opens("007", "POMMIER333", HERE, tablet).device
    town.attacked()
    for code, family in (("GOLDENEYE7", BOND), ("POMMIER333", OTHER)):
        assert town.opens("007", code, HERE, tablet).session.family == family
    assert BOND not in repr(tablet)
    assert OTHER not in repr(tablet)


def test_a_device_that_knows_another_family_is_a_stranger(town: Town) -> None:
    device = town.opens("007", "POMMIER333").device
    town.logins.logins.pop((login_key(PEPPER, "007"), OTHER))
    town.attacked()
    town.fails("007", "GOLDENEYE7", THERE, device)


def test_signing_in_well_does_not_use_tries_up(town: Town) -> None:
    device = NEW_DEVICE
    for n in range(TRIES_PER_CHILD * 2):
        device = town.opens("007", "GOLDENEYE7", HERE, device if n % 2 else NEW_DEVICE).device
    assert set(town.throttle.counts.values()) == {0}


def test_right_codes_write_nothing_that_others_share(town: Town) -> None:
    town.opens("007", "GOLDENEYE7")
    assert {subject.partition("#")[0] for subject, *_ in town.throttle.counts} == {"child"}


def test_no_counter_is_a_fast_hash_of_a_payer_code(town: Town) -> None:
    """Whoever has the counters and the pepper learns sixteen bits of what was typed, of a code's forty and more."""
    town.fails("999", "GOLDENEYE7")
    (payer,) = [subject for subject, *_ in town.throttle.counts if subject.startswith("payer#")]
    assert len(payer) == len("payer#") + 4


def test_a_login_whose_family_is_gone_opens_nothing(town: Town) -> None:
    town.families.families.clear()
    town.fails("007", "GOLDENEYE7")


def test_the_operator_is_told_of_every_attempt_and_of_no_code_nor_address(town: Town) -> None:
    device = town.opens("007", "GOLDENEYE7").device
    town.fails("007", "WRONGPAYER", HERE, device)
    town.attacked()
    town.fails("007", "GOLDENEYE7")
    told = [(event, facts.get("family"), facts["known_device"]) for event, facts in town.events]
    assert told[:2] == [("signin.ok", BOND, False), ("signin.wrong", None, True)]
    assert told[-1] == ("signin.locked", None, False)
    assert len({facts["child"] for _, facts in town.events}) == 1
    assert {len(str(facts[what])) for _, facts in town.events for what in ("child", "address")} == {12}
    for secret in ("007", "GOLDENEYE7", "G0LDENEYE7", "WRONGPAYER", HERE):
        assert secret not in repr([{**facts, "family": ""} for _, facts in town.events])
