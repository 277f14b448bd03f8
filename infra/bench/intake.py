"""The import at two sizes: rows read for each CPU second, the memory that it needs, and what an unchanged one costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.bench.measure import Cost, Figure, process_cost
from infra.local.tables import create_tables

FAMILIES, BOOKINGS = 250, 10_000
TIMES = 10
LOADED = (
    f"import: {FAMILIES:,} families and {BOOKINGS:,} bookings, then {FAMILIES * TIMES:,} and {BOOKINGS * TIMES:,}, "
    "into empty tables"
)


@dataclass(frozen=True)
class Run:
    """``again``: the same files a second time. ``reading``: reading and checking them, without a portal."""

    rows: int
    cost: Cost
    again: Cost
    reading: Cost

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.cost.cpu


def compare(environment: Mapping[str, str], folder: Path) -> list[Figure]:
    """Goal: memory that does not grow with the town. Rows per second are for information."""
    one, ten = (_import(environment, folder, times) for times in (1, TIMES))
    return [
        Figure("import at 10× ÷ 1×: peak memory", ten.cost.peak, one.cost.peak, unit="MB", goal=1.2),
        Figure("import at 10× ÷ 1×: CPU per row", 1000 / ten.rows_per_second, 1000 / one.rows_per_second),
        Figure("import again, nothing to change ÷ the first, at 10×: CPU", ten.again.cpu, ten.cost.cpu, unit="s CPU"),
        Figure("of it, reading and checking the files", ten.reading.cpu, ten.again.cpu, unit="s CPU"),
        Figure("import again at 10× ÷ 1×: peak memory", ten.again.peak, one.again.peak, unit="MB", goal=1.2),
        Figure("import at 10× and 1×: rows per CPU second", ten.rows_per_second, one.rows_per_second, unit="rows"),
    ]


def _import(environment: Mapping[str, str], folder: Path, times: int) -> Run:
    """Import a generated town in a process of its own, into tables of its own."""
    settings = {**environment, "PORTAL_TABLES": f"import{times}"}
    create_tables(settings["PORTAL_AWS_ENDPOINT"], settings["PORTAL_TABLES"])
    town = folder / f"town{times}"
    size = ["--families", str(FAMILIES * times), "--bookings", str(BOOKINGS * times)]
    today = settings["DEMO_NOW"][:10]
    process_cost(["-m", "infra.local.demo", "--out", str(town), "--today", today, *size], settings)
    rows = sum(_lines(path) - 1 for path in town.glob("*.csv"))
    command = ["-m", "chalicelib.commands", "import", str(town)]
    first, again = process_cost(command, settings), process_cost(command, settings)
    return Run(rows, first, again, process_cost([*command, "--verifier"], settings))


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
