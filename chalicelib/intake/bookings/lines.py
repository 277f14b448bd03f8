"""All counter lines of an import: those of settled families are only counted, the others are compared and written."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from chalicelib.intake.bookings.events import FamilyEvents, by_family
from chalicelib.intake.bookings.settled import Settled
from chalicelib.intake.bookings.writer import BookingWriter, EventsOutcome
from chalicelib.intake.files.staging import count
from chalicelib.intake.pool import in_order
from chalicelib.intake.report import IntakeReport


def write_lines(
    lists: sqlite3.Connection, writer: BookingWriter, settled: Settled, report: IntakeReport, workers: int
) -> Iterator[int]:
    """Write what still changes something; yields 1 for each family. Raises Unavailable."""

    def write(given: FamilyEvents) -> tuple[FamilyEvents, EventsOutcome | None]:
        return given, None if settled.has(given) else writer(given)

    with ThreadPoolExecutor(workers) as pool:
        for given, outcome in in_order(pool, workers, write, by_family(lists)):
            if outcome is None:
                report.bookings.unchanged += len(given.events)
            else:
                outcome.add_to(report)
                report.standing += outcome.standing
                if outcome.settled:
                    settled.note(given)
            yield 1
    told = report.bookings.added + report.bookings.unchanged + report.overtaken + len(report.refused)
    # Of several lines for one slot, only the last was compared.
    report.overtaken += count(lists, "events") - told
    report.history = count(lists, "old_events")
