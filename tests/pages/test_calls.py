"""How many times a page calls DynamoDB, counted on the wire: neither history nor siblings may add a call."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from chalice.app import Chalice

from chalicelib.pages.site import add_pages
from chalicelib.rules.deadlines import CalendarDaysBefore, DatedRules
from chalicelib.rules.families import MadeCertificate
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.openings import Advance
from chalicelib.rules.payments import HOLD_TO_CHECK, AttemptState
from chalicelib.rules.receipts import payment_of
from chalicelib.rules.town import Town
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.services.ports import Login
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.certificates import DynamoCertificateStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.wiring import build_portal
from tests import stand_in
from tests.aws_calls import counted
from tests.builders import BOND, JAMES, an_attempt
from tests.clock import paris
from tests.money import at_the_desk
from tests.pages.client import HOST, PageClient
from tests.pages.conftest import SALT, the_bonds, the_manual_s_invoices, the_manual_s_town
from tests.pages.invoice_states import TO_CHECK, UNDER_WAY, invoices

NOW = paris("mardi 2015-12-22 14:54")
GOOD = "c-007~petites-vac-matin~2015-12-23"


def visitor_of(settings: Settings, town: Town) -> PageClient:
    """James's parent, signed in, on the real stores."""
    settings = replace(settings, demo_now="2015-12-22T14:54", origin=f"http://{HOST}")
    store = DynamoIntakeStore(stand_in.database_for(settings))
    family = the_bonds()
    store.put_town(town, NOW)
    store.put_families([family])
    secret = secret_of(settings.pepper, "GOLDENEYE7", SALT)
    store.put_logins([(login_key(settings.pepper, "007"), Login(family.id, JAMES, SALT, secret))])
    invoices = DynamoInvoiceStore(stand_in.database_for(settings))
    for invoice in the_manual_s_invoices():
        invoices.put(replace(invoice, payments=()), ())
        for payment in invoice.payments:
            at_the_desk(DynamoBook(invoices.database), invoices, invoice.number, payment)
    portal = build_portal(settings)
    app = Chalice("calls")
    add_pages(app, lambda: portal)
    visitor = PageClient(app)
    assert visitor.sign_in().status == 303
    visitor.get("/planning")  # The town is read once a minute, and not by every page.
    return visitor


@pytest.fixture
def limited(moto_settings: Settings) -> Iterator[PageClient]:
    yield visitor_of(moto_settings, the_manual_s_town())


@pytest.fixture
def unlimited(moto_settings: Settings) -> Iterator[PageClient]:
    town = the_manual_s_town()
    activities = {name: replace(activity, capacity=None) for name, activity in town.activities.items()}
    yield visitor_of(moto_settings, replace(town, activities=activities))


def operations(visitor: PageClient, path: str) -> list[str]:
    with counted() as calls:
        assert visitor.get(path).status == 200
    return [name.removeprefix("dynamodb:") for name in calls.names]


def test_a_planning_without_limits_costs_two_calls(unlimited: PageClient) -> None:
    assert operations(unlimited, "/planning") == ["Query", "Query"]


def test_a_planning_with_limits_costs_three_calls(limited: PageClient) -> None:
    assert operations(limited, "/planning") == ["Query", "Query", "BatchGetItem"]


def test_weeks_and_rules_that_change_cost_no_call(moto_settings: Settings) -> None:
    """The same reads and writes as by day; the days of a week are one look and one transaction."""
    town = the_manual_s_town()
    rule = DatedRules(CalendarDaysBefore(0, 1080), ((date(2016, 1, 1), CalendarDaysBefore(1, 600)),))
    by_week = {
        name: replace(one, by_week=True, booking=rule, cancelling=rule, advance=Advance(3, 0, 0))
        for name, one in town.activities.items()
    }
    visitor = visitor_of(moto_settings, replace(town, activities=by_week))
    page = visitor.get("/planning?semaine=2016-01-04")
    assert operations(visitor, "/planning?semaine=2016-01-04") == ["Query", "Query"]
    with counted() as calls:
        assert visitor.save(page, "c-007~cantine~2016-W01").status == 303
    assert calls.names == ["dynamodb:Query", "dynamodb:Query", "dynamodb:TransactWriteItems"]


