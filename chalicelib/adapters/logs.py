"""One JSON line for each event: its name and ids, for us. Never a name, a code, an e-mail or a form's content."""

import json
import sys


def report(event: str, **facts: object) -> None:
    """Write one event to standard output, which Lambda keeps in the function's log group."""
    sys.stdout.write(json.dumps({"event": event, **facts}, ensure_ascii=False) + "\n")
