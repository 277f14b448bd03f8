"""Laws of the offer's field and of the cells."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pages.planning_form import SlotTable, cell, seal_offer, slots_of, unseal_offer, week_name
from chalicelib.rules.errors import BadForm
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.rules.planning import Slot
from chalicelib.rules.school_calendar import monday_of
from chalicelib.services.saving import Offer
from chalicelib.web.signing import Signing

SIGNING = Signing("a secret")
NOTHING = Offer(frozenset(), frozenset())
OURS, THEIRS = FamilyId("f-ours"), FamilyId("f-theirs")
slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,5})?", fullmatch=True)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,11}", fullmatch=True)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
slots = st.builds(Slot, names.map(ChildId), slugs.map(ActivityId), days)


def every_slot(table: SlotTable) -> frozenset[Slot]:
    return table.slots(f"{(1 << len(table.rows) * table.days) - 1:x}")


@st.composite
def pages(draw: st.DrawFn) -> tuple[Offer, SlotTable]:
    rows = draw(st.lists(st.tuples(names.map(ChildId), slugs.map(ActivityId)), min_size=1, max_size=8, unique=True))
    table = SlotTable(rows, draw(days), draw(st.integers(1, 35)))
    offered = draw(st.frozensets(st.sampled_from(sorted(every_slot(table)))))
    booked = draw(st.frozensets(st.sampled_from(sorted(offered)))) if offered else frozenset()
    return Offer(offered, booked), table


@given(pages())
def test_what_was_sealed_comes_back(page: tuple[Offer, SlotTable]) -> None:
    offer, table = page
    sealed = seal_offer(offer, table, OURS, SIGNING)
    assert unseal_offer(sealed, OURS, SIGNING) == offer
    assert unseal_offer(sealed, None, SIGNING) == offer


@given(pages())
def test_another_family_cannot_use_it(page: tuple[Offer, SlotTable]) -> None:
    sealed = seal_offer(*page, OURS, SIGNING)
    with pytest.raises(BadForm):
        unseal_offer(sealed, THEIRS, SIGNING)
    with pytest.raises(BadForm):
        unseal_offer(sealed, OURS, Signing("another secret"))


@given(pages(), st.data())
def test_one_changed_letter_spoils_it(page: tuple[Offer, SlotTable], data: st.DataObject) -> None:
    sealed = seal_offer(*page, OURS, SIGNING)
    place = data.draw(st.integers(0, len(sealed) - 2))  # The last letter holds spare bits that base64 ignores.
    letter = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda other: other != sealed[place]))
    with pytest.raises(BadForm):
        unseal_offer(sealed[:place] + letter + sealed[place + 1 :], OURS, SIGNING)


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadForm):
        unseal_offer(text, None, SIGNING)


def test_the_family_is_not_written_in_it() -> None:
    table = SlotTable([(ChildId("c-1"), ActivityId("cantine"))], date(2026, 9, 7), 7)
    sealed = seal_offer(Offer(frozenset(), frozenset()), table, FamilyId("f-ours"), SIGNING)
    assert "f-ours" not in str(SIGNING.unseal("vu-1", sealed))


def test_five_weeks_of_five_activities_stay_small() -> None:
    rows = [(ChildId("c-007"), ActivityId(f"activite-{n}")) for n in range(5)]
    table = SlotTable(rows, date(2026, 9, 7), 35)
    every = every_slot(table)
    assert len(every) == 5 * 35
    assert len(seal_offer(Offer(every, every), table, OURS, SIGNING)) < 400


@given(st.lists(slots, unique=True, max_size=20))
def test_cells_come_back_as_the_slots_they_were(chosen: list[Slot]) -> None:
    assert slots_of([cell(slot) for slot in chosen], NOTHING) == frozenset(chosen)


@given(slots)
def test_a_cell_twice_is_refused(slot: Slot) -> None:
    with pytest.raises(BadForm, match="cell-twice"):
        slots_of([cell(slot), cell(slot)], NOTHING)


@given(st.text(max_size=40))
def test_a_cell_is_a_slot_or_refused(text: str) -> None:
    try:
        (slot,) = slots_of([text], NOTHING)
    except BadForm:
        return
    assert cell(slot) == text


@given(slots, st.integers(0, 20))
def test_the_cell_of_a_week_stands_for_what_was_offered_of_it(slot: Slot, more: int) -> None:
    every = frozenset(slot._replace(day=slot.day + timedelta(days=n)) for n in range(more + 1))
    week = f"{slot.child}~{slot.activity}~{week_name(slot.day)}"
    monday = monday_of(slot.day)
    same_week = frozenset(one for one in every if monday_of(one.day) == monday)
    assert slots_of([week], Offer(every, NOTHING.slots)) == same_week
    with pytest.raises(BadForm, match="cell-not-offered"):
        slots_of([week], Offer(every - same_week, NOTHING.slots))


@pytest.mark.parametrize("week", ["2026-W54", "2026-W00", "2027-W53", "0000-W01", "2026-W1", "2026-W٠١"])
def test_a_week_that_does_not_exist_is_refused(week: str) -> None:
    with pytest.raises(BadForm, match="cell"):
        slots_of([f"c-007~cantine~{week}"], NOTHING)
