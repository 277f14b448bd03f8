"""Counting places again when a town changes what it counts, or a child changes school.

Saves move the counters of limited activities only. When an activity becomes limited, or a child moves between schools
that count their own places, the bookings already taken are in no counter, or in another. So the import counts them:
before the new configuration is published, and again once every Lambda has read it; until then some still save by the
old one. What asks for it is written down first, so that an import killed on the way counts when it is run again.

What the import itself books or cancels comes between the two counts, by the new configuration, which is published
after it: a parent who saves meanwhile moves the counters of the old one, and the second count puts that right.
"""

from datetime import datetime

from chalicelib.intake.ports import IntakeStore
from chalicelib.rules.town import Town
from chalicelib.services.recounting import CountPlaces


class Recount:
    """When an import counts places, and that it does not forget to."""

    def __init__(self, store: IntakeStore, places: CountPlaces, now: datetime) -> None:
        self.store = store
        self.places = places
        self.now = now

    def ask(self) -> None:
        """Write down that a count is due, before anything that makes it so."""
        self.store.ask_recount(self.now)

    def is_due(self) -> bool:
        return self.store.recount_asked()

    def prepare(self, town: Town) -> int:
        """Count what the town to come counts and nobody counted, and tell how many; raises Unavailable."""
        return self.places.raise_low(town, self.now)

    def settle(self, town: Town) -> int:
        """Wait until everybody counts alike, count, and be done; returns how many counters were wrong."""
        wrong = self.places(town, self.now)
        self.store.recount_done()
        return wrong
