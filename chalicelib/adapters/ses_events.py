"""What SES says became of the e-mails: it reads SES's events, which EventBridge delivers."""

from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from chalicelib.services.mail_ports import GivenUp, UnreadableEvent

CONFIGURATION = "ses:configuration-set"
"""Tag that SES puts on every mail: the configuration set that sent it. Each town has its own set."""


class SesEvents:
    """``MailEvents``. Every town gets all events of its AWS account; ``configuration`` names the set that sends our
    mails."""

    def __init__(self, configuration: str) -> None:
        self.configuration = configuration

    def given_up(self, event: Mapping[str, Any]) -> Sequence[GivenUp]:
        try:
            told = event["detail"]
            return _given_up(told) if self.configuration in told["mail"]["tags"][CONFIGURATION] else []
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise UnreadableEvent(type(error).__name__) from error


def _given_up(told: Mapping[str, Any]) -> list[GivenUp]:
    """The addresses that an event gives up; none for a failure that may pass, and for mere news (a delivery, a full
    mailbox)."""
    kind = told["eventType"]
    if kind == "Bounce" and told["bounce"]["bounceType"] == "Permanent":
        return [GivenUp(_address(one), "bounce") for one in told["bounce"]["bouncedRecipients"]]
    if kind == "Complaint" and told["complaint"].get("complaintFeedbackType") != "not-spam":
        return [GivenUp(_address(one), "complaint") for one in told["complaint"]["complainedRecipients"]]
    return []


def _address(recipient: Mapping[str, str]) -> str:
    email = parseaddr(recipient["emailAddress"])[1]
    if "@" not in email:
        raise ValueError("a recipient without address")
    return email