def test_a_long_history_costs_no_call(unlimited: PageClient) -> None:
    for _ in range(3):
        unlimited.save(unlimited.get("/planning"), GOOD)
        unlimited.save(unlimited.get("/planning"))
    assert operations(unlimited, "/planning") == ["Query", "Query"]
    assert operations(unlimited, "/modifications") == ["Query", "Query"]


@pytest.mark.parametrize(
    ("path", "calls"),
    [("/enfants", ["Query"]), ("/aide", ["Query"]), ("/portail.js", []), ("/healthz", [])],
)
def test_other_pages_cost_the_family_or_nothing(unlimited: PageClient, path: str, calls: list[str]) -> None:
    assert operations(unlimited, path) == calls


def signing_in(visitor: PageClient, payer: str = "GOLDENEYE7") -> list[str]:
    with counted() as calls:
        assert visitor.sign_in("007", payer).status == (303 if payer == "GOLDENEYE7" else 422)
    return [name.removeprefix("dynamodb:") for name in calls.names]


def test_signing_in_costs_four_calls_and_one_more_on_a_device_that_is_new(unlimited: PageClient) -> None:
    """The codes, the tries of the device, the family, the try given back; a stranger's failures are looked at too."""
    assert signing_in(unlimited) == ["Query", "UpdateItem", "Query", "UpdateItem"]
    unlimited.device = ""
    assert signing_in(unlimited) == ["Query", "BatchGetItem", "UpdateItem", "Query", "UpdateItem"]
    unlimited.device = ""
    assert signing_in(unlimited, "wrong") == ["Query", "BatchGetItem", "UpdateItem", "UpdateItem", "UpdateItem"]


def test_signing_out_is_one_write_and_costs_pages_nothing(unlimited: PageClient) -> None:
    csrf = unlimited.get("/deconnexion").hidden("csrf")
    with counted() as calls:
        assert unlimited.post("/deconnexion", csrf=csrf).status == 303
    assert calls.names == ["dynamodb:UpdateItem"]
    unlimited.sign_in()
    assert operations(unlimited, "/planning") == ["Query", "Query"]


def test_signed_out_pages_cost_nothing(unlimited: PageClient) -> None:
    unlimited.cookie = ""
    for path in ("/", "/aide", "/aide/factures", "/contact", "/mentions-legales"):
        assert operations(unlimited, path) == []


def test_a_save_is_two_reads_and_one_transaction(unlimited: PageClient) -> None:
    page = unlimited.get("/planning")
    with counted() as calls:
        assert unlimited.save(page, GOOD).status == 303
    assert calls.names == ["dynamodb:Query", "dynamodb:Query", "dynamodb:TransactWriteItems"]


def test_a_limited_place_costs_one_look_and_one_write_more(limited: PageClient) -> None:
    """Reserved before the transaction, given back after it; siblings who take the same place make one write."""
    looks = ["dynamodb:Query", "dynamodb:Query", "dynamodb:BatchGetItem"]
    page = limited.get("/planning")
    with counted() as calls:
        assert limited.save(page, "c-007~sortie~2015-12-23").status == 303
    assert calls.names == [*looks, "dynamodb:UpdateItem", "dynamodb:TransactWriteItems"]
    page = limited.get("/planning")
    with counted() as calls:
        assert limited.save(page).status == 303
    assert calls.names == [*looks, "dynamodb:TransactWriteItems", "dynamodb:UpdateItem"]


def test_writing_to_the_office_is_one_read_and_two_writes(unlimited: PageClient) -> None:
    """The family who is signed in; then the count of the address, and the e-mail in the outbox."""
    form = unlimited.get("/contact")
    fields = {"nom": "Jamie", "email": "a@server.fr", "sujet": "x", "message": "y", "ouvert": form.hidden("ouvert")}
    with counted() as calls:
        assert unlimited.post("/contact", **fields).status == 303
    assert calls.names == ["dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:TransactWriteItems"]


