"""Limited places: who gets the last one, and what becomes of places reserved for nothing."""

from dataclasses import replace

import pytest

from chalicelib.rules.errors import Crowded, Unavailable
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import PlaceKey, Reason, Wish
from chalicelib.rules.town import Activity, Capacity
from chalicelib.services.ports import JournalEntry
from chalicelib.services.saving import Offer
from tests.builders import ALINE, CANTEEN, a_slot
from tests.fakes import MemoryPlannings
from tests.services.test_saving import LIMITED, MONDAY, NONE, TUESDAY, Desk, Interrupted, slots

MONDAY_PLACE, TUESDAY_PLACE = PlaceKey(MONDAY, CANTEEN), PlaceKey(TUESDAY, CANTEEN)


def rivals(limited: Activity, plannings: MemoryPlannings) -> tuple[Desk, Desk]:
    desk, rival = Desk(limited, plannings=plannings), Desk(limited, plannings=plannings)
    rival.family = replace(rival.family, id=FamilyId("f-rival"))
    return desk, rival


def test_a_place_taken_between_page_and_save_is_refused_and_the_rest_saved() -> None:
    plannings = Interrupted()
    desk, rival = rivals(LIMITED, plannings)
    plannings.before_reserve = [lambda: rival.saves(Offer(slots(MONDAY), NONE), slots(MONDAY))]
    entry = desk.saves(Offer(slots(MONDAY, TUESDAY), NONE), slots(MONDAY, TUESDAY))
    assert entry.changes == (Wish(a_slot(TUESDAY), True),)
    assert [refusal.reason for refusal in entry.refusals] == [Reason.FULL]
    assert plannings.taken([MONDAY_PLACE, TUESDAY_PLACE]) == {MONDAY_PLACE: 1, TUESDAY_PLACE: 1}


def test_the_last_place_is_given_to_who_reserved_it_first() -> None:
    plannings = Interrupted()
    desk, rival = rivals(LIMITED, plannings)
    told: list[JournalEntry] = []
    plannings.before_save = [lambda: told.append(rival.saves(Offer(slots(MONDAY), NONE), slots(MONDAY)))]
    entry = desk.saves(Offer(slots(MONDAY), NONE), slots(MONDAY))
    assert entry.changes == (Wish(a_slot(MONDAY), True),)
    assert [refusal.reason for refusal in told[0].refusals] == [Reason.FULL]


def test_of_siblings_who_want_the_last_place_one_gets_it() -> None:
    plannings = Interrupted()
    desk, rival = rivals(replace(LIMITED, capacity=Capacity(2, {})), plannings)
    plannings.before_reserve = [lambda: rival.saves(Offer(slots(MONDAY), NONE), slots(MONDAY))]
    both = slots(MONDAY) | slots(MONDAY, child=ALINE)
    entry = desk.saves(Offer(both, NONE), both)
    assert (len(entry.changes), [refusal.reason for refusal in entry.refusals]) == (1, [Reason.FULL])
    assert plannings.taken([MONDAY_PLACE]) == {MONDAY_PLACE: 2}


def test_places_of_a_save_that_came_too_late_are_given_back() -> None:
    """Both parents of a family book the same day: two places are reserved, one is used."""
    plannings = Interrupted()
    mother, father = (Desk(replace(LIMITED, capacity=Capacity(9, {})), plannings=plannings) for _ in range(2))
    offer = Offer(slots(MONDAY), NONE)
    plannings.before_save = [lambda: father.saves(offer, slots(MONDAY))]
    entry = mother.saves(offer, slots(MONDAY))
    assert entry.already == (Wish(a_slot(MONDAY), True),)
    assert plannings.taken([MONDAY_PLACE]) == {MONDAY_PLACE: 1}


def test_a_cancelled_place_is_free_again() -> None:
    plannings = MemoryPlannings()
    desk, rival = rivals(LIMITED, plannings)
    desk.saves(Offer(slots(MONDAY), NONE), slots(MONDAY))
    desk.saves(Offer(slots(MONDAY), slots(MONDAY)), NONE)
    assert plannings.taken([MONDAY_PLACE]) == {MONDAY_PLACE: 0}
    assert rival.saves(Offer(slots(MONDAY), NONE), slots(MONDAY)).changes


class Silent(MemoryPlannings):
    """DynamoDB saves what it is asked to, or not, and does not answer."""

    def __init__(self, *, saves: bool) -> None:
        super().__init__()
        self.saves = saves

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        if self.saves:
            super().save(family, entry)
        raise Unavailable("planning.save")


@pytest.mark.parametrize("saves", [True, False])
def test_a_save_in_doubt_keeps_its_place(saves: bool) -> None:
    """Giving it back could sell it twice; the recount of the night knows."""
    plannings = Silent(saves=saves)
    desk = Desk(LIMITED, plannings=plannings)
    with pytest.raises(Unavailable):
        desk.save(desk.family, Offer(slots(MONDAY), NONE), slots(MONDAY))
    assert plannings.taken([MONDAY_PLACE]) == {MONDAY_PLACE: 1}


class Busy(MemoryPlannings):
    """The second counter does not answer."""

    def reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        if key != MONDAY_PLACE:
            raise Crowded("planning.reserve")
        super().reserve(key, number, limit)


def test_what_was_reserved_for_a_save_that_was_not_sent_is_given_back() -> None:
    plannings = Busy()
    desk = Desk(LIMITED, plannings=plannings)
    with pytest.raises(Crowded):
        desk.save(desk.family, Offer(slots(MONDAY, TUESDAY), NONE), slots(MONDAY, TUESDAY))
    assert plannings.taken([MONDAY_PLACE]) == {MONDAY_PLACE: 0}
    assert desk.booked() == NONE


def test_siblings_share_the_counter_of_a_day() -> None:
    desk = Desk(replace(LIMITED, capacity=Capacity(2, {})))
    both = slots(MONDAY) | slots(MONDAY, child=ALINE)
    desk.saves(Offer(both, NONE), both)
    assert desk.plannings.taken([MONDAY_PLACE]) == {MONDAY_PLACE: 2}
