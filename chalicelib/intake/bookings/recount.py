"""Counting places again when a town changes what it counts, or when a child changes school.

Saves move the counters of limited activities only. When an activity becomes limited, or a child moves between schools
that count their own places, its bookings are in no counter, or in another one. So the import counts them: before the
new configuration is published, and again after every Lambda has read it; until then some requests still save with the
old one. The reason to count is written down first, so that an import that was killed counts when it runs again.

What the import itself books or cancels comes between the two counts, under the new configuration, which is published
after it. A parent who saves meanwhile moves the counters of the old configuration; the second count corrects that.
"""

from datetime import datetime

from chalicelib.intake.ports import IntakeStore
from chalicelib.rules.town import Town
from chalicelib.services.recounting import CountPlaces


class Recount:
    """Counts places when an import makes it necessary, and makes sure that a count is not forgotten."""

    def __init__(self, store: IntakeStore, places: CountPlaces, now: datetime) -> None:
        self.store = store
        self.places = places
        self.now = now

    def ask(self) -> None:
        """Write down that a count is due, before anything that makes it due."""
        self.store.ask_recount(self.now)

    def is_due(self) -> bool:
        return self.store.recount_asked()

    def prepare(self, town: Town) -> int:
        """Count what the new town counts and nobody counted yet; return how many counters were wrong. Raises
        Unavailable."""
        return self.places.raise_low(town, self.now)

    def settle(self, town: Town) -> int:
        """Wait until all requests count alike, count, and note that it is done; return how many counters were wrong."""
        wrong = self.places(town, self.now)
        self.store.recount_done()
        return wrong
