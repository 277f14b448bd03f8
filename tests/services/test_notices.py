"""Who is told of new invoices: what the parent saves, what each address decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from chalicelib.rules.errors import BadForm, NotFound, StaleWrite, Throttled, Unavailable
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.services.mail_ports import Mail
from chalicelib.services.notices import (
    ASKED_PER_ADDRESS_A_DAY,
    ASKED_PER_FAMILY_AN_HOUR,
    AskAddresses,
    AskAgain,
    ConfirmAddress,
    EditNotices,
    ShowNotices,
    StopNotices,
)
from tests.builders import BOND, a_family
from tests.clock import FixedClock, paris
from tests.fakes import MemoryFamilies, MemoryNotices, MemoryOutbox, MemoryThrottle

FAMILY = a_family()
TOWN, EXTRA = FAMILY.email, "BOND@server.fr"
PENDING, CONFIRMED, STOPPED = AddressState.PENDING, AddressState.CONFIRMED, AddressState.STOPPED


class Links:
    def invoices(self) -> str:
        return "https://portail.example/factures"

    def stop(self, family: FamilyId, email: str) -> str:
        return f"https://portail.example/stop/{family}/{email}"

    def confirm(self, family: FamilyId, email: str, until: datetime) -> str:
        return f"https://portail.example/confirm/{family}/{email}/{until:%Y-%m-%d}"


class Desk:
    def __init__(self, settings: NoticeSettings | None = None) -> None:
        self.outbox = MemoryOutbox()
        self.notices = MemoryNotices(outbox=self.outbox)
        self.clock = FixedClock(paris("lundi 2026-09-14 08:00"))
        self.families = MemoryFamilies([FAMILY])
        ask = AskAddresses(notices=self.notices, throttle=MemoryThrottle(), links=Links(), clock=self.clock, pepper="p")
        self.show = ShowNotices(notices=self.notices, outbox=self.outbox)
        self.edit = EditNotices(notices=self.notices, ask=ask)
        self.again = AskAgain(notices=self.notices, ask=ask)
        self.confirm = ConfirmAddress(notices=self.notices, families=self.families)
        self.stop = StopNotices(notices=self.notices, families=self.families)
        if settings:
            self.notices.save(BOND, settings)

    @property
    def settings(self) -> NoticeSettings:
        return self.notices.settings(BOND)

    def save(self, *emails: str, wanted: bool = True) -> None:
        self.edit(FAMILY, wanted=wanted, emails=emails, version=self.settings.version)

    def states(self) -> dict[str, AddressState]:
        return {address.email: address.state for address in self.settings.extra}

    def mails(self) -> list[Mail]:
        return list(self.outbox.due(self.clock.now(), 100))


def test_a_new_address_is_asked_before_anything_else_is_sent_to_it() -> None:
    desk = Desk()
    desk.save(EXTRA, "", "")
    assert desk.states() == {EXTRA: PENDING}
    assert desk.settings.recipients(TOWN) == (TOWN,)
    (mail,) = desk.mails()
    assert (mail.to, mail.kind, mail.family) == (EXTRA, "confirm-address", BOND)
    assert mail.facts == {
        "confirm_link": f"https://portail.example/confirm/{BOND}/{EXTRA}/2026-09-21",
        "until": "21/09/2026",
    }


def test_what_the_owner_confirmed_is_written_to() -> None:
    desk = Desk()
    desk.save(EXTRA)
    desk.confirm(BOND, EXTRA.lower())
    desk.confirm(BOND, EXTRA)
    assert desk.states() == {EXTRA: CONFIRMED}
    assert desk.settings.recipients(TOWN) == (TOWN, EXTRA)


def test_only_what_is_new_is_asked() -> None:
    desk = Desk()
    desk.save(EXTRA)
    desk.confirm(BOND, EXTRA)
    desk.save(EXTRA.lower(), "aline@server.fr", "ALINE@server.fr")
    assert desk.states() == {EXTRA: CONFIRMED, "aline@server.fr": PENDING}
    assert sorted(mail.to for mail in desk.mails()) == [EXTRA, "aline@server.fr"]


def test_an_emptied_field_removes_the_address_and_its_link_then_does_nothing() -> None:
    desk = Desk()
    desk.save(EXTRA, "aline@server.fr")
    desk.save("", "aline@server.fr")
    assert desk.states() == {"aline@server.fr": PENDING}
    with pytest.raises(NotFound):
        desk.confirm(BOND, EXTRA)
    assert desk.states() == {"aline@server.fr": PENDING}


def test_the_town_s_own_address_is_not_added_twice() -> None:
    desk = Desk()
    desk.save(TOWN.upper())
    assert (desk.states(), desk.mails()) == ({}, [])


def test_addresses_that_are_none_are_named_by_rank_and_nothing_is_saved() -> None:
    desk = Desk()
    with pytest.raises(BadForm) as refusal:
        desk.save("bond@", EXTRA, "a b@server.fr")
    assert refusal.value.args == (0, 2)
    assert (desk.settings, desk.mails()) == (NoticeSettings(), [])


def test_an_older_page_does_not_undo_a_newer_one() -> None:
    desk = Desk()
    desk.save(EXTRA)
    with pytest.raises(StaleWrite):
        desk.edit(FAMILY, wanted=False, emails=[], version=0)
    assert desk.states() == {EXTRA: PENDING}


def test_the_same_form_twice_is_saved_once() -> None:
    desk = Desk()
    for _ in range(2):
        desk.edit(FAMILY, wanted=True, emails=[EXTRA], version=0)
    assert desk.settings.version == 1
    assert len(desk.mails()) == 1


def test_saying_no_the_first_time_is_kept() -> None:
    """An import may later give a wish to those who never said anything: this family did."""
    desk = Desk()
    desk.save(wanted=False)
    assert desk.settings.version == 1


def test_one_family_does_not_flood_others() -> None:
    desk = Desk()
    for n in range(ASKED_PER_FAMILY_AN_HOUR):
        desk.save(f"somebody{n}@server.fr")
    before = desk.settings
    with pytest.raises(Throttled):
        desk.save("onemore@server.fr")
    assert desk.settings == before
    desk.save(f"somebody{ASKED_PER_FAMILY_AN_HOUR - 1}@server.fr", wanted=False)
    desk.clock.forward(hours=1)
    desk.save("onemore@server.fr")


def test_one_address_is_not_flooded_by_several_families() -> None:
    desk = Desk()
    for n in range(ASKED_PER_ADDRESS_A_DAY):
        family = replace(FAMILY, id=FamilyId(f"f-{n}"))
        desk.edit(family, wanted=True, emails=[EXTRA if n % 2 else EXTRA.lower()], version=0)
    with pytest.raises(Throttled):
        desk.save(EXTRA)
    assert desk.settings == NoticeSettings()


@dataclass
class Stubborn:
    """``NoticeStore`` that fails its next saves."""

    store: MemoryNotices
    error: Exception
    times: int

    def settings(self, family: FamilyId) -> NoticeSettings:
        return self.store.settings(family)

    def save(self, family: FamilyId, settings: NoticeSettings, mails: Sequence[Mail] = ()) -> None:
        if self.times:
            self.times -= 1
            raise self.error
        self.store.save(family, settings, mails)


def test_a_save_that_failed_is_not_counted() -> None:
    desk = Desk()
    desk.edit.ask.notices = Stubborn(desk.notices, Unavailable("notices"), ASKED_PER_FAMILY_AN_HOUR)
    for _ in range(ASKED_PER_FAMILY_AN_HOUR):
        with pytest.raises(Unavailable):
            desk.save(EXTRA)
    desk.save(EXTRA)
    assert desk.states() == {EXTRA: PENDING}


def test_a_waiting_address_is_asked_again_a_few_times() -> None:
    desk = Desk()
    desk.save(EXTRA)
    for _ in range(ASKED_PER_ADDRESS_A_DAY - 1):
        desk.again(FAMILY, EXTRA)
    with pytest.raises(Throttled):
        desk.again(FAMILY, EXTRA)
    mails = desk.mails()
    assert [mail.to for mail in mails] == [EXTRA] * ASKED_PER_ADDRESS_A_DAY
    assert len({mail.id for mail in mails}) == ASKED_PER_ADDRESS_A_DAY


def test_nobody_else_is_asked_again() -> None:
    desk = Desk(NoticeSettings(extra=(Address(EXTRA, CONFIRMED),)))
    for email in (EXTRA, TOWN):
        desk.again(FAMILY, email)
    for email in ("stranger@server.fr", ""):
        with pytest.raises(NotFound):
            desk.again(FAMILY, email)
    assert desk.mails() == []


@pytest.mark.parametrize("email", [EXTRA, EXTRA.lower()])
def test_stopping_stops_one_address_however_often(email: str) -> None:
    others = (Address(EXTRA, CONFIRMED), Address("aline@server.fr", CONFIRMED))
    desk = Desk(NoticeSettings(wanted=True, extra=others))
    desk.stop(BOND, email)
    version = desk.settings.version
    desk.stop(BOND, email)
    assert desk.settings.version == version
    assert desk.settings.recipients(TOWN) == (TOWN, "aline@server.fr")


def test_the_town_s_address_stops_and_starts_again_when_its_owner_says_so() -> None:
    desk = Desk(NoticeSettings(wanted=True))
    desk.stop(BOND, TOWN.upper())
    assert desk.settings.recipients(TOWN) == ()
    desk.again(FAMILY, TOWN)
    assert desk.settings.recipients(TOWN) == ()
    assert [mail.to for mail in desk.mails()] == [TOWN]
    desk.confirm(BOND, TOWN)
    assert desk.settings.recipients(TOWN) == (TOWN,)


def test_a_save_does_not_start_a_stopped_address_again() -> None:
    """The form holds every address: saving it for another reason must not write to who asked to be left alone."""
    desk = Desk(NoticeSettings(wanted=True, extra=(Address(EXTRA, STOPPED),)))
    desk.save(EXTRA, wanted=False)
    desk.save(EXTRA)
    assert (desk.states(), desk.mails()) == ({EXTRA: STOPPED}, [])


@pytest.mark.parametrize(("family", "email"), [(BOND, "gone@server.fr"), ("f-gone", EXTRA)])
def test_stopping_what_is_not_there_any_more_is_no_error(family: str, email: str) -> None:
    desk = Desk()
    desk.stop(FamilyId(family), email)
    assert desk.settings == NoticeSettings()


def test_a_decision_is_taken_again_when_somebody_saves_meanwhile() -> None:
    desk = Desk(NoticeSettings(wanted=True, extra=(Address(EXTRA, CONFIRMED),)))
    desk.stop.notices = Stubborn(desk.notices, StaleWrite("notices"), 2)
    desk.stop(BOND, EXTRA)
    assert desk.states() == {EXTRA: STOPPED}
    desk.confirm.notices = Stubborn(desk.notices, StaleWrite("notices"), 1000)
    with pytest.raises(Unavailable):
        desk.confirm(BOND, EXTRA)


def test_addresses_that_bounced_are_told() -> None:
    desk = Desk(NoticeSettings(extra=(Address(EXTRA, CONFIRMED),)))
    assert desk.show(FAMILY).unreachable == frozenset()
    desk.outbox.suppress(EXTRA.lower(), "bounce", desk.clock.now())
    assert desk.show(FAMILY).unreachable == {EXTRA}
    assert desk.show(replace(FAMILY, email="")).unreachable == {EXTRA}
