"""E-mails, by Amazon SES."""

from typing import Any

from chalicelib.adapters.aws import FAILURES, LazyClient, answering, code_of
from chalicelib.rules.errors import Unavailable
from chalicelib.services.mail_ports import MailRejected, MailThrottled
from chalicelib.services.ports import Letter

REJECTED = {"MessageRejected", "BadRequestException", "ValidationException"}
"""SES will say the same the next time: the address or the content is refused for good."""
THROTTLED = {"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"}


class SesMailer:
    """``Mailer``: a parent's message to the office, sent while she waits."""

    def __init__(self, *, region: str, sender: str, configuration: str = "", endpoint: str = "") -> None:
        self.sender = sender
        self.configuration = configuration
        self.client = LazyClient("sesv2", region=region, endpoint=endpoint)

    def send(self, letter: Letter) -> None:
        request = _request(self, letter.to, letter.subject, {"Text": _text(letter.text)})
        if letter.reply_to:
            request["ReplyToAddresses"] = [letter.reply_to]
        with answering("mailer.send"):
            self.client().send_email(**request)


class SesMailSender:
    """``MailSender``: the mails of the outbox, with their one-click unsubscribe header (RFC 8058)."""

    def __init__(self, *, region: str, sender: str, configuration: str = "", endpoint: str = "") -> None:
        self.sender = sender
        self.configuration = configuration
        self.client = LazyClient("sesv2", region=region, endpoint=endpoint)

    def send(self, *, to: str, subject: str, text: str, html: str, unsubscribe: str = "") -> str:
        request = _request(self, to, subject, {"Text": _text(text), "Html": _text(html)})
        if unsubscribe:
            request["Content"]["Simple"]["Headers"] = [
                {"Name": "List-Unsubscribe", "Value": f"<{unsubscribe}>"},
                {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
            ]
        try:
            return str(self.client().send_email(**request)["MessageId"])
        except FAILURES as error:
            code = code_of(error)
            if code in REJECTED:
                raise MailRejected(code) from error
            if code in THROTTLED:
                raise MailThrottled(code) from error
            raise Unavailable(f"mail_sender.send: {code}") from error


def _request(
    mailer: SesMailer | SesMailSender, to: str, subject: str, body: dict[str, dict[str, str]]
) -> dict[str, Any]:
    watched = {"ConfigurationSetName": mailer.configuration} if mailer.configuration else {}
    return {
        **watched,
        "FromEmailAddress": mailer.sender,
        "Destination": {"ToAddresses": [to]},
        "Content": {"Simple": {"Subject": _text(subject), "Body": body}},
    }


def _text(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": "UTF-8"}
