"""``python -m infra.bench.first_answer portal|bare|nothing FILE``: CPU seconds from nothing to the first answer.

FILE is JSON: the event; for ``bare`` also the calls to make and the size of the page to answer. ``nothing`` answers
nothing: it shows what Python itself needs, to subtract it from the instructions of the whole process.
"""

import json
import sys
import time


class _Context:
    aws_request_id = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 3000


def main(which: str, told: dict) -> float:  # type: ignore[type-arg]
    if which == "nothing":
        return 0.0
    start = time.process_time()
    if which == "portal":
        from app import app  # noqa: PLC0415 - the import is what is measured
    else:
        from infra.bench.bare import bare_app, client  # noqa: PLC0415

        app = bare_app(client(), told["calls"], "x" * told["size"])
    answer = app(told["event"], _Context())
    taken = time.process_time() - start
    if answer["statusCode"] != 200:
        raise RuntimeError(f"{which} answered {answer['statusCode']}")
    return taken


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be imported for nothing
        print(main(sys.argv[1], json.load(file)))
