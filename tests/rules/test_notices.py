"""Who is told by e-mail: what a parent edits, what an owner decides, who is written to in the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.notices import (
    MOST_EXTRA,
    Address,
    AddressState,
    NoticeSettings,
    confirmed,
    edited,
    state_of,
    stopped,
)

TOWN = "jamie.bond@server.fr"
PENDING, CONFIRMED, STOPPED = AddressState.PENDING, AddressState.CONFIRMED, AddressState.STOPPED
BOND, ALINE = Address("BOND@server.fr", CONFIRMED), Address("aline@server.fr", PENDING)
SETTINGS = NoticeSettings(wanted=True, extra=(BOND, ALINE), version=3)


def states(settings: NoticeSettings) -> dict[str, AddressState]:
    return {address.email: address.state for address in settings.extra}


@pytest.mark.parametrize(
    ("settings", "town", "recipients"),
    [
        pytest.param(SETTINGS, TOWN, (TOWN, BOND.email), id="the town's, then who agreed"),
        pytest.param(NoticeSettings(extra=(BOND,)), TOWN, (), id="not wanted"),
        pytest.param(NoticeSettings(True, (BOND,), town_stopped=True), TOWN, (BOND.email,), id="the town's stopped"),
        pytest.param(SETTINGS, "", (BOND.email,), id="the town knows none"),
        pytest.param(SETTINGS, "bond@SERVER.fr", ("bond@SERVER.fr",), id="one address twice, whatever the case"),
        pytest.param(NoticeSettings(True, (Address("x@server.fr", STOPPED),)), "", (), id="nobody is left"),
    ],
)
def test_who_is_written_to(settings: NoticeSettings, town: str, recipients: tuple[str, ...]) -> None:
    assert settings.recipients(town) == recipients


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param(["bond@server.fr", "ALINE@server.fr"], {BOND.email: CONFIRMED, ALINE.email: PENDING}, id="case"),
        pytest.param(["", "  ", ALINE.email], {ALINE.email: PENDING}, id="an emptied field"),
        pytest.param([BOND.email, " bond@server.fr"], {BOND.email: CONFIRMED}, id="twice"),
        pytest.param([TOWN.upper()], {}, id="the town's own"),
        pytest.param([" new@server.fr "], {"new@server.fr": PENDING}, id="a new one waits"),
        pytest.param([], {}, id="none"),
    ],
)
def test_what_a_parent_types(typed: list[str], kept: dict[str, AddressState]) -> None:
    after = edited(SETTINGS, wanted=False, emails=typed, town_email=TOWN)
    assert states(after) == kept
    assert (after.wanted, after.version) == (False, 3)


def test_more_than_three_are_refused() -> None:
    with pytest.raises(ValueError, match="4 addresses"):
        edited(SETTINGS, wanted=True, emails=[f"n{n}@server.fr" for n in range(MOST_EXTRA + 1)], town_email=TOWN)


def test_typing_a_stopped_address_again_does_not_start_it() -> None:
    quiet = stopped(SETTINGS, BOND.email, TOWN)
    assert states(edited(quiet, wanted=True, emails=[BOND.email], town_email=TOWN)) == {BOND.email: STOPPED}


@pytest.mark.parametrize("email", [BOND.email, "bond@server.fr"])
def test_an_owner_decides_for_one_address(email: str) -> None:
    assert states(stopped(SETTINGS, email, TOWN)) == {BOND.email: STOPPED, ALINE.email: PENDING}
    assert states(confirmed(stopped(SETTINGS, email, TOWN), email, TOWN)) == states(SETTINGS)


def test_the_town_s_address_has_an_owner_too() -> None:
    quiet = stopped(SETTINGS, TOWN.upper(), TOWN)
    assert (quiet.town_stopped, state_of(quiet, TOWN, TOWN)) == (True, STOPPED)
    assert confirmed(quiet, TOWN, TOWN) == SETTINGS


def test_an_address_that_is_gone_decides_nothing() -> None:
    assert stopped(SETTINGS, "gone@server.fr", TOWN) == confirmed(SETTINGS, "gone@server.fr", TOWN) == SETTINGS
    assert state_of(SETTINGS, "gone@server.fr", TOWN) is None


EMAILS = st.sampled_from([TOWN, "a@x.fr", "A@x.fr", "b@x.fr", "c@x.fr", ""])


@given(st.lists(EMAILS, max_size=3), st.lists(st.tuples(st.sampled_from([confirmed, stopped]), EMAILS), max_size=4))
def test_nothing_is_sent_to_who_did_not_agree(typed: list[str], decisions: list[tuple[object, str]]) -> None:
    settings = edited(NoticeSettings(), wanted=True, emails=typed, town_email=TOWN)
    agreed: dict[str, bool] = {TOWN: True}
    for decide, email in decisions:
        settings = decide(settings, email, TOWN)  # type: ignore[operator]
        agreed[email.casefold()] = decide is confirmed
    recipients = [email.casefold() for email in settings.recipients(TOWN)]
    assert len(recipients) == len(set(recipients))
    assert all(agreed.get(email) for email in recipients)
