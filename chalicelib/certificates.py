"""The handler of the function that makes tax certificates."""

import os
from typing import Any

from chalicelib.wiring import settings_of
from chalicelib.wiring_certificates import build_certificates


def make(_event: dict[str, Any], context: Any) -> None:
    """Called by Lambda, several times each night: what one run leaves, the next one takes up. Raises Unavailable:
    Lambda and the clock try again."""
    build_certificates(settings_of(os.environ))(lambda: context.get_remaining_time_in_millis() / 1000)
