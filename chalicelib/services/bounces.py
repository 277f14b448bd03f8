"""What SES says became of the e-mails: addresses that bounce for good or complain are remembered."""

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from chalicelib.services.mail_ports import Outbox
from chalicelib.services.ports import Clock, Report

CONFIGURATION = "ses:configuration-set"
"""Tag that SES puts on every mail: the configuration set that sent it. Each town has its own."""


class NoteSesEvent:
    """Remember the addresses that bounce for good or complain: nothing is sent to them for a year.

    Every town of an account hears the account's events; ``configuration`` names the set whose mails are ours.
    """

    def __init__(self, *, outbox: Outbox, clock: Clock, report: Report, configuration: str) -> None:
        self.outbox = outbox
        self.clock = clock
        self.report = report
        self.configuration = configuration

    def __call__(self, event: Mapping[str, Any]) -> int:
        """``event``: from EventBridge. How many addresses were noted; an unreadable event is told, not raised: it would
        be as unreadable the next time. The bounce of another town's mail is none of ours."""
        try:
            told = event["detail"]
            given_up = _given_up(told) if self.configuration in told["mail"]["tags"][CONFIGURATION] else []
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            self.report("ses.unreadable", level="error", kind=type(error).__name__)
            return 0
        now = self.clock.now()
        for email, why in given_up:
            self.outbox.suppress(email, why, now)
        if given_up:
            self.report("ses.suppressed", addresses=len(given_up), why=given_up[0][1])
        return len(given_up)


def _given_up(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Addresses and why; none for what SES may get over or only mentions (a delivery, a full mailbox)."""
    kind = told["eventType"]
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
