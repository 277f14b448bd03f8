"""The local front door says to the Lambda handler what API Gateway says."""

import base64
import gzip
import json
from typing import Any

import pytest

from infra.local.gateway import Gateway, Request, Response, Router

ROUTES = {"/": ["GET", "POST"], "/planning": ["GET"], "/enfants/{child}": ["GET"], "/fichiers/{proxy+}": ["GET"]}


def a_page(status: int) -> Response:
    """What the house would say instead of API Gateway."""
    return Response(status, [], f"page {status}".encode())


def a_request(target: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> Request:
    named = [(name.replace("_", "-").title(), value) for name, value in headers.items()]
    return Request(method, target, [("Host", "127.0.0.1:8000"), *named], body, "127.0.0.1")


def event_for(request: Request) -> dict[str, Any]:
    seen: list[dict[str, Any]] = []

    def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
        seen.append(event)
        return {"statusCode": 200, "headers": {}, "body": ""}

    assert Gateway(handler, ROUTES, a_page)(request).status == 200
    return seen[0]


def answering(**answer: Any) -> Gateway:
    def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
        return {"statusCode": 200, "headers": {}, **answer}

    return Gateway(handler, ROUTES, a_page)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/", ("/", {}), id="root"),
        pytest.param("/planning/", ("/planning", {}), id="a final slash does not count"),
        pytest.param("/enfants/c%2D7", ("/enfants/{child}", {"child": "c%2D7"}), id="parameters stay encoded"),
        pytest.param("/fichiers/a/b.css", ("/fichiers/{proxy+}", {"proxy": "a/b.css"}), id="greedy parameter"),
        pytest.param("/enfants/a/b", None, id="a parameter is one segment"),
        pytest.param("/planning.", None, id="a point is a point"),
        pytest.param("/inconnu", None, id="unknown"),
    ],
)
def test_routes(path: str, expected: tuple[str, dict[str, str]] | None) -> None:
    assert Router(ROUTES).match(path) == expected


def test_a_form_post_is_text() -> None:
    event = event_for(a_request("/", "POST", "code=é".encode(), content_type="application/x-www-form-urlencoded"))
    assert (event["body"], event["isBase64Encoded"]) == ("code=é", False)


def test_a_binary_body_is_base64() -> None:
    event = event_for(a_request("/", "POST", b"\x89PNG\xff", content_type="image/png"))
    assert event["isBase64Encoded"]
    assert base64.b64decode(event["body"]) == b"\x89PNG\xff"


def test_queries_keep_repeats_and_blanks() -> None:
    event = event_for(a_request("/planning?c=1&c=2&vide="))
    assert event["multiValueQueryStringParameters"] == {"c": ["1", "2"], "vide": [""]}
    assert event["queryStringParameters"] == {"c": "2", "vide": ""}


def test_what_is_absent_is_none_as_on_aws() -> None:
    event = event_for(a_request("/planning"))
    assert [event[k] for k in ("body", "pathParameters", "multiValueQueryStringParameters")] == [None, None, None]


def test_the_client_cannot_choose_its_address() -> None:
    event = event_for(a_request("/", x_forwarded_for="8.8.8.8"))
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize(("target", "method"), [("/inconnu", "GET"), ("/planning", "DELETE"), ("/planning", "HEAD")])
def test_what_no_route_knows_gets_the_house_page(target: str, method: str) -> None:
    answer = answering()(a_request(target, method))
    assert (answer.status, answer.body) == (404, b"page 404")


def test_several_cookies_and_binary_bodies_come_out() -> None:
    gateway = answering(
        multiValueHeaders={"Set-Cookie": ["a=1", "b=2"]}, body=base64.b64encode(b"\xff").decode(), isBase64Encoded=True
    )
    answer = gateway(a_request())
    assert [value for name, value in answer.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert answer.body == b"\xff"


@pytest.mark.parametrize(
    ("accepts", "size", "compressed"),
    [
        pytest.param("br, gzip;q=1.0", 1024, True, id="large enough"),
        pytest.param("gzip", 1023, False, id="too small"),
        pytest.param("br", 5000, False, id="not accepted"),
        pytest.param("", 5000, False, id="nothing said"),
    ],
)
def test_compression(accepts: str, size: int, compressed: bool) -> None:
    answer = answering(body="x" * size)(a_request(accept_encoding=accepts))
    assert (("Content-Encoding", "gzip") in answer.headers) is compressed
    assert (gzip.decompress(answer.body) if compressed else answer.body) == b"x" * size


def test_the_event_is_json() -> None:
    json.dumps(event_for(a_request("/enfants/7?a=1", "GET", accept="text/html")))
