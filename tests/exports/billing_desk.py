"""A town hall that bills: what its months are written from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from chalicelib.exports.billing import ExportBilling
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.planning import Slot, Wish
from chalicelib.rules.town import Town
from chalicelib.services.ports import JournalEntry
from tests.builders import CANTEEN, JAMES, a_town
from tests.clock import FixedClock, day, paris
from tests.exports.reading import cells_of
from tests.fakes import MemoryBillingBook, MemoryPlannings, MemoryShelf, MemoryTown

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
MOTHER, FATHER = FamilyId("f-mother"), FamilyId("f-father")
THURSDAY, FRIDAY = day("jeudi 2026-11-05"), day("vendredi 2026-11-06")
TITLES = ["payeur", "enfant", "activite", "jour", "reserve", "quantite", "code", "arrete_le"]


class Listed:
    """``DirectoryStore`` with one child, or with none yet."""

    def __init__(self, *children: ListedChild) -> None:
        self.children = {child.id: child for child in children}

    def read(self) -> Directory:
        if not self.children:
            raise Unavailable("directory.read")
        return Directory(paris("lundi 2026-11-02 03:00"), self.children)

    def write(self, directory: Directory) -> None:
        self.children = dict(directory.children)


@dataclass
class Desk:
    """A town hall: parents and the office change bookings, months are written and closed."""

    town: Town = field(default_factory=a_town)
    clock: FixedClock = field(default_factory=lambda: FixedClock(paris("lundi 2026-10-26 12:00")))
    listed: Listed = field(default_factory=Listed)
    archive: MemoryShelf = field(default_factory=MemoryShelf)
    shelf: MemoryShelf = field(default_factory=MemoryShelf)
    book: MemoryBillingBook = field(default_factory=MemoryBillingBook)

    def __post_init__(self) -> None:
        self.plannings = MemoryPlannings(self.clock)
        self.saves = 0

    def change(self, on: date, *, booked: bool = True, reason: str = "", family: FamilyId = MOTHER) -> None:
        self.saves += 1
        wishes = (Wish(Slot(JAMES, CANTEEN, on), booked),)
        entry = JournalEntry(EntryId(f"e-{self.saves:05}"), self.clock.now(), "mairie", wishes, reason=reason)
        self.plannings.save(family, entry)

    def as_of(self, on: date, at: datetime) -> Iterable[tuple[FamilyId, Slot]]:
        booked: set[tuple[FamilyId, Slot]] = set()
        for save in self.plannings.between(at - timedelta(days=400), at):
            for wish in save.entry.changes:
                if wish.slot.day == on:
                    (booked.add if wish.booked else booked.discard)((save.family, wish.slot))
        return booked

    @property
    def export(self) -> ExportBilling:
        return ExportBilling(
            town=MemoryTown(self.town),
            bookings=self.as_of,
            feed=self.plannings,
            directory=self.listed,
            book=self.book,
            archive=self.archive,
            clock=self.clock,
        )

    def lines(self, month: date = NOVEMBER, by: str = "") -> list[list[str]]:
        """The file of a month, exported now: payer, child, activity, day, booked, quantity, code."""
        (name,) = self.export(month, self.shelf, by)
        rows = cells_of(self.shelf.files[name])
        assert rows[0] == TITLES
        return [row[:-1] for row in rows[1:]]

    def told(self, month: date = NOVEMBER, by: str = "") -> list[tuple[str, str, str]]:
        return [(row[3], row[5], row[6]) for row in self.lines(month, by)]
