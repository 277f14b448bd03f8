"""Sessions: how long they live, and what ends them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.rules.errors import SessionExpired
from chalicelib.rules.ids import FamilyId
from chalicelib.services.accounts import (
    EndOthers,
    EndSession,
    OpenSession,
    Session,
)
from tests.builders import BOND, JAMES, a_family
from tests.clock import FixedClock, paris
from tests.fakes import MemoryFamilies

SIGNED_IN = paris("lundi 2026-09-14 08:00")
SESSION = Session(BOND, JAMES, 0, SIGNED_IN, SIGNED_IN, "nonce")


def opened_after(session: Session = SESSION, epoch: int = 0, **later: float) -> Session:
    clock = FixedClock(SIGNED_IN + timedelta(**later))
    families = MemoryFamilies([a_family(session_epoch=epoch)])
    return OpenSession(families=families, clock=clock)(session)[1]


def test_a_session_that_was_signed_out_is_over_wherever_it_was_copied_to() -> None:
    families = MemoryFamilies([a_family()])
    opens = OpenSession(families=families, clock=FixedClock(SIGNED_IN))
    other = replace(SESSION, nonce="another device")
    EndSession(families=families)(SESSION)
    with pytest.raises(SessionExpired):
        opens(replace(SESSION, seen_at=SIGNED_IN + timedelta(minutes=1)))
    assert opens(other)[1] == other


def test_ending_the_others_keeps_this_session_and_no_copy_of_it() -> None:
    families, clock = MemoryFamilies([a_family()]), FixedClock(SIGNED_IN)
    other = replace(SESSION, nonce="another device")
    mine = EndOthers(families=families, clock=clock)(SESSION)
    opens = OpenSession(families=families, clock=clock)
    assert opens(mine)[1] == mine
    assert (mine.family, mine.child, mine.signed_in_at) == (BOND, JAMES, SIGNED_IN)
    for over in (SESSION, other):
        with pytest.raises(SessionExpired):
            opens(over)


def test_a_family_that_is_read_a_second_too_early_keeps_its_session() -> None:
    assert opened_after(replace(SESSION, epoch=1)).epoch == 1


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
