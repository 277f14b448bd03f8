"""Limited places: they are reserved before their booking is written, and given back after it is deleted.

Many families may want the same five days at once, and must not meet in transactions. So each counter is changed by a
plain write of its own, which never conflicts with others. Whatever happens between two writes leaves at most a place
unsold; the recount of the night gives it back.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import PlaceKey
from chalicelib.services.ports import JournalEntry, PlaceTally, PlanningStore


class Held:
    """Places reserved for one family, until a booking uses them.

    They stay held while a save is decided again: if they were given back and taken again, others would read in between
    that the day is full.
    """

    def __init__(self, plannings: PlanningStore) -> None:
        self.plannings = plannings
        self.places: dict[PlaceKey, int] = {}
        self._before: dict[PlaceKey, PlaceTally] = {}
        """Counters as they were read before their places were reserved."""
        self._read: dict[PlaceKey, PlaceTally] = {}

    def taken_by_others(self, keys: Iterable[PlaceKey]) -> Mapping[PlaceKey, int]:
        """Read the counters. The counters of the next write must be read first."""
        found = self.plannings.tallies(keys)
        self._read.update(found)
        return {key: tally.taken - self.places.get(key, 0) for key, tally in found.items()}

    def write(
        self, family: FamilyId, entry: JournalEntry, moves: Mapping[PlaceKey, int], limits: Mapping[PlaceKey, int]
    ) -> None:
        """Reserve what ``moves`` takes, within ``limits``; save the entry; free what ``moves`` gives back.

        Raises StaleWrite when a counter is full or the save is refused: nothing was saved, and what was reserved is
        still held. After Unavailable the entry may be saved or not, so its places are left to the recount.
        """
        wanted = {key: move for key, move in moves.items() if move > 0}
        self._reserve(wanted, limits)
        for key, number in wanted.items():
            self.places[key] -= number
        try:
            self.plannings.save(family, entry)
        except StaleWrite:
            for key, number in wanted.items():
                self.places[key] += number
            raise
        for key, move in moves.items():
            # A counter may have missed bookings made before there was a limit: then less is given back.
            number = min(-move, self._read[key].taken)
            if number > 0:
                self.plannings.give_back(key, number, self._read[key])

    def give_back(self) -> None:
        for key, number in self.places.items():
            if number:
                self.plannings.give_back(key, number, self._before[key])
        self.places.clear()

    def _reserve(self, wanted: Mapping[PlaceKey, int], limits: Mapping[PlaceKey, int]) -> None:
        """Ask every counter, even when one is full: the next look then decides about all of them at once."""
        full: StaleWrite | None = None
        for key in sorted(wanted):
            missing = wanted[key] - self.places.get(key, 0)
            if missing > 0:
                self._before.setdefault(key, self._read[key])
                try:
                    self.plannings.reserve(key, missing, limits[key])
                except StaleWrite as stale:
                    full = stale
                else:
                    self.places[key] = self.places.get(key, 0) + missing
        if full:
            raise full


@contextmanager
def holding(plannings: PlanningStore) -> Iterator[Held]:
    """Give back what is still held at the end of the block, also after an error."""
    held = Held(plannings)
    try:
        yield held
    except Exception:
        held.give_back()
        raise
    held.give_back()
