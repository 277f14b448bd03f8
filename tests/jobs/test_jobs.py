"""The jobs as Lambda calls them: registered, on time, and one after the other from an invoice to its e-mails."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from chalice.app import CloudWatchEventConfig, Rate, ScheduledEventConfig, ScheduleExpression
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from app import app
from chalicelib import jobs
from chalicelib.exports.nightly import ENOUGH_SECONDS
from chalicelib.rules.planning import PlaceKey
from chalicelib.rules.town import Capacity
from chalicelib.services.recounting import AT_REST_SECONDS
from chalicelib.settings import Settings
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.storage.planning import DynamoPlanningStore
from infra.local.gateway import Context
from tests.builders import BOND, CANTEEN, a_family, a_town, an_activity
from tests.clock import paris
from tests.services.mail_world import NOW, TOWN_EMAIL, WANTED, an_invoice
from tests.services.test_bounces import TOWN, bounce
from tests.stand_in import REGION, database_for, verify_sender
from tests.waiting import without_waiting

CONFIG = json.loads((Path(__file__).parents[2] / ".chalice" / "config.json").read_text())
NIGHT = "2026-11-24T02:30"
BY_CLOUDWATCH = {
    "version": "0",
    "account": "123456789012",
    "region": REGION,
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-23T07:00:00Z",
    "id": "00000000-0000-0000-0000-000000000000",
    "resources": [],
}


@pytest.fixture
def town(moto_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """One invoice online, nobody told, and the environment of a Lambda."""
    for name, value in {
        "AWS_REGION": REGION,
        "PORTAL_STAGE": "test",
        "PORTAL_TABLES": moto_settings.tables,
        "PORTAL_SESSION_SECRET": moto_settings.session_secret,
        "PORTAL_PEPPER": moto_settings.pepper,
        "PORTAL_SENDER": moto_settings.sender,
        "PORTAL_ORIGIN": "https://portail.ville.example",
        "PORTAL_MAIL_CONFIGURATION": TOWN,
    }.items():
        monkeypatch.setenv(name, value)
    verify_sender(moto_settings)
    database = database_for(moto_settings)
    intake = DynamoIntakeStore(database)
    intake.put_town(a_town(), paris(NOW))
    intake.put_families([a_family(email=TOWN_EMAIL)])
    DynamoNoticeStore(database).save(BOND, WANTED)
    DynamoInvoiceStore(database).put(an_invoice(), ())
    jobs._jobs.cache_clear()
    yield moto_settings
    jobs._jobs.cache_clear()


def called(name: str, **event: Any) -> None:
    """What Lambda does: the handler that its configuration names, an event, a context."""
    handler = getattr(jobs, name)
    assert app.handler_map[name] is handler
    handler({**BY_CLOUDWATCH, **event}, Context())


def sent() -> list[Any]:
    return list(ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages)


def test_an_invoice_is_told_of_by_two_jobs(town: Settings) -> None:
    called("send_outbox")
    assert sent() == []
    called("notify_invoices")
    assert sent() == []
    called("send_outbox")
    assert sorted(message.destinations["ToAddresses"][0] for message in sent()) == ["BOND@server.fr", TOWN_EMAIL]
    assert all("2026-019-000345" in message.subject for message in sent())
    assert all("https://portail.ville.example/desinscription?" in message.body for message in sent())
    called("notify_invoices")
    called("send_outbox")
    assert len(sent()) == 2


def test_a_payment_that_nobody_told_of_is_asked_about(town: Settings) -> None:
    """Nothing waits: the treasury is not asked, and nothing fails."""
    called("reconcile_payments")


def test_a_bounce_told_by_ses_is_remembered(town: Settings) -> None:
    called("note_ses_event", source="aws.ses", **{"detail-type": "Email Bounced"}, detail=bounce())
    assert DynamoOutbox(database_for(town), town.pepper).suppressed(["bond@server.fr"]) == {"bond@server.fr"}
    called("notify_invoices")
    called("send_outbox")
    assert [message.destinations["ToAddresses"] for message in sent()] == [[TOWN_EMAIL]]


def test_places_that_nobody_booked_are_for_sale_again_in_the_morning(
    town: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A save that died on Monday left a place reserved: at night its counter is what the bookings say."""
    database = database_for(town)
    plannings = DynamoPlanningStore(database)
    limited = a_town(an_activity(capacity=Capacity(2, {})))
    DynamoIntakeStore(database).put_town(limited, paris(NOW))
    monday = max(limited.calendar.first, date.fromisoformat(NIGHT[:10])) + timedelta(days=7)
    plannings.reserve(PlaceKey(monday, CANTEEN), 2, 2)
    monkeypatch.setenv("PORTAL_STAGE", "local")
    monkeypatch.setenv("DEMO_NOW", NIGHT)
    with without_waiting() as waits:
        called("recount_places")
    assert waits == [AT_REST_SECONDS]
    assert plannings.taken([PlaceKey(monday, CANTEEN)]) == {PlaceKey(monday, CANTEEN): 0}
    assert json.loads(capsys.readouterr().out) == {"event": "places.recounted", "wrong": 1}


def test_the_recount_runs_at_night_and_has_the_time_to() -> None:
    [recount] = [one for one in app.event_sources if one.name == "recount_places"]
    assert isinstance(recount, ScheduledEventConfig)
    assert isinstance(recount.schedule_expression, ScheduleExpression)
    assert recount.schedule_expression.to_string() == "cron(30 1 * * ? *)", "2:30 or 3:30 in Paris"
    assert CONFIG["lambda_functions"]["recount_places"]["lambda_timeout"] > AT_REST_SECONDS + 600


def test_the_files_of_the_night_come_after_the_recount_and_have_the_time_to() -> None:
    [exports] = [one for one in app.event_sources if one.name == "write_exports"]
    assert isinstance(exports, ScheduledEventConfig)
    assert isinstance(exports.schedule_expression, ScheduleExpression)
    assert exports.schedule_expression.to_string() == "cron(30 2 * * ? *)", "3:30 or 4:30 in Paris"
    assert CONFIG["lambda_functions"]["write_exports"]["lambda_timeout"] > 2 * ENOUGH_SECONDS


def test_each_job_is_scheduled() -> None:
    schedules = {one.name: one for one in app.event_sources if isinstance(one, ScheduledEventConfig)}
    rates = {
        name: one.schedule_expression.to_string()
        for name, one in schedules.items()
        if isinstance(one.schedule_expression, Rate)
    }
    assert rates == {
        "notify_invoices": "rate(10 minutes)",
        "send_outbox": "rate(1 minute)",
        "send_orders": "rate(1 minute)",
        "reconcile_payments": "rate(5 minutes)",
    }
    assert schedules["send_outbox"].handler_string == "chalicelib.jobs.send_outbox"


def test_ses_tells_of_bounces_and_complaints() -> None:
    [event] = [one for one in app.event_sources if isinstance(one, CloudWatchEventConfig)]
    assert event.name == "note_ses_event"
    assert event.event_pattern["source"] == ["aws.ses"]
    assert set(event.event_pattern["detail-type"]) == {"Email Bounced", "Email Complaint Received"}


def test_a_run_of_the_outbox_ends_before_the_next_one_begins() -> None:
    """Two at once would send at twice the rate that SES grants."""
    assert CONFIG["lambda_functions"]["send_outbox"]["lambda_timeout"] <= 60
