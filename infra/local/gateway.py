"""What API Gateway does around the Lambda function: request -> proxy event, the function's answer -> response."""

import base64
import gzip
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
Headers = list[tuple[str, str]]

MOST_BODY = 10 * 1024 * 1024
"""Bytes of the largest request body that API Gateway lets through."""
SECONDS_TO_ANSWER = 29


@dataclass(frozen=True)
class Request:
    """``target`` is the request line's, still URL-encoded; ``headers`` keep their order and their repetitions."""

    method: str
    target: str
    headers: Headers
    body: bytes
    address: str

    def header(self, name: str) -> str:
        """The last value of a header, empty when it is not there."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")


@dataclass(frozen=True)
class Response:
    status: int
    headers: Headers
    body: bytes


Refusal = Callable[[int], Response]
"""Status -> what replaces API Gateway's own error answer (its GatewayResponses)."""


class Context:
    """What Lambda tells the function about its invocation."""

    function_name = "portal-api"
    memory_limit_in_mb = 1024

    def __init__(self) -> None:
        self.aws_request_id = str(uuid.uuid4())
        self._ends = time.monotonic() + SECONDS_TO_ANSWER

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._ends - time.monotonic()) * 1000))


class Router:
    """Chalice's route patterns (``/enfants/{child}``, ``/{proxy+}``). A fixed segment has priority over a parameter."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._routes = [(pattern, _expression(pattern)) for pattern in sorted(patterns)]

    def match(self, path: str) -> tuple[str, dict[str, str]] | None:
        """The pattern of a path and its parameters, as URL-encoded as they came. A final slash does not count."""
        path = path.rstrip("/") or "/"
        for pattern, expression in self._routes:
            found = expression.fullmatch(path)
            if found:
                return pattern, found.groupdict()
        return None


def _expression(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern)
    greedy = re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", escaped)
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", greedy))


class Gateway:
    """Calls ``handler`` for the requests that ``routes`` (pattern -> methods) have; ``refusal`` answers the others.

    Bodies of at least ``compress_from`` bytes are gzipped for clients that accept it, like ``minimumCompressionSize``.
    """

    def __init__(
        self, handler: Handler, routes: Mapping[str, Iterable[str]], refusal: Refusal, compress_from: int = 1024
    ) -> None:
        self._handler = handler
        self._routes = routes
        self._router = Router(routes)
        self.refusal = refusal
        self._compress_from = compress_from

    def __call__(self, request: Request) -> Response:
        path, _, query = request.target.partition("?")
        found = self._router.match(path)
        if found is None or request.method not in self._routes[found[0]]:
            return self._compressed(request, self.refusal(404))
        pattern, parameters = found
        answer = self._handler(event_of(request, path, query, pattern, parameters), Context())
        return self._compressed(request, response_of(answer))

    def _compressed(self, request: Request, response: Response) -> Response:
        names = {name.lower() for name, _ in response.headers}
        accepted = {word.split(";")[0].strip() for word in request.header("accept-encoding").lower().split(",")}
        if len(response.body) < self._compress_from or "gzip" not in accepted or "content-encoding" in names:
            return response
        headers = [*response.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return Response(response.status, headers, gzip.compress(response.body, compresslevel=6, mtime=0))


def event_of(request: Request, path: str, query: str, pattern: str, parameters: dict[str, str]) -> dict[str, Any]:
    """The event of a REST API's Lambda proxy integration. A text body stays text, any other is base64."""
    seen = [*request.headers, ("X-Forwarded-For", request.address), ("X-Forwarded-Proto", "http")]
    many: dict[str, list[str]] = {}
    for name, value in seen:
        many.setdefault(name, []).append(value)
    queries = parse_qs(query, keep_blank_values=True) or None
    text = None if _is_binary(request) else request.body.decode("utf-8", errors="replace")
    return {
        "resource": pattern,
        "path": path,
        "httpMethod": request.method,
        "headers": dict(seen),
        "multiValueHeaders": many,
        "queryStringParameters": {name: values[-1] for name, values in queries.items()} if queries else None,
        "multiValueQueryStringParameters": queries,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": pattern,
            "httpMethod": request.method,
            "path": path,
            "stage": "api",
            "protocol": "HTTP/1.1",
            "domainName": request.header("host"),
            "requestId": str(uuid.uuid4()),
            "requestTimeEpoch": round(time.time() * 1000),
            "identity": {"sourceIp": request.address, "userAgent": request.header("user-agent")},
        },
        "body": (base64.b64encode(request.body).decode() if text is None else text) or None,
        "isBase64Encoded": text is None,
    }


def _is_binary(request: Request) -> bool:
    kind = request.header("content-type").split(";")[0].strip().lower()
    return kind.startswith(("image/", "audio/", "video/")) or kind in {
        "application/octet-stream",
        "application/pdf",
        "application/zip",
        "application/x-tar",
    }


def response_of(answer: Mapping[str, Any]) -> Response:
    """The response that a Lambda's answer stands for."""
    headers = [(name, str(value)) for name, value in (answer.get("headers") or {}).items()]
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers.extend((name, str(value)) for value in values)
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return Response(answer["statusCode"], headers, content)
