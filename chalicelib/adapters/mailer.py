"""E-mails through Amazon SES."""

from collections.abc import Sequence
from typing import Any

from chalicelib.adapters.aws import FAILURES, LazyClient, code_of
from chalicelib.rules.errors import Unavailable
from chalicelib.services.mail_ports import Attachment, MailRejected, MailThrottled

REJECTED = {"MessageRejected", "BadRequestException", "ValidationException"}
"""Answers with which SES refuses the address or the content for good: it will say the same the next time."""
THROTTLED = {"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"}


class SesMailSender:
    """``MailSender``, with the header of one-click unsubscribe (RFC 8058)."""

    def __init__(self, *, region: str, sender: str, configuration: str = "", endpoint: str = "") -> None:
        self.sender = sender
        self.configuration = configuration
        self.client = LazyClient("sesv2", region=region, endpoint=endpoint)

    def send(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        html: str = "",
        unsubscribe: str = "",
        reply_to: str = "",
        attachments: Sequence[Attachment] = (),
    ) -> str:
        request = self._request(to, subject, text, html)
        if unsubscribe:
            request["Content"]["Simple"]["Headers"] = [
                {"Name": "List-Unsubscribe", "Value": f"<{unsubscribe}>"},
                {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
            ]
        if attachments:
            request["Content"]["Simple"]["Attachments"] = [
                {"FileName": one.name, "ContentType": one.kind, "RawContent": one.content} for one in attachments
            ]
        if reply_to:
            request["ReplyToAddresses"] = [reply_to]
        try:
            return str(self.client().send_email(**request)["MessageId"])
        except FAILURES as error:
            code = code_of(error)
            if code in REJECTED:
                raise MailRejected(code) from error
            if code in THROTTLED:
                raise MailThrottled(code) from error
            raise Unavailable(f"mail_sender.send: {code}") from error

    def _request(self, to: str, subject: str, text: str, html: str) -> dict[str, Any]:
        body = {"Text": _text(text)} | ({"Html": _text(html)} if html else {})
        watched = {"ConfigurationSetName": self.configuration} if self.configuration else {}
        return {
            **watched,
            "FromEmailAddress": self.sender,
            "Destination": {"ToAddresses": [to]},
            "Content": {"Simple": {"Subject": _text(subject), "Body": body}},
        }


def _text(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": "UTF-8"}
