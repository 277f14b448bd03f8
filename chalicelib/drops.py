"""The handler of the function that imports dropped files: an event only says that there is something to look at."""

import os
from typing import Any

from chalicelib.wiring import settings_of
from chalicelib.wiring_drops import receive_drops


def receive(_event: dict[str, Any], context: Any) -> None:
    """Called by Lambda, for an object that came into ``depot/`` and every five minutes. Raises Unavailable: Lambda and
    the clock try again."""
    receive_drops(settings_of(os.environ), lambda: context.get_remaining_time_in_millis() / 1000)
