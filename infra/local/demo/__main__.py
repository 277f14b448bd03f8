"""``python -m infra.local.demo --out DIR --today 2026-11-23``: the demo town's files, for the import."""

import argparse
from datetime import date
from pathlib import Path

from infra.local.demo.generator import write_town


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.local.demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to fill")
    parser.add_argument("--today", type=date.fromisoformat, required=True, help="the day in Paris, 2026-11-23")
    parser.add_argument("--families", type=int, default=200)
    parser.add_argument("--bookings", type=int, help="rows of reservations.csv; ten per family by default")
    options = parser.parse_args()
    write_town(options.out, options.today, options.families, options.bookings)


if __name__ == "__main__":
    main()
