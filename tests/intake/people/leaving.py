"""Lists that somebody left."""

from datetime import date

from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.planning import Slot
from tests.intake.folder import LISTS

JAMES, ALINE, NOE = ChildId("c-7"), ChildId("c-8"), ChildId("c-9")
MEALS = frozenset(Slot(JAMES, ActivityId("cantine"), date(2026, 12, on)) for on in (1, 3))
WEDNESDAY = Slot(ALINE, ActivityId("mercredi"), date(2026, 12, 2))
NO_BOOKINGS = {"reservations": LISTS["reservations.csv"].splitlines()[0] + "\n"}


def without(name: str, *words: str) -> str:
    return "".join(line for line in LISTS[f"{name}.csv"].splitlines(keepends=True) if not any(w in line for w in words))


def gone(*words: str) -> dict[str, str]:
    """The lists without the lines that hold one of ``words``; nothing booked at the counter any more."""
    return {name: without(name, *words) for name in ("familles", "enfants", "inscriptions")} | NO_BOOKINGS


JAMES_MOVES = {"enfants": LISTS["enfants.csv"].replace("c-7;f-1", "c-7;f-2"), **NO_BOOKINGS}
JAMES_LEAVES = gone("c-7")
WEDNESDAYS_END = {
    "inscriptions": LISTS["inscriptions.csv"].replace("c-8;mercredi;;;non", "c-8;mercredi;;30/11/2026;non"),
    **NO_BOOKINGS,
}
