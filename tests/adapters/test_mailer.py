"""Mails handed to SES."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib.adapters.mailer import SesMailSender
from chalicelib.rules.errors import Unavailable
from chalicelib.services.mail_ports import Attachment, MailRejected
from chalicelib.settings import Settings
from tests.aws_calls import Answer, Attempt, counted, intercepted

LETTER: Any = {"to": "enfance@ville.example", "subject": "Réservation – été", "text": "Bonjour,\nl’été approche."}


@pytest.fixture
def sender(ministack_settings: Settings) -> SesMailSender:
    """On a stand-in that accepts the sender, as the operator made SES accept it."""
    sender = SesMailSender(
        region=ministack_settings.region, sender=ministack_settings.sender, endpoint=ministack_settings.endpoint
    )
    with suppress(sender.client().exceptions.AlreadyExistsException):
        sender.client().create_email_identity(EmailIdentity=ministack_settings.sender)
    return sender


def sent_by(send: Callable[[], object]) -> dict[str, Any]:
    seen: list[dict[str, Any]] = []

    def look(attempt: Attempt, forward: Callable[[], Answer]) -> Answer:
        seen.append(json.loads(attempt.request.body))
        return forward()

    with intercepted(look):
        send()
    (request,) = seen
    return request


def test_a_mail_of_text_alone_leaves_with_its_reply_address(sender: SesMailSender) -> None:
    request = sent_by(lambda: sender.send(**LETTER, reply_to="jamie@server.example"))
    assert request["FromEmailAddress"] == "portail@ville.example"
    assert request["Destination"] == {"ToAddresses": [LETTER["to"]]}
    assert request["ReplyToAddresses"] == ["jamie@server.example"]
    simple = request["Content"]["Simple"]
    assert simple["Subject"] == {"Data": LETTER["subject"], "Charset": "UTF-8"}
    assert simple["Body"] == {"Text": {"Data": LETTER["text"], "Charset": "UTF-8"}}


def test_a_mail_to_a_family_has_two_parts_and_stops_in_one_click(sender: SesMailSender) -> None:
    request = sent_by(lambda: sender.send(**LETTER, html="<p>l’été</p>", unsubscribe="https://x.example/stop"))
    assert "ReplyToAddresses" not in request
    simple = request["Content"]["Simple"]
    assert simple["Body"]["Html"] == {"Data": "<p>l’été</p>", "Charset": "UTF-8"}
    assert simple["Headers"] == [
        {"Name": "List-Unsubscribe", "Value": "<https://x.example/stop>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]


def test_files_go_with_a_mail(sender: SesMailSender) -> None:
    files = [Attachment("commande.csv", "text/csv", b"a;b"), Attachment("commande.pdf", "application/pdf", b"%PDF")]
    request = sent_by(lambda: sender.send(**LETTER, attachments=files))
    assert request["Content"]["Simple"]["Attachments"] == [
        {"FileName": "commande.csv", "ContentType": "text/csv", "RawContent": "YTti"},
        {"FileName": "commande.pdf", "ContentType": "application/pdf", "RawContent": "JVBERg=="},
    ]


def test_one_client_serves_every_mail(sender: SesMailSender) -> None:
    with counted() as calls:
        sender.send(**LETTER)
        client = sender.client()
        sender.send(**LETTER)
    assert calls.names == ["sesv2:SendEmail"] * 2
    assert sender.client() is client


def test_a_mail_service_that_does_not_answer_is_unavailable(sender: SesMailSender) -> None:
    def silent(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        return None, ConnectTimeoutError(endpoint_url=attempt.request.url)

    with intercepted(silent), pytest.raises(Unavailable, match=r"mail_sender.send: ConnectTimeoutError"):
        sender.send(**LETTER)


def test_a_mail_that_the_service_will_never_take_is_rejected(sender: SesMailSender) -> None:
    stranger = SesMailSender(
        region=sender.client.region, sender="stranger@elsewhere.example", endpoint=sender.client.endpoint
    )
    with pytest.raises(MailRejected, match="MessageRejected"):
        stranger.send(**LETTER)
