"""``make bench``: measure everything, print one table, write .local/bench.json."""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from infra.bench import age, cold, intake, invoices, pages, rush
from infra.bench.measure import Figure, table, write_json
from infra.bench.parent import Parent
from infra.bench.portal import portal_app
from infra.local import stand_in
from infra.local.run import prepare
from infra.local.stage import STATE, local_environment

A_SCHOOL_DAY = "2016-01-05T08:00"
"""Five weeks of school ahead."""


def main() -> int:
    STATE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=STATE) as place:
        folder = Path(place)
        with stand_in.start(folder) as aws:
            environment = local_environment(aws.endpoint, A_SCHOOL_DAY)
            os.environ.clear()
            os.environ.update(environment)
            _say("the demo town is imported")
            prepare(environment, folder, families=50)
            app = portal_app(environment)
            parent = Parent(app, "007", "GOLDENEYE7")
            figures = _figures(
                ("cold start", lambda: cold.cold_start(app, folder)),
                ("planning", lambda: [pages.planning(parent)]),
                ("save", lambda: [pages.save(parent)]),
                ("sign-in", lambda: [pages.sign_in(parent)]),
                ("invoices", lambda: invoices.compare(environment)),
                ("old family, large town", lambda: age.compare(environment)),
                ("a rush", rush.compare),
                ("import at 1× and 10×", lambda: intake.compare(environment, folder)),
            )
            costs = pages.costs(parent)
    print(table(figures))
    print()
    print(costs_table(costs))
    print(f"\nLoaded: {age.LOADED}; {intake.LOADED}.")
    path = STATE / "bench.json"
    write_json(path, figures, [asdict(cost) for cost in costs], f"{age.LOADED}; {intake.LOADED}")
    print(f"Written to {path.relative_to(STATE.parent)}")
    return 0


def _figures(*steps: tuple[str, Callable[[], list[Figure]]]) -> list[Figure]:
    found = []
    for name, step in steps:
        _say(name)
        found += step()
    return found


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


def costs_table(costs: Sequence[pages.PageCost]) -> str:
    lines = [f"{'page':<22}{'calls':>6}{'units':>8}{'bytes':>9}{'gzip':>8}  operations"]
    lines += [f"{c.page:<22}{c.calls:>6}{c.units:>8.1f}{c.bytes:>9}{c.gzipped:>8}  {c.operations}" for c in costs]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
