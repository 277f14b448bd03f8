"""What SES says of its deliveries: who must not be written to again, and what is only mentioned."""

import json
from typing import Any

import pytest

from chalicelib.services.bounces import NoteSesEvent
from tests.services.test_notifying import World


@pytest.fixture
def world() -> World:
    return World()


def bounce(kind: str = "Permanent", *emails: str) -> dict[str, Any]:
    recipients = [{"emailAddress": email, "status": "5.1.1"} for email in emails or ("Jamie <bond@server.fr>",)]
    return {"eventType": "Bounce", "bounce": {"bounceType": kind, "bouncedRecipients": recipients}, "mail": {}}


def complaint(**feedback: str) -> dict[str, Any]:
    recipients = [{"emailAddress": "bond@server.fr"}]
    return {"eventType": "Complaint", "complaint": {"complainedRecipients": recipients, **feedback}, "mail": {}}


def by_eventbridge(told: dict[str, Any]) -> dict[str, Any]:
    return {"source": "aws.ses", "detail-type": "Email Bounced", "detail": told}


def by_sns(*told: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(one)}} for one in told]}


def note(world: World, event: Any) -> int:
    return NoteSesEvent(outbox=world.outbox, clock=world.clock, report=world.report)(event)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(by_eventbridge(bounce()), id="a bounce by EventBridge"),
        pytest.param(by_eventbridge(complaint()), id="a complaint by EventBridge"),
        pytest.param(by_eventbridge(complaint(complaintFeedbackType="abuse")), id="a complaint that says why"),
        pytest.param(by_sns(bounce()), id="a bounce by SNS"),
        pytest.param(
            by_sns({**bounce(), "eventType": "", "notificationType": "Bounce"}), id="an identity's own notice"
        ),
    ],
)
def test_an_address_that_bounces_or_complains_is_never_written_to_again(world, event):
    assert note(world, event) == 1
    assert note(world, event) == 1, "told twice, as EventBridge may"
    assert world.outbox.suppressed(["BOND@server.fr", "other@server.fr"]) == {"BOND@server.fr"}
    assert "bond" not in str(world.events).lower()


def test_every_recipient_of_every_record_is_noted(world):
    assert note(world, by_sns(bounce("Permanent", "a@server.fr", "b@server.fr"), complaint())) == 3
    assert world.outbox.suppressed(["a@server.fr", "b@server.fr", "bond@server.fr"]) == {
        "a@server.fr",
        "b@server.fr",
        "bond@server.fr",
    }


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(by_eventbridge(bounce("Transient")), id="a full mailbox"),
        pytest.param(by_eventbridge(complaint(complaintFeedbackType="not-spam")), id="the contrary of a complaint"),
        pytest.param(by_eventbridge({"eventType": "Delivery", "delivery": {}}), id="a delivery"),
    ],
)
def test_what_is_not_final_is_ignored(world, event):
    assert note(world, event) == 0
    assert world.outbox.suppressed(["bond@server.fr"]) == set()
    assert world.events == []


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"detail": {}}, id="no kind"),
        pytest.param({"detail": {"eventType": "Bounce"}}, id="a bounce without details"),
        pytest.param({"detail": "text"}, id="text for details"),
        pytest.param({"Records": [{"Sns": {"Message": "not JSON"}}]}, id="no JSON"),
        pytest.param(by_eventbridge(bounce("Permanent", "nobody")), id="a recipient that is no address"),
        pytest.param(by_eventbridge({**bounce(), "bounce": None}), id="null for details"),
    ],
)
def test_an_unreadable_event_is_told_and_forgotten(world, event):
    assert note(world, event) == 0
    assert [name for name, _ in world.events] == ["ses.unreadable"]
