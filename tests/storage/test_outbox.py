"""The outbox and the settings of notices, on every backend."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.services.mail_ports import Mail, Outbox
from tests.builders import BOND
from tests.clock import paris
from tests.storage.conftest import Stores

NOW = paris("lundi 2026-11-23 10:00")
SECOND = timedelta(seconds=1)


def a_mail(number: int = 1, **changes: object) -> Mail:
    mail = Mail(f"m-{number}", f"p{number}@ville.fr", "invoice-online", {"number": "1 €"}, BOND, "2026-1", NOW)
    return replace(mail, **changes)  # type: ignore[arg-type]


def filled(stores: Stores, *mails: Mail) -> Outbox:
    stores.notices.save(BOND, NoticeSettings(), mails)
    return stores.outbox


def test_mails_are_due_in_the_order_of_their_time(stores: Stores) -> None:
    late, early = a_mail(1, due_at=NOW), a_mail(2, due_at=NOW - SECOND)
    outbox = filled(stores, late, early, a_mail(3, due_at=NOW + SECOND))
    assert list(outbox.due(NOW, 10)) == [early, late]
    assert list(outbox.due(NOW, 1)) == [early]
    assert len(list(outbox.due(NOW + SECOND, 10))) == 3


def test_an_urgent_mail_is_due_before_older_ones(stores: Stores) -> None:
    urgent = a_mail(2, urgent=True)
    outbox = filled(stores, a_mail(1, due_at=NOW - SECOND), urgent)
    assert list(outbox.due(NOW, 10)) == [urgent, a_mail(1, due_at=NOW - SECOND)]
    outbox.lease(urgent, NOW, 120)
    outbox.retry(urgent, NOW + SECOND)
    later = NOW + timedelta(hours=1)
    [again, _] = outbox.due(later, 10)
    assert (again.urgent, again.attempts) == (True, 1)
    outbox.lease(again, later, 120)
    outbox.sent(again)
    assert [mail.id for mail in outbox.due(later, 10)] == ["m-1"]


def test_a_mail_of_no_family_is_kept_by_itself(stores: Stores) -> None:
    letter = a_mail(1, kind="contact", family=None)
    stores.outbox.put(letter)
    stores.outbox.put(letter)
    assert list(stores.outbox.due(NOW, 10)) == [letter]
    assert stores.outbox.lease(letter, NOW, 120)
    stores.outbox.sent(letter)
    assert list(stores.outbox.due(NOW + timedelta(days=1), 10)) == []


def test_a_mail_is_held_by_one_until_its_lease_ends(stores: Stores) -> None:
    outbox = filled(stores, a_mail(1), a_mail(2))
    assert outbox.lease(a_mail(1), NOW, 120)
    assert not outbox.lease(a_mail(1), NOW + SECOND, 120)
    assert list(outbox.due(NOW, 10)) == [a_mail(2)]
    assert list(outbox.due(NOW, 1)) == [a_mail(2)], "a held mail does not take another's place"
    later = NOW + timedelta(seconds=120)
    assert list(outbox.due(later, 10)) == [a_mail(1), a_mail(2)]
    assert outbox.lease(a_mail(1), later, 120)


def test_a_mail_that_was_sent_is_gone(stores: Stores) -> None:
    outbox = filled(stores, a_mail())
    outbox.lease(a_mail(), NOW, 120)
    outbox.sent(a_mail())
    outbox.sent(a_mail())
    assert list(outbox.due(NOW + timedelta(days=1), 10)) == []
    assert not outbox.lease(a_mail(), NOW, 120)


def test_a_mail_to_try_again_waits_and_counts(stores: Stores) -> None:
    outbox = filled(stores, a_mail())
    outbox.lease(a_mail(), NOW, 120)
    later = NOW + timedelta(hours=1)
    outbox.retry(a_mail(), later)
    assert list(outbox.due(NOW + SECOND, 10)) == []
    (again,) = outbox.due(later, 10)
    assert again == a_mail(due_at=later, attempts=1)
    assert outbox.lease(again, later, 120), "nobody holds it any more"


def test_what_was_set_aside_never_comes_back(stores: Stores) -> None:
    outbox = filled(stores, a_mail())
    outbox.set_aside(a_mail(), "rejected")
    outbox.set_aside(a_mail(), "rejected")
    assert list(outbox.due(NOW + timedelta(days=9), 10)) == []


def test_who_lost_a_mail_cannot_bring_it_back(stores: Stores) -> None:
    outbox = filled(stores, a_mail())
    outbox.sent(a_mail())
    outbox.retry(a_mail(), NOW + SECOND)
    outbox.set_aside(a_mail(), "rejected")
    assert list(outbox.due(NOW + SECOND, 10)) == []


def test_addresses_are_suppressed_whatever_their_case(stores: Stores) -> None:
    stores.outbox.suppress("BOND@server.fr", "bounce", NOW)
    asked = ["bond@SERVER.fr", "Bond@server.fr", "jamie@server.fr"]
    assert stores.outbox.suppressed(asked) == {"bond@SERVER.fr", "Bond@server.fr"}
    assert stores.outbox.suppressed([]) == set()
    stores.outbox.suppress("bond@server.fr", "bounce again", NOW)
    assert stores.outbox.suppressed(f"p{n}@ville.fr" for n in range(150)) == set()


SETTINGS = NoticeSettings(
    wanted=True,
    extra=(Address("BOND@server.fr", AddressState.CONFIRMED), Address("a|b@ville.fr", AddressState.PENDING)),
    town_stopped=True,
)


def test_settings_are_read_back_one_version_on(stores: Stores) -> None:
    assert stores.notices.settings(BOND) == NoticeSettings()
    stores.notices.save(BOND, SETTINGS, [a_mail()])
    assert stores.notices.settings(BOND) == replace(SETTINGS, version=1)
    assert list(stores.outbox.due(NOW, 9)) == [a_mail()]


def test_of_two_tabs_the_second_is_told(stores: Stores) -> None:
    stores.notices.save(BOND, SETTINGS)
    with pytest.raises(StaleWrite):
        stores.notices.save(BOND, NoticeSettings(wanted=False), [a_mail()])
    assert stores.notices.settings(BOND).wanted
    assert list(stores.outbox.due(NOW, 9)) == []
    stores.notices.save(BOND, NoticeSettings(version=1))
    assert stores.notices.settings(BOND) == NoticeSettings(version=2)


def test_the_same_save_again_is_a_lost_answer(stores: Stores) -> None:
    stores.notices.save(BOND, SETTINGS, [a_mail()])
    stores.notices.save(BOND, SETTINGS, [a_mail()])
    assert stores.notices.settings(BOND).version == 1


def test_settings_are_no_child_of_the_family(stores: Stores) -> None:
    stores.notices.save(BOND, SETTINGS)
    assert stores.families.find(BOND) is None
