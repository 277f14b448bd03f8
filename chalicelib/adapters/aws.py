"""What every adapter to an AWS service needs: one client, made at its first use, and the name of what went wrong."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from chalicelib.rules.errors import Unavailable

FAILURES = (BotoCoreError, ClientError)
READ_SECONDS = 5


class LazyClient:
    """A botocore client that threads share. Making one costs more CPU than a page, and most processes never need
    one."""

    def __init__(
        self, service: str, *, region: str, endpoint: str = "", read_timeout: float = READ_SECONDS, **config: Any
    ) -> None:
        self.service = service
        self.region = region
        self.endpoint = endpoint
        self.config = Config(
            connect_timeout=1,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": 3},
            **config,
        )
        self._lock = threading.Lock()
        self._made: Any = None

    def __call__(self) -> Any:
        with self._lock:
            if self._made is None:
                stand_in = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} if self.endpoint else {}
                self._made = get_session().create_client(
                    self.service, self.region, endpoint_url=self.endpoint or None, config=self.config, **stand_in
                )
            return self._made


MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
"""S3's codes for an object that is not there."""


def documents_client(*, region: str, endpoint: str = "", **config: Any) -> LazyClient:
    """A client of the town's bucket. A stand-in has no domain for each bucket, so its buckets are paths."""
    style = "path" if endpoint else "virtual"
    return LazyClient("s3", region=region, endpoint=endpoint, s3={"addressing_style": style}, **config)


@contextmanager
def answering(operation: str) -> Iterator[None]:
    """Turn a failure of AWS into Unavailable, with ``operation`` and AWS's own code for the operator."""
    try:
        yield
    except FAILURES as error:
        raise Unavailable(f"{operation}: {code_of(error)}") from error


def code_of(error: Exception) -> str:
    """AWS's code of a failure, ``MessageRejected``; the name of the exception when no answer came."""
    response = getattr(error, "response", None) or {}
    return response.get("Error", {}).get("Code") or type(error).__name__
