"""Families to tell of what the town cancelled, on every backend."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.services.mail_ports import Mail
from tests.builders import BOND
from tests.storage.conftest import Stores

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
OTHERS = FamilyId("f-other")
ONE, TWO = EntryId("2026-11-23T07:00:00.000000Z#1"), EntryId("2026-11-23T07:00:00.000000Z#2")
MAIL = Mail("m-1", "x@server.fr", "bookings-cancelled", {"bookings": "Cantine"}, BOND, ONE, NOW)


def test_nobody_is_to_be_told(stores: Stores) -> None:
    assert list(stores.acts.noted()) == []


def test_a_family_is_noted_once_with_all_its_entries(stores: Stores) -> None:
    for entry in (ONE, TWO, ONE):
        stores.acts.note(BOND, entry, NOW)
    stores.acts.note(OTHERS, TWO, NOW)
    assert dict(stores.acts.noted()) == {BOND: {ONE, TWO}, OTHERS: {TWO}}


def test_a_family_that_is_told_is_forgotten_and_its_mail_waits(stores: Stores) -> None:
    stores.acts.note(BOND, ONE, NOW)
    stores.acts.note(OTHERS, TWO, NOW)
    stores.acts.told(BOND, [MAIL])
    assert list(stores.outbox.due(NOW, 10)) == [MAIL]
    assert dict(stores.acts.noted()) == {OTHERS: {TWO}}


def test_telling_again_puts_no_second_mail(stores: Stores) -> None:
    stores.acts.note(BOND, ONE, NOW)
    stores.acts.told(BOND, [MAIL])
    stores.outbox.sent(MAIL)
    stores.acts.told(BOND, [replace(MAIL, id="m-2")])
    assert list(stores.outbox.due(NOW, 10)) == []


def test_a_family_without_address_is_only_forgotten(stores: Stores) -> None:
    stores.acts.note(BOND, ONE, NOW)
    stores.acts.told(BOND, [])
    assert list(stores.acts.noted()) == []


def test_notes_are_no_mails(stores: Stores) -> None:
    stores.acts.note(BOND, ONE, NOW)
    assert list(stores.outbox.due(NOW, 10)) == []


def test_a_naive_instant_is_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="naive"):
        stores.acts.note(BOND, ONE, NOW.replace(tzinfo=None))
