"""Signing in: what opens, what does not, and that nobody learns why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.rules.codes import normal_code
from chalicelib.rules.errors import SessionExpired
from chalicelib.rules.ids import FamilyId
from chalicelib.services.accounts import (
    TRIES_PER_ADDRESS,
    TRIES_PER_CODE,
    OpenSession,
    Session,
    SignIn,
    WrongCodes,
    login_key,
    secret_of,
)
from chalicelib.services.ports import Login
from tests.builders import BOND, JAMES, a_family
from tests.clock import FixedClock, paris
from tests.fakes import MemoryFamilies, MemoryLogins, MemoryThrottle

PEPPER = "pepper"
SALT = b"0123456789abcdef"
LOGIN = Login(BOND, JAMES, SALT, secret_of(PEPPER, "GOLDENEYE7", SALT))
HERE, THERE = "192.0.2.1", "192.0.2.2"


class Town:
    """A sign-in over in-memory stores that also remembers what was asked of them."""

    def __init__(self) -> None:
        self.clock = FixedClock(paris("lundi 2026-09-14 08:00"))
        self.calls: list[str] = []
        self.families = MemoryFamilies([a_family()])
        self.logins = self.recorded(MemoryLogins([(login_key(PEPPER, "007"), LOGIN)]), "find")
        self.throttle = self.recorded(MemoryThrottle(), "take")
        self.sign_in = SignIn(
            logins=self.logins, families=self.families, throttle=self.throttle, clock=self.clock, pepper=PEPPER
        )

    def recorded(self, store, name):  # type: ignore[no-untyped-def]
        real = getattr(store, name)

        def call(*args, **kwargs):  # type: ignore[no-untyped-def]
            self.calls.append(f"{type(store).__name__}.{name}")
            return real(*args, **kwargs)

        setattr(store, name, call)
        return store

    def fails(self, child_code: str, payer_code: str, address: str = HERE) -> None:
        with pytest.raises(WrongCodes):
            self.sign_in(child_code, payer_code, address)


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
    session = Town().sign_in(child_code, payer_code, HERE)
    assert (session.family, session.child, session.epoch) == (BOND, JAMES, 0)


def test_codes_are_never_stored() -> None:
    assert "GOLDENEYE7" not in repr(LOGIN)
    assert normal_code("GOLDENEYE7") not in repr(LOGIN)
    assert "007" not in login_key(PEPPER, "x")
    assert login_key(PEPPER, "007") != login_key("other", "007")
    assert secret_of(PEPPER, "GOLDENEYE7", SALT) != secret_of("other", "GOLDENEYE7", SALT)


def test_every_failure_does_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    work: list[list[str]] = []

    def counted(pepper: str, payer_code: str, salt: bytes) -> bytes:
        town.calls.append("scrypt")
        return secret_of(pepper, payer_code, salt)

    monkeypatch.setattr("chalicelib.services.accounts.secret_of", counted)
    for child_code, payer_code in (("007", "WRONGPAYER"), ("999", "GOLDENEYE7"), ("999", "WRONGPAYER"), ("", "")):
        town.fails(child_code, payer_code)
        work.append(town.calls[:])
        town.calls.clear()
    for n in range(TRIES_PER_CODE):
        town.fails("007", f"OTHERPAYER{n}", THERE)
    town.calls.clear()
    town.fails("007", "GOLDENEYE7")
    work.append(town.calls[:])
    assert work == [["MemoryThrottle.take", "MemoryLogins.find", "scrypt"]] * 5


@pytest.mark.parametrize(
    ("child_code", "payer_code"),
    [
        pytest.param("007", "WRONG{n:04}", id="many payer codes for one child"),
        pytest.param("1{n:02}", "GOLDENEYE7", id="many children for one payer code"),
    ],
)
def test_too_many_tries_block_even_the_right_codes_until_time_passes(child_code: str, payer_code: str) -> None:
    town = Town()
    for n in range(TRIES_PER_CODE):
        town.fails(child_code.format(n=n), payer_code.format(n=n), f"192.0.2.{n + 10}")
    town.fails("007", "GOLDENEYE7", THERE)
    town.clock.forward(minutes=15)
    assert town.sign_in("007", "GOLDENEYE7", THERE).family == BOND


def test_one_address_cannot_try_for_ever() -> None:
    town = Town()
    for n in range(TRIES_PER_ADDRESS):
        town.fails(f"1{n:03}", f"WRONG{n:05}")
    town.fails("007", "GOLDENEYE7", HERE)
    assert town.sign_in("007", "GOLDENEYE7", THERE).family == BOND


def test_signing_in_well_does_not_use_tries_up() -> None:
    town = Town()
    for _ in range(TRIES_PER_CODE * 2):
        town.sign_in("007", "GOLDENEYE7", HERE)


def test_a_login_whose_family_is_gone_opens_nothing() -> None:
    town = Town()
    town.families.families.clear()
    town.fails("007", "GOLDENEYE7")


SIGNED_IN = paris("lundi 2026-09-14 08:00")
SESSION = Session(BOND, JAMES, 0, SIGNED_IN, SIGNED_IN, "nonce")


def opened_after(session: Session = SESSION, epoch: int = 0, **later: float) -> Session:
    clock = FixedClock(SIGNED_IN + timedelta(**later))
    families = MemoryFamilies([a_family(session_epoch=epoch)])
    return OpenSession(families=families, clock=clock)(session)[1]


def test_a_session_lives_an_hour_without_a_page_and_is_then_over() -> None:
    assert opened_after(minutes=60).seen_at == SIGNED_IN + timedelta(minutes=60)
    with pytest.raises(SessionExpired):
        opened_after(minutes=60, seconds=1)


def test_a_session_is_over_after_twelve_hours_however_busy() -> None:
    busy = replace(SESSION, seen_at=SIGNED_IN + timedelta(hours=12))
    assert opened_after(busy, hours=12) == busy
    with pytest.raises(SessionExpired):
        opened_after(busy, hours=12, seconds=1)


def test_a_session_is_written_anew_only_when_it_aged() -> None:
    assert opened_after(minutes=5) is SESSION
    assert opened_after(minutes=6).seen_at == SIGNED_IN + timedelta(minutes=6)


@pytest.mark.parametrize(
    ("session", "epoch"),
    [
        pytest.param(SESSION, 1, id="revoked by the operator"),
        pytest.param(replace(SESSION, family=FamilyId("gone")), 0, id="the family is gone"),
        pytest.param(replace(SESSION, seen_at=SIGNED_IN + timedelta(hours=1)), 0, id="from the future"),
    ],
)
def test_a_session_that_opens_nothing(session: Session, epoch: int) -> None:
    with pytest.raises(SessionExpired):
        opened_after(session, epoch)
