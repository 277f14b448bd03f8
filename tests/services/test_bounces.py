"""What SES says of its deliveries: who must not be written to again, and what is only mentioned."""

from typing import Any

import pytest

from chalicelib.adapters.ses_events import SesEvents
from chalicelib.services.bounces import NoteSesEvent
from tests.builders import a_town
from tests.fakes import MemoryTown
from tests.services.kitchen_world import CHEF, OFFICE, ORDER
from tests.services.mail_world import World

TOWN = "portail-essai-mails"


def sent_by(*configurations: str) -> dict[str, Any]:
    """What SES repeats of the mail: its tags say which configuration set sent it."""
    return {"messageId": "1", "tags": {"ses:operation": ["SendEmail"], "ses:configuration-set": [*configurations]}}


OURS = sent_by(TOWN)


@pytest.fixture
def world() -> World:
    return World()


def bounce(kind: str = "Permanent", *emails: str) -> dict[str, Any]:
    recipients = [{"emailAddress": email, "status": "5.1.1"} for email in emails or ("Jamie <bond@server.fr>",)]
    return {"eventType": "Bounce", "bounce": {"bounceType": kind, "bouncedRecipients": recipients}, "mail": OURS}


def complaint(**feedback: str) -> dict[str, Any]:
    recipients = [{"emailAddress": "bond@server.fr"}]
    return {"eventType": "Complaint", "complaint": {"complainedRecipients": recipients, **feedback}, "mail": OURS}


def by_eventbridge(told: dict[str, Any]) -> dict[str, Any]:
    return {"source": "aws.ses", "detail-type": "Email Bounced", "detail": told}


def note(world: World, event: dict[str, Any]) -> int:
    town = MemoryTown(a_town(orders=(ORDER,)))
    job = NoteSesEvent(outbox=world.outbox, events=SesEvents(TOWN), town=town, clock=world.clock, report=world.report)
    return job(event)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(by_eventbridge(bounce()), id="a bounce"),
        pytest.param(by_eventbridge(complaint()), id="a complaint"),
        pytest.param(by_eventbridge(complaint(complaintFeedbackType="abuse")), id="a complaint that says why"),
    ],
)
def test_an_address_that_bounces_or_complains_is_never_written_to_again(world: World, event: dict[str, Any]) -> None:
    assert note(world, event) == 1
    assert note(world, event) == 1, "told twice, as EventBridge may"
    assert world.outbox.suppressed(["BOND@server.fr", "other@server.fr"]) == {"BOND@server.fr"}
    assert "bond" not in str(world.events).lower()


def test_every_recipient_is_noted(world: World) -> None:
    emails = ["a@server.fr", "b@server.fr"]
    assert note(world, by_eventbridge(bounce("Permanent", *emails))) == 2
    assert world.outbox.suppressed([*emails, "c@server.fr"]) == set(emails)


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(sent_by("portail-essai-nord-mails"), id="a town whose name begins with ours"),
        pytest.param(sent_by("portail-mails"), id="a town whose name ours begins with"),
        pytest.param(sent_by(), id="a mail of no configuration set"),
    ],
)
def test_a_bounce_of_another_town_s_mail_is_none_of_ours(world: World, mail: dict[str, Any]) -> None:
    assert note(world, by_eventbridge({**bounce(), "mail": mail})) == 0
    assert world.outbox.suppressed(["bond@server.fr"]) == set()
    assert world.events == []


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(by_eventbridge(bounce("Transient")), id="a full mailbox"),
        pytest.param(by_eventbridge(complaint(complaintFeedbackType="not-spam")), id="the contrary of a complaint"),
        pytest.param(by_eventbridge({"eventType": "Delivery", "delivery": {}, "mail": OURS}), id="a delivery"),
    ],
)
def test_what_is_not_final_is_ignored(world: World, event: dict[str, Any]) -> None:
    assert note(world, event) == 0
    assert world.outbox.suppressed(["bond@server.fr"]) == set()
    assert world.events == []


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"detail": {}}, id="no kind"),
        pytest.param({"detail": {"eventType": "Bounce", "mail": OURS}}, id="a bounce without details"),
        pytest.param({"detail": {**bounce(), "mail": {}}}, id="nothing of the mail"),
        pytest.param({"detail": "text"}, id="text for details"),
        pytest.param(by_eventbridge(bounce("Permanent", "nobody")), id="a recipient that is no address"),
        pytest.param(by_eventbridge({**bounce(), "bounce": None}), id="null for details"),
    ],
)
def test_an_unreadable_event_is_told_and_forgotten(world: World, event: dict[str, Any]) -> None:
    assert note(world, event) == 0
    assert [name for name, _ in world.events] == ["ses.unreadable"]


def test_a_bounce_of_the_kitchen_is_told_to_the_office(world: World) -> None:
    note(world, by_eventbridge(bounce("Permanent", f"Chef <{CHEF.upper()}>")))
    note(world, by_eventbridge(bounce("Permanent", CHEF)))
    [mail] = world.outbox.mails.values()
    assert (mail.to, mail.facts["trouble"], mail.facts["kitchen"]) == (OFFICE, "bounced", CHEF)
    assert [facts["order"] for facts in world.named("order.bounced")] == ["cantine", "cantine"]
    note(world, by_eventbridge(bounce()))
    assert len(world.outbox.mails) == 1, "a family's address is nobody's trouble"
