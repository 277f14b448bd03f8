"""Limited places: reserved before their booking is written, given back after it went.

A crowd that wants the same five days must not meet in transactions: each counter is one plain write, which never
conflicts with its like. Whatever happens between the writes leaves at most a place unsold, and the recount of the night
gives it back.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import PlaceKey
from chalicelib.services.ports import JournalEntry, PlaceTally, PlanningStore


class Held:
    """Places reserved for one family, as long as no booking has used them.

    They stay held while a save is decided again: between giving back and taking again, others would be told that the
    day is full.
    """

    def __init__(self, plannings: PlanningStore) -> None:
        self.plannings = plannings
        self.places: dict[PlaceKey, int] = {}
        self._before: dict[PlaceKey, PlaceTally] = {}
        """Counters as they were before their places were reserved."""
        self._read: dict[PlaceKey, PlaceTally] = {}

    def taken_by_others(self, keys: Iterable[PlaceKey]) -> Mapping[PlaceKey, int]:
        """Read the counters; those of what is written next must be read first."""
        found = self.plannings.tallies(keys)
        self._read.update(found)
        return {key: tally.taken - self.places.get(key, 0) for key, tally in found.items()}

    def write(
        self, family: FamilyId, entry: JournalEntry, moves: Mapping[PlaceKey, int], limits: Mapping[PlaceKey, int]
    ) -> None:
        """Reserve what ``moves`` takes, within ``limits``; save the entry; free what ``moves`` gives back.

        Raises StaleWrite when a counter is full or the save is refused: nothing was saved, what was reserved is held.
        After Unavailable the entry may be saved or not, so its places are left to the recount.
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
            # A counter that missed bookings made before there was a limit has less to give back.
            number = min(-move, self._read[key].taken)
            if number > 0:
                self.plannings.give_back(key, number, self._read[key])

    def give_back(self) -> None:
        for key, number in self.places.items():
            if number:
                self.plannings.give_back(key, number, self._before[key])
        self.places.clear()

    def _reserve(self, wanted: Mapping[PlaceKey, int], limits: Mapping[PlaceKey, int]) -> None:
        """Every counter is asked, even when one is full: the next look then decides all of them at once."""
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
    """What is still held at the end of the block is given back, whether it ends well or not."""
    held = Held(plannings)
    try:
        yield held
    except Exception:
        held.give_back()
        raise
    held.give_back()
