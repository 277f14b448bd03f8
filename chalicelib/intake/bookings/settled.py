"""How an import knows, without reading a family's journal, that its counter lines have nothing left to say.

A family is settled when the journal has every one of its lines and nobody overtook, refused or cancelled one: then the
same lines never change anything again, whatever the family does later. The mark of a settled family is a keyed hash of
its lines. Marks are kept together, by bucket of families, and tell neither a family nor a day.
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Container

from chalicelib.intake.bookings.events import FamilyEvents
from chalicelib.intake.ports import IntakeStore
from chalicelib.rules.ids import FamilyId

BUCKETS = 256
"""A change of one family writes its bucket again: 80 marks in a town of 20,000 families."""
MARK_BYTES = 12


class Settled:
    """The marks of an earlier import, and those that this one will leave.

    Families of ``looked_at`` are always read: those that are new on the portal, or that this import acts upon.
    """

    def __init__(self, store: IntakeStore, pepper: str, looked_at: Container[FamilyId]) -> None:
        self.store = store
        self.pepper = pepper
        self.looked_at = looked_at
        self.before = {bucket: _marks(content) for bucket, content in store.settled().items()}
        self.after: dict[int, dict[FamilyId, bytes]] = defaultdict(dict)

    def has(self, given: FamilyEvents) -> bool:
        """Whether an earlier import left these very lines settled; then this one leaves them so, too."""
        known = given.family not in self.looked_at and self._mark(given) in self.before.get(_bucket(given.family), ())
        if known:
            self.note(given)
        return known

    def note(self, given: FamilyEvents) -> None:
        self.after[_bucket(given.family)][given.family] = self._mark(given)

    def forget(self, family: FamilyId) -> None:
        """The town acts upon the family: its lines are read again."""
        self.after[_bucket(family)].pop(family, None)

    def write(self) -> None:
        """Keep the marks. It comes last: before it, every line of a settled family is in its journal."""
        wanted = {bucket: frozenset(marks.values()) for bucket, marks in self.after.items()}
        for bucket in self.before.keys() - wanted.keys():
            wanted[bucket] = frozenset()
        changed = {bucket: marks for bucket, marks in wanted.items() if marks != self.before.get(bucket, frozenset())}
        self.store.put_settled({bucket: b"".join(sorted(marks)) for bucket, marks in changed.items()})

    def _mark(self, given: FamilyEvents) -> bytes:
        told = hmac.new(self.pepper.encode(), f"settled|{given.family}".encode(), hashlib.sha256)
        for event in given.events:
            slot = event.wish.slot
            facts = (slot.child, slot.activity, slot.day.isoformat(), event.wish.booked)
            told.update(repr((*facts, event.at.isoformat(), event.channel, event.whole_day)).encode())
        return told.digest()[:MARK_BYTES]


def _bucket(family: FamilyId) -> int:
    return hashlib.sha256(family.encode()).digest()[0] % BUCKETS


def _marks(content: bytes) -> frozenset[bytes]:
    return frozenset(content[start : start + MARK_BYTES] for start in range(0, len(content), MARK_BYTES))
