"""The attendance lists, the kitchen's order and the billing file of one instant say the same, and it is what is booked.

Three rooms of the code read the same bookings. The cook, the person at the door and the accountant never compare their
papers, so their sums are compared here: whatever the town, its diets and closures, with separated parents, children who
left the lists, and parents who save before the instant, after it, and while it is being read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.exports.attendance import ExportAttendance
from chalicelib.exports.billing import ExportBilling
from chalicelib.exports.orders import ADULTS, MARGIN, order_csv
from chalicelib.rules.deadlines import CalendarDaysBefore
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.ids import ActivityId, ChildId, DietId, EntryId, FamilyId, SchoolId
from chalicelib.rules.kitchen import Adults, KitchenOrder, Margin, OrderId, Sitting
from chalicelib.rules.order_times import Occasion
from chalicelib.rules.planning import Slot, Wish
from chalicelib.rules.school_calendar import Exceptional, Period
from chalicelib.rules.town import Town
from chalicelib.services.attendance_ports import AttendanceSheet
from chalicelib.services.day_bookings import Booking, BookingsAsOf
from chalicelib.services.ordering import MakeOrder
from chalicelib.services.outgoing_ports import FEED_MAY_LACK
from chalicelib.services.ports import JournalEntry
from tests.builders import CANTEEN, MORNING, OTHER_SCHOOL, SCHOOL, a_calendar, a_town, an_activity
from tests.clock import FixedClock, day, paris
from tests.exports.reading import cells_of
from tests.fakes import MemoryBillingBook, MemoryDirectory, MemoryOrders, MemoryPlannings, MemoryShelf, MemoryTown

NOVEMBER = date(2026, 11, 1)
DAYS = [day("jeudi 2026-11-05"), day("vendredi 2026-11-06"), day("mercredi 2026-11-11"), day("jeudi 2026-11-12")]
"""One of them is a public holiday."""
START = paris("mardi 2026-11-03 08:00")
ACTIVITIES = [CANTEEN, MORNING]
MOTHER, FATHER, AUNT = FamilyId("f-mother"), FamilyId("f-father"), FamilyId("f-aunt")
CHILDREN = [ChildId(f"c-{number}") for number in range(5)]
CLOSED_SCHOOL = SchoolId("gone")
"""The directory may still say it of a child, when the town has just taken the school away."""
CHANGED = st.lists(
    st.builds(Slot, st.sampled_from(CHILDREN), st.sampled_from(ACTIVITIES), st.sampled_from(DAYS)), min_size=1
)


def _saves(seconds: st.SearchStrategy[int], most: int) -> "st.SearchStrategy[list[Save]]":
    """Seconds since the save before, who saves, what is changed into its contrary, and whether the town does it."""
    return st.lists(st.tuples(seconds, st.sampled_from([MOTHER, FATHER, AUNT]), CHANGED, st.booleans()), max_size=most)


Save = tuple[int, FamilyId, list[Slot], bool]
Eaters = Counter[tuple[ActivityId, date]]


@st.composite
def _towns(draw: st.DrawFn) -> Town:
    where = st.sampled_from([frozenset(), frozenset({SCHOOL})])
    diets = draw(st.lists(st.sampled_from(["sans-porc", "vegetarien"]), unique=True))
    sittings = [
        Sitting("1er service", frozenset({CANTEEN}), draw(where), ("CP",)),
        Sitting("2e service", frozenset({CANTEEN, MORNING})),
    ]
    strikes = [Period("Grève", on, on) for on in DAYS]
    closed = st.lists(st.builds(Exceptional, st.sampled_from(strikes), schools=where), max_size=2)
    return a_town(
        *(
            an_activity(
                name,
                CalendarDaysBefore(draw(st.integers(0, 7)), draw(st.integers(0, 1440))),
                by_week=draw(st.booleans()),
                schools=draw(where),
            )
            for name in ACTIVITIES
        ),
        calendar=a_calendar(closures=tuple(draw(closed))),
        diets={DietId(diet): diet for diet in diets},
        sittings=tuple(draw(st.lists(st.sampled_from(sittings), max_size=2))),
        orders=tuple(_order(name, draw(st.integers(0, 20)), draw(st.integers(0, 3))) for name in ACTIVITIES),
    )


def _order(activity: ActivityId, percent: int, adults: int) -> KitchenOrder:
    margin, grown = Margin(percent, count=1), (Adults(SCHOOL, "", adults),)
    return KitchenOrder(OrderId(activity), activity, ("x@y.fr",), (activity,), (), margin=margin, adults=grown)


LISTED = st.builds(
    ListedChild,
    st.sampled_from(CHILDREN),
    st.just("Zoé"),
    st.just("BOND"),
    st.sampled_from([SCHOOL, OTHER_SCHOOL, CLOSED_SCHOOL]),
    st.sampled_from(["", "CP A", "CM2", "3-4"]),
    st.sampled_from([None, DietId("sans-porc"), DietId("vegetarien"), DietId("gone")]),
    st.booleans(),
)


@dataclass
class Desk:
    """A town where parents save, and the three papers that it makes. ``meanwhile`` are saves that come while one is
    being made, one at each read and each pause."""

    town: Town
    listed: list[ListedChild]
    meanwhile: Iterator[Save] = field(default_factory=lambda: iter(()))
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))

    def __post_init__(self) -> None:
        self.plannings = MemoryPlannings(self.clock)
        self.towns = MemoryTown(self.town)
        self.directory = MemoryDirectory(Directory(START, {one.id: one for one in self.listed}))
        self.bookings = BookingsAsOf(plannings=self, feed=self.plannings, clock=self.clock, pause=self.pause)
        self.saved: list[tuple[datetime, Booking, bool]] = []

    def save(self, save: Save) -> None:
        after, family, slots, by_town = save
        self.clock.forward(seconds=after)
        there = self.plannings.bookings.get(family, {})
        wishes = tuple(Wish(slot, slot not in there) for slot in dict.fromkeys(slots))
        reason = "Grève" if by_town and not any(wish.booked for wish in wishes) else ""
        at, name = self.clock.now(), EntryId(f"{len(self.saved):04}")
        self.plannings.save(family, JournalEntry(name, at, "internet", wishes, reason=reason))
        self.saved += [(at, (family, wish.slot), wish.booked) for wish in wishes]

    def pause(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)
        self._somebody_saves()

    def bookings_on(self, on: date) -> Iterator[Booking]:
        self._somebody_saves()
        yield from self.plannings.bookings_on(on)

    def _somebody_saves(self) -> None:
        for save in self.meanwhile:
            self.save(save)
            return

    def booked(self, at: datetime) -> Eaters:
        """The children who are booked, by what was saved until the instant and nothing else."""
        last = {booking: booked for saved_at, booking, booked in self.saved if saved_at <= at}
        return _children(slot for (_, slot), booked in last.items() if booked)

    def on_lists(self, at: datetime) -> Eaters:
        found: Eaters = Counter()
        export = ExportAttendance(bookings=self.bookings, directory=self.directory, town=self.towns, render=_paper)
        for on in DAYS:
            files = {file.name: cells_of(file.content)[1:] for file in export(on, at, at - timedelta(days=1))}
            here: Eaters = Counter()
            for _, activity, _, _, _, count, _ in files[f"effectifs-{on}.csv"]:
                here[self._activity(activity), on] += int(count)
            names = Counter((self._activity(row[1]), on) for row in files[f"presences-{on}.csv"] if row[9] != "retiré")
            assert names == here, "the names and their number"
            found += here
        return found

    def ordered(self, at: datetime) -> Eaters:
        make = MakeOrder(bookings=self.bookings, directory=self.directory, orders=MemoryOrders())
        found: Eaters = Counter()
        for order in self.town.orders:
            version, _ = make(self.town, order, Occasion(at, tuple(DAYS)))
            here: Eaters = Counter()
            for _, _, on, _, _, diet, meals in cells_of(order_csv(version))[1:]:
                if diet not in {MARGIN, ADULTS}:
                    here[order.activities[0], _day(on)] += int(meals)
            places = Counter[tuple[ActivityId, date]]()
            for place in version.figures.places:
                places[order.activities[0], place.day] += place.children
            assert +places == here, "the schools and their sittings and diets"
            found += here
        return found

    def billed(self) -> Eaters:
        """As of a minute ago."""
        shelf = MemoryShelf()
        export = ExportBilling(
            town=self.towns,
            bookings=self.bookings,
            feed=self.plannings,
            directory=self.directory,
            book=MemoryBillingBook(),
            archive=MemoryShelf(),
            clock=self.clock,
        )
        (name,) = export(NOVEMBER, shelf)
        rows = cells_of(shelf.files[name])[1:]
        assert len({tuple(row[:4]) for row in rows}) == len(rows), "one line for each payer, child, activity and day"
        return _children(
            Slot(ChildId(child), ActivityId(activity), _day(on))
            for _, child, activity, on, booked, *_ in rows
            if booked == "oui"
        )

    def _activity(self, label: str) -> ActivityId:
        return next(one.id for one in self.town.activities.values() if one.label == label)


@settings(deadline=None)
@given(
    town=_towns(),
    listed=st.lists(LISTED, max_size=6),
    early=_saves(st.integers(1, 30_000), 12),
    soon=_saves(st.integers(0, 20), 3),
    late=_saves(st.integers(0, 30_000), 8),
)
def test_lists_order_and_bill_of_one_instant_agree(
    town: Town, listed: list[ListedChild], early: list[Save], soon: list[Save], late: list[Save]
) -> None:
    """``soon`` are saves of the minute after the instant, ``late`` those that come while the papers are made."""
    desk = Desk(town, listed)
    for save in early:
        desk.save(save)
    instant = desk.clock.now()
    for save in soon:
        desk.save(save)
    desk.clock.at = instant + FEED_MAY_LACK
    desk.meanwhile = iter(late)
    assert desk.billed() == desk.booked(instant)
    assert desk.on_lists(instant) == desk.booked(instant)
    assert desk.ordered(instant) == desk.booked(instant)


def _children(slots: Iterable[Slot]) -> Eaters:
    """Each child once, whichever of its parents booked."""
    return Counter((slot.activity, slot.day) for slot in set(slots))


def _day(cell: str) -> date:
    return datetime.strptime(cell, "%d/%m/%Y").date()  # noqa: DTZ007 - a day alone


def _paper(sheet: AttendanceSheet, town: str, at: datetime) -> bytes:
    return f"%PDF {sheet.title} {town} {at}".encode()