@pytest.mark.parametrize("page", ["/factures", "/factures?avant=2013-01-01~2013-001-000001"])
def test_the_invoices_cost_two_calls_paid_or_not(unlimited: PageClient, page: str) -> None:
    assert operations(unlimited, page) == ["Query", "Query"]


def test_tax_certificates_come_with_the_family_and_cost_no_call(unlimited: PageClient, moto_settings: Settings) -> None:
    made = MadeCertificate(2014, "0123456789abcdef", 1, NOW, 38_000)
    DynamoCertificateStore(stand_in.database_for(moto_settings)).put(BOND, made, [])
    with counted() as calls:
        assert "Mon attestation fiscale 2014" in unlimited.get("/factures").main
    assert calls.names == ["dynamodb:Query", "dynamodb:Query"]


def test_the_invoices_cost_a_third_call_while_one_was_tried_to_be_paid_lately(
    unlimited: PageClient, moto_settings: Settings
) -> None:
    """The state of an attempt is kept once, in its own item: a head only says that there is one, and since when."""
    database = stand_in.database_for(moto_settings)
    attempts, invoices = DynamoAttemptStore(database), DynamoInvoiceStore(database)
    for number, begun in (("2013-026-000335", NOW), ("2013-019-000345", NOW - HOLD_TO_CHECK)):
        invoice = invoices.holder(InvoiceNumber(number))
        assert invoice
        attempts.begin(an_attempt(invoice, begun), invoice, None)
    assert operations(unlimited, "/factures") == ["Query", "Query", "BatchGetItem"]


def test_every_state_of_an_invoice_is_known_from_the_same_calls(unlimited: PageClient, moto_settings: Settings) -> None:
    database = stand_in.database_for(moto_settings)
    attempts, store = DynamoAttemptStore(database), DynamoInvoiceStore(database)
    every = invoices()
    for invoice in every[:9] + [one for one in every[9:] if one.is_paid]:  # Not more than one Query has room for.
        store.put(replace(invoice, payments=()), ())
        for payment in invoice.payments:
            at_the_desk(DynamoBook(store.database), store, invoice.number, payment)
        if invoice.number in {UNDER_WAY, TO_CHECK}:
            attempts.begin(an_attempt(invoice, NOW), invoice, None)
    assert operations(unlimited, "/factures") == ["Query", "Query", "BatchGetItem"]


def test_a_ticket_costs_four_calls(unlimited: PageClient, moto_settings: Settings) -> None:
    """The session, whose invoice it is, the invoice with its payments, and the attempts that they name."""
    database = stand_in.database_for(moto_settings)
    attempts, invoices = DynamoAttemptStore(database), DynamoInvoiceStore(database)
    invoice = invoices.holder(InvoiceNumber("2013-026-000335"))
    assert invoice
    attempt = replace(an_attempt(invoice, NOW), state=AttemptState.PAID)
    attempts.begin(attempt, invoice, None)
    at_the_desk(DynamoBook(database), invoices, invoice.number, payment_of(attempt, NOW))
    assert operations(unlimited, f"/factures/{invoice.number}/ticket") == ["Query", "GetItem", "Query", "BatchGetItem"]


def test_choosing_an_invoice_costs_three_calls_at_most(unlimited: PageClient) -> None:
    csrf = unlimited.get("/factures").hidden("csrf")
    with counted() as calls:
        sent = unlimited.post("/factures", csrf=csrf, facture="2013-026-000335", email="jamie.bond@server.fr")
    assert len(calls) <= 3, calls.names
    assert len(operations(unlimited, sent.headers["Location"])) <= 3


def test_the_notice_settings_cost_three_calls(unlimited: PageClient) -> None:
    assert len(operations(unlimited, "/notifications")) == 3
