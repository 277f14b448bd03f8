"""The secrets of a deployed stage: one signed call, and a sentence when it fails."""

import json
from types import SimpleNamespace

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectTimeoutError
from botocore.httpsession import URLLib3Session

from chalicelib.adapters.secret_store import MOST_ATTEMPTS, read_secrets
from chalicelib.rules.errors import Unavailable
from chalicelib.settings import MissingSetting
from chalicelib.wiring import settings_of

ENVIRON = {
    "PORTAL_STAGE": "prod",
    "AWS_REGION": "eu-west-3",
    "PORTAL_TABLES": "t",
    "PORTAL_SENDER": "a@ville.example",
    "PORTAL_SECRETS": "/t/secrets",
}
KEPT = {
    "Parameters": [
        {"Name": "/t/secrets/session-secret", "Value": "new old"},
        {"Name": "/t/secrets/pepper", "Value": "p"},
    ]
}


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What SSM answers in turn, and what it was asked."""
    world = SimpleNamespace(answers=[], asked=[])

    def send(_session: URLLib3Session, request: AWSPreparedRequest) -> SimpleNamespace:
        world.asked.append(request)
        answer = world.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return SimpleNamespace(status_code=status, content=json.dumps(body).encode(), text=json.dumps(body))

    monkeypatch.setattr(URLLib3Session, "send", send)
    return world


def test_secrets_become_settings(ssm: SimpleNamespace) -> None:
    ssm.answers = [(200, KEPT)]
    settings = settings_of(ENVIRON)
    assert (settings.session_secret, settings.pepper) == ("new old", "p")
    (request,) = ssm.asked
    assert request.url == "https://ssm.eu-west-3.amazonaws.com/"
    assert json.loads(request.body) == {"Path": "/t/secrets", "WithDecryption": True}
    assert "/eu-west-3/ssm/aws4_request" in str(request.headers["Authorization"])


def test_a_lost_answer_is_asked_again(ssm: SimpleNamespace) -> None:
    ssm.answers = [ConnectTimeoutError(endpoint_url="x"), (500, {}), (200, KEPT)]
    assert read_secrets("/t/secrets", region="eu-west-3")["pepper"] == "p"


def test_what_lasts_is_told(ssm: SimpleNamespace) -> None:
    ssm.answers = [(400, {"__type": "AccessDeniedException"})] * MOST_ATTEMPTS
    with pytest.raises(Unavailable, match=r"secrets: HTTP 400 .*AccessDenied"):
        read_secrets("/t/secrets", region="eu-west-3")


def test_a_secret_that_is_not_there_is_named(ssm: SimpleNamespace) -> None:
    ssm.answers = [(200, {"Parameters": KEPT["Parameters"][:1]})]
    with pytest.raises(MissingSetting, match="PORTAL_PEPPER"):
        settings_of(ENVIRON)


def test_without_a_store_the_environment_says(ssm: SimpleNamespace) -> None:
    settings = settings_of({**ENVIRON, "PORTAL_SECRETS": "", "PORTAL_SESSION_SECRET": "s", "PORTAL_PEPPER": "p"})
    assert settings.session_secret == "s"
    assert ssm.asked == []
