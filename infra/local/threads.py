"""A Chalice app called by several threads at once, which Lambda never does."""

import threading
from typing import Any

from chalice.app import Chalice


class _OfThisThread:
    """An attribute of which each thread has its own value."""

    def __init__(self) -> None:
        self._values = threading.local()

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return getattr(self._values, "value", None)

    def __set__(self, instance: object, value: Any) -> None:
        self._values.value = value


def for_threads(app: Chalice) -> Chalice:
    """Keep the app's current request and Lambda context apart for each thread: Chalice holds both on the app itself."""
    kind = type(app)
    members = {"current_request": _OfThisThread(), "lambda_context": _OfThisThread()}
    app.__class__ = type(f"Threaded{kind.__name__}", (kind,), members)
    return app
