"""See, count and bend every call that botocore sends, whatever the service, the client or the stand-in.

The seam is where botocore sends one attempt and parses its answer: retries are seen as separate attempts, and a
client that does not exist yet is covered.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.endpoint import Endpoint

Answer = tuple[Any, Exception | None]
"""What botocore makes of an attempt: ``((http response, parsed body), None)`` or ``(None, exception)``."""


@dataclass(frozen=True)
class Attempt:
    """One attempt of one call, about to be sent."""

    service: str
    operation: str
    request: Any
    model: Any

    @property
    def name(self) -> str:
        """``dynamodb:Query``"""
        return f"{self.service}:{self.operation}"


@contextmanager
def intercepted(around: Callable[[Attempt, Callable[[], Answer]], Answer]) -> Iterator[None]:
    """Every attempt goes through ``around(attempt, send)``. Blocks nest: the innermost is asked first."""
    original = Endpoint._get_response

    def through(endpoint: Endpoint, request: Any, operation_model: Any, context: Any) -> Answer:
        attempt = Attempt(
            service=operation_model.service_model.service_name,
            operation=operation_model.name,
            request=request,
            model=operation_model,
        )
        return around(attempt, lambda: original(endpoint, request, operation_model, context))

    Endpoint._get_response = through
    try:
        yield
    finally:
        Endpoint._get_response = original


@dataclass(frozen=True)
class Call:
    """``sent`` and ``received``: bytes of the two bodies."""

    name: str
    sent: int
    received: int


@dataclass
class Calls:
    """What was sent, in order."""

    made: list[Call] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [call.name for call in self.made]

    @property
    def sent(self) -> int:
        return sum(call.sent for call in self.made)

    @property
    def received(self) -> int:
        return sum(call.received for call in self.made)

    def __len__(self) -> int:
        return len(self.made)


@contextmanager
def counted() -> Iterator[Calls]:
    """Record every attempt made inside the block, in any thread: ``with counted() as calls: …; len(calls)``."""
    calls = Calls()

    def around(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        answer, error = send()
        calls.made.append(Call(attempt.name, _length(attempt), _received(attempt, answer)))
        return answer, error

    with intercepted(around):
        yield calls


def _received(attempt: Attempt, answer: Any) -> int:
    """Bytes received. An object of S3 is still to be read by who asked for it: its length is told in a header."""
    if not answer:
        return 0
    if attempt.model.has_streaming_output:
        return int(answer[0].headers.get("Content-Length") or 0)
    return len(answer[0].content)


def _length(attempt: Attempt) -> int:
    """Bytes sent; S3 wraps what it uploads, and tells its length in a header."""
    body = attempt.request.body or b""
    told = attempt.request.headers.get("X-Amz-Decoded-Content-Length") or 0
    return len(body) if isinstance(body, bytes | str) else int(told)
