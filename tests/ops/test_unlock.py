"""``make unlock``: a parent whom a stranger keeps out is let in, and only the right counters go."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID

from chalicelib.portal import Portal
from chalicelib.services.accounts import FAILURES_PER_ADDRESS, TRIES_PER_CHILD, WrongCodes
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.services.ports import Login
from chalicelib.settings import Settings
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.wiring import build_portal
from infra.ops.__main__ import COMMANDS
from infra.ops.items import query
from infra.ops.stage import CannotOperate, Stage
from infra.ops.unlock import unlock
from tests.builders import BOND, JAMES, a_child, a_family
from tests.stand_in import REGION, database_for

HERE, STRANGER, SCHOOL = "192.0.2.1", "198.51.100.1", "203.0.113.1"
SALT = b"0123456789abcdef"


@pytest.fixture
def stage(moto_settings: Settings) -> Stage:
    stage = Stage("test", REGION, {"TablePrefix": moto_settings.tables}, owner=DEFAULT_ACCOUNT_ID)
    name = f"/{stage.prefix}/secrets/pepper"
    stage.client("ssm").put_parameter(Name=name, Value=moto_settings.pepper, Type="SecureString")
    return stage


@pytest.fixture
def portal(moto_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Portal:
    monkeypatch.setattr("hashlib.scrypt", lambda secret, *, salt, **_: secret + salt)
    store = DynamoIntakeStore(database_for(moto_settings))
    store.put_families([a_family(a_child(JAMES))])
    login = Login(BOND, JAMES, SALT, secret_of(moto_settings.pepper, "GOLDENEYE7", SALT))
    store.put_logins([(login_key(moto_settings.pepper, "007"), login)])
    return build_portal(moto_settings)


def is_let_in(portal: Portal, address: str = HERE) -> bool:
    try:
        portal.accounts.sign_in("007", "GOLDENEYE7", address)
    except WrongCodes:
        return False
    return True


@contextmanager
def fails() -> Iterator[None]:
    with pytest.raises(WrongCodes):
        yield


def attack(portal: Portal) -> None:
    for n in range(TRIES_PER_CHILD):
        with fails():
            portal.accounts.sign_in("007", f"GUESS{n}", f"{STRANGER}{n % 100}")


@pytest.mark.parametrize("words", [{"family": "f-bond"}, {"child": " oo7"}])
def test_a_parent_whom_a_stranger_keeps_out_is_let_in(portal: Portal, stage: Stage, words: dict[str, str]) -> None:
    attack(portal)
    assert not is_let_in(portal)
    assert unlock(stage, **words) == 1
    assert is_let_in(portal)


def test_a_school_s_network_is_let_in(portal: Portal, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(FAILURES_PER_ADDRESS):
        with fails():
            portal.accounts.sign_in(f"1{n:02}", f"GUESS{n}", SCHOOL)
    assert not is_let_in(portal, SCHOOL)
    capsys.readouterr()
    assert COMMANDS["unlock"](stage, ["", "", SCHOOL]) == 0
    assert capsys.readouterr().out == "Counters cleared: 1\n"
    assert is_let_in(portal, SCHOOL)


def test_nothing_to_clear_is_said(portal: Portal, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert COMMANDS["unlock"](stage, ["f-bond", "", ""]) == 0
    assert "codes that were typed are wrong" in capsys.readouterr().out
    assert is_let_in(portal)


@pytest.mark.parametrize(
    ("words", "told"), [({}, "is missing"), ({"family": "f-nobody"}, "there is no family f-nobody")]
)
def test_what_cannot_be_unlocked_is_said(stage: Stage, words: dict[str, str], told: str) -> None:
    with pytest.raises(CannotOperate, match=told):
        unlock(stage, **words)


def test_sessions_that_were_ended_are_given_with_their_family(portal: Portal, stage: Stage) -> None:
    session = portal.accounts.sign_in("007", "GOLDENEYE7", HERE).session
    portal.accounts.end_session(session)
    parts = [item["part"]["S"] for item in query(stage, "families", "family", BOND)]
    assert f"OUT#{session.nonce}" in parts


def own_items(stage: Stage) -> tuple[list[Any], list[Any]]:
    logins = stage.client("dynamodb").scan(TableName=f"{stage.prefix}-logins")["Items"]
    return list(query(stage, "families", "family", BOND)), logins


def test_the_family_s_own_items_stay(portal: Portal, stage: Stage) -> None:
    before = own_items(stage)
    unlock(stage, family=BOND)
    assert own_items(stage) == before
    assert all(before)
