"""Tax certificates, on every backend: read with their family, put once, over the version before."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.families import Family, MadeCertificate
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.money import Cents
from chalicelib.storage.certificates import DynamoCertificateStore
from chalicelib.storage.database import Database
from chalicelib.storage.rows import FamilyRow
from tests.aws_calls import counted
from tests.builders import BOND, JAMES, MORNING, a_family, an_invoice
from tests.present import present
from tests.services.mail_world import a_mail
from tests.storage.conftest import Stores

MADE = MadeCertificate(2025, "0123456789abcdef", 1, datetime(2026, 1, 2, 3, tzinfo=UTC), 38_000)
LATER = replace(MADE, tag="f" * 16, version=2, made_at=MADE.made_at + timedelta(days=1))
LINE = InvoiceLine("Garderie", "James", Decimal(2), Decimal(212), Cents(424), "3 et 5", MORNING, JAMES)
NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def stores(stores: Stores) -> Stores:
    stores.intake.put_families([a_family()])
    return stores


def bonds(stores: Stores) -> Family:
    return present(stores.families.find(BOND))


def test_a_family_is_read_with_its_certificates_the_newest_first(stores: Stores) -> None:
    assert bonds(stores).certificates == ()
    older = replace(MADE, year=2024)
    for made in (older, MADE):
        stores.certificates.put(BOND, made, [])
    assert bonds(stores).certificates == (MADE, older)
    assert [one.certificates for one in stores.certificates.families()] == [(MADE, older)]
    assert bonds(stores) == a_family(), "they are not what the town's lists say"


def test_its_e_mails_enter_the_outbox_with_it_and_once(stores: Stores) -> None:
    for _ in range(2):  # The second is a first whose answer was lost.
        stores.certificates.put(BOND, MADE, [a_mail(due_at=NOW)])
    assert len(list(stores.outbox.due(NOW, 10))) == 1


def test_a_certificate_replaces_the_version_before_it_and_no_other(stores: Stores) -> None:
    for version in (0, 2):
        with pytest.raises(StaleWrite):
            stores.certificates.put(BOND, replace(LATER, version=version or 3), [a_mail(due_at=NOW)])
    stores.certificates.put(BOND, MADE, [])
    stores.certificates.put(BOND, LATER, [])
    assert bonds(stores).certificates == (LATER,)
    for stale in (replace(LATER, tag="e" * 16), replace(MADE, tag="e" * 16)):
        with pytest.raises(StaleWrite):
            stores.certificates.put(BOND, stale, [a_mail(due_at=NOW)])
    assert list(stores.outbox.due(NOW, 10)) == []


def test_an_import_leaves_certificates_alone(stores: Stores) -> None:
    stores.certificates.put(BOND, MADE, [])
    stores.intake.put_families([replace(a_family(), payer="Sam BOND")])
    assert bonds(stores).certificates == (MADE,)


def test_the_lines_of_several_invoices_come_together(stores: Stores) -> None:
    first, second = an_invoice(), an_invoice("2013-026-000336", total=Cents(0))
    stores.invoices.put(first, [LINE])
    stores.invoices.put(second, [])
    found = stores.certificates.lines(BOND, [first.number, second.number])
    assert found[first.number] == (LINE,)
    assert found.get(second.number, ()) == ()
    assert stores.certificates.lines(BOND, []) == {}
    assert stores.certificates.lines(FamilyId("f-other"), [first.number]) == {}


def test_the_last_look_is_remembered(stores: Stores) -> None:
    assert stores.certificates.looked_on() is None
    for day in (date(2026, 1, 2), date(2026, 1, 3)):
        stores.certificates.note_look(day)
        assert stores.certificates.looked_on() == day


def test_a_certificate_goes_when_the_tax_office_asks_no_more(database: Database) -> None:
    DynamoCertificateStore(database).put(BOND, MADE, [])
    [expires] = [
        int(item["expires"]["N"])
        for item in database.every("test", database.bind(FamilyRow))
        if item["part"]["S"].startswith("CERTIFICATE#")
    ]
    assert datetime.fromtimestamp(expires, UTC) == datetime(2030, 1, 1, tzinfo=UTC)


def test_a_look_at_a_family_is_one_call_for_all_lines(database: Database) -> None:
    store = DynamoCertificateStore(database)
    with counted() as calls:
        store.lines(BOND, [an_invoice(f"2025-001-{number:06}").number for number in range(1, 90)])
    assert calls.names == ["dynamodb:BatchGetItem"]
