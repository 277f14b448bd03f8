"""What SES says became of the e-mails: addresses that bounce for good or complain are remembered."""

import json
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from chalicelib.services.invoice_ports import Outbox
from chalicelib.services.ports import Clock, Report


class NoteSesEvent:
    """Remember the addresses that bounce for good or complain: nothing is sent to them again."""

    def __init__(self, *, outbox: Outbox, clock: Clock, report: Report) -> None:
        self.outbox = outbox
        self.clock = clock
        self.report = report

    def __call__(self, event: Mapping[str, Any]) -> int:
        """``event``: from EventBridge or SNS. How many addresses were noted; an unreadable event is told, not raised:
        it would be as unreadable the next time."""
        try:
            given_up = [one for told in _told(event) for one in _given_up(told)]
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            self.report("ses.unreadable", level="error", kind=type(error).__name__)
            return 0
        now = self.clock.now()
        for email, why in given_up:
            self.outbox.suppress(email, why, now)
        if given_up:
            self.report("ses.suppressed", addresses=len(given_up), why=given_up[0][1])
        return len(given_up)


def _told(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What SES says, out of the envelope that brought it."""
    if "Records" in event:
        return [json.loads(record["Sns"]["Message"]) for record in event["Records"]]
    return [event["detail"]]


def _given_up(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Addresses and why; none for what SES may get over or only mentions (a delivery, a full mailbox)."""
    kind = told.get("eventType") or told["notificationType"]
    if kind == "Bounce" and told["bounce"]["bounceType"] == "Permanent":
        return [(_address(one), "bounce") for one in told["bounce"]["bouncedRecipients"]]
    if kind == "Complaint" and told["complaint"].get("complaintFeedbackType") != "not-spam":
        return [(_address(one), "complaint") for one in told["complaint"]["complainedRecipients"]]
    return []


def _address(recipient: Mapping[str, str]) -> str:
    email = parseaddr(recipient["emailAddress"])[1]
    if "@" not in email:
        raise ValueError("a recipient without address")
    return email
