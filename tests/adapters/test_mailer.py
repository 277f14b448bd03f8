"""Letters handed to SES."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib.adapters.mailer import SesMailer
from chalicelib.rules.errors import Unavailable
from chalicelib.services.ports import Letter
from chalicelib.settings import Settings
from tests.aws_calls import Answer, Attempt, counted, intercepted

LETTER = Letter(
    to="enfance@ville.example",
    subject="Réservation – été",
    text="Bonjour,\nl’été approche.",
    reply_to="jamie@server.example",
)


@pytest.fixture
def mailer(ministack_settings: Settings) -> SesMailer:
    """On a stand-in that accepts the sender, as the operator made SES accept it."""
    mailer = SesMailer(
        region=ministack_settings.region, sender=ministack_settings.sender, endpoint=ministack_settings.endpoint
    )
    with suppress(mailer.client().exceptions.AlreadyExistsException):
        mailer.client().create_email_identity(EmailIdentity=ministack_settings.sender)
    return mailer


def sent_by(send: Callable[[], None]) -> dict[str, Any]:
    seen: list[dict[str, Any]] = []

    def look(attempt: Attempt, forward: Callable[[], Answer]) -> Answer:
        seen.append(json.loads(attempt.request.body))
        return forward()

    with intercepted(look):
        send()
    (request,) = seen
    return request


def test_a_letter_leaves_with_its_reply_address(mailer: SesMailer) -> None:
    request = sent_by(lambda: mailer.send(LETTER))
    assert request["FromEmailAddress"] == "portail@ville.example"
    assert request["Destination"] == {"ToAddresses": [LETTER.to]}
    assert request["ReplyToAddresses"] == [LETTER.reply_to]
    simple = request["Content"]["Simple"]
    assert simple["Subject"] == {"Data": LETTER.subject, "Charset": "UTF-8"}
    assert simple["Body"] == {"Text": {"Data": LETTER.text, "Charset": "UTF-8"}}


def test_a_letter_may_have_no_reply_address(mailer: SesMailer) -> None:
    request = sent_by(lambda: mailer.send(Letter("a@ville.example", "s", "t")))
    assert "ReplyToAddresses" not in request


def test_one_client_serves_every_letter(mailer: SesMailer) -> None:
    with counted() as calls:
        mailer.send(LETTER)
        client = mailer.client()
        mailer.send(LETTER)
    assert calls.names == ["sesv2:SendEmail"] * 2
    assert mailer.client() is client


def test_a_mail_service_that_does_not_answer_is_unavailable(mailer: SesMailer) -> None:
    def silent(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        return None, ConnectTimeoutError(endpoint_url=attempt.request.url)

    with intercepted(silent), pytest.raises(Unavailable, match=r"mailer.send: ConnectTimeoutError"):
        mailer.send(LETTER)


def test_a_mail_service_that_refuses_is_unavailable(mailer: SesMailer) -> None:
    with pytest.raises(Unavailable, match=r"mailer.send: MessageRejected"):
        SesMailer(
            region=mailer.client.region, sender="stranger@elsewhere.example", endpoint=mailer.client.endpoint
        ).send(LETTER)
