"""What a save grants: each refusal with its fact, what fits together, and laws over any set of wishes."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.errors import NotFound
from chalicelib.rules.families import Enrolment
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.openings import Window
from chalicelib.rules.planning import PlaceKey, Reason, Slot, TownDays, Wish, places
from chalicelib.rules.saving import SavePlan, Situation, counters, plan_save
from chalicelib.rules.school_calendar import paris_instant
from chalicelib.rules.town import Activity, Capacity
from tests.builders import ALINE, CANTEEN, JAMES, MORNING, a_child, a_family, a_slot, a_town, an_activity
from tests.clock import day, paris

MONDAY = day("lundi 2026-09-14")
TUESDAY = day("mardi 2026-09-15")
NOW = "vendredi 2026-09-11 12:00"
MEAL, MORNING_CARE = ActivityId("repas-vac"), ActivityId("matin-vac")
TOWN_WIDE = PlaceKey(MONDAY, CANTEEN)


def situation(
    *activities: Activity,
    booked: tuple[Slot, ...] = (),
    taken: dict[PlaceKey, int] | None = None,
    now: str = NOW,
) -> Situation:
    listed = activities or (an_activity(),)
    ids = [activity.id for activity in listed]
    family = a_family(a_child(JAMES, *ids), a_child(ALINE, *ids))
    return Situation(TownDays(a_town(*listed)), family, frozenset(booked), taken or {}, paris(now))


def book(*slots: Slot) -> list[Wish]:
    return [Wish(slot, True) for slot in slots]


def cancel(*slots: Slot) -> list[Wish]:
    return [Wish(slot, False) for slot in slots]


def reasons(plan: SavePlan) -> list[Reason]:
    return [refusal.reason for refusal in plan.refusals]


def test_an_open_slot_is_booked_and_a_booked_one_cancelled() -> None:
    plan = plan_save(book(a_slot(MONDAY)) + cancel(a_slot(TUESDAY)), situation(booked=(a_slot(TUESDAY),)))
    assert plan.changes == (Wish(a_slot(MONDAY), True), Wish(a_slot(TUESDAY), False))
    assert not plan.refusals


def test_what_is_already_so_changes_nothing() -> None:
    plan = plan_save(book(a_slot(MONDAY)), situation(booked=(a_slot(MONDAY),), now="lundi 2026-09-14 12:00"))
    assert plan == SavePlan((), (), (Wish(a_slot(MONDAY), True),))


@pytest.mark.parametrize(
    ("on", "now", "reason"),
    [
        pytest.param("vendredi 2026-09-11", "lundi 2026-09-14 09:00", Reason.PAST, id="a day in the past"),
        pytest.param("mercredi 2026-09-16", NOW, Reason.CLOSED, id="a closed day"),
        pytest.param("lundi 2030-09-16", NOW, Reason.CLOSED, id="outside the period"),
        pytest.param("lundi 2026-09-14", "dimanche 2026-09-13 10:00", Reason.TOO_LATE, id="after the deadline"),
    ],
)
def test_hand_made_wishes_are_refused_with_a_reason(on: str, now: str, reason: Reason) -> None:
    plan = plan_save(book(a_slot(day(on))), situation(now=now))
    assert (plan.changes, reasons(plan)) == ((), [reason])


def test_a_refusal_tells_the_deadline_that_passed() -> None:
    (refusal,) = plan_save(book(a_slot(MONDAY)), situation(now="lundi 2026-09-14 08:00")).refusals
    assert refusal.closed_at == paris("dimanche 2026-09-13 10:00")


def test_a_refusal_tells_when_it_will_be_possible() -> None:
    opens = paris("samedi 2026-09-12 08:00")
    activity = an_activity(windows=(Window(MONDAY, MONDAY, opens, None),))
    (refusal,) = plan_save(book(a_slot(MONDAY)), situation(activity)).refusals
    assert (refusal.reason, refusal.closed_at) == (Reason.NOT_YET, opens)


def test_a_read_only_enrolment_is_the_offices() -> None:
    child = a_child(enrolments=(Enrolment(CANTEEN, read_only=True),))
    where = Situation(TownDays(a_town()), a_family(child), frozenset(), {}, paris(NOW))
    assert reasons(plan_save(book(a_slot(MONDAY)), where)) == [Reason.READ_ONLY]


def test_an_activity_without_enrolment_is_unknown_for_this_child() -> None:
    where = Situation(TownDays(a_town(an_activity(), an_activity(MORNING))), a_family(), frozenset(), {}, paris(NOW))
    assert reasons(plan_save(book(a_slot(MONDAY, MORNING)), where)) == [Reason.UNKNOWN]


@pytest.mark.parametrize("wish", [Wish(a_slot(MONDAY, child="c-1"), True), Wish(a_slot(MONDAY, child="c-1"), False)])
def test_another_familys_child_does_not_exist(wish: Wish) -> None:
    with pytest.raises(NotFound):
        plan_save([wish], situation())


def test_an_activity_that_the_town_no_longer_has_is_refused() -> None:
    """Even one that the child is still enrolled in, while an import is writing families before it publishes."""
    enrolled = a_family(a_child(JAMES, "poney"))
    for family in (situation().family, enrolled):
        assert reasons(plan_save(book(a_slot(MONDAY, "poney")), replace(situation(), family=family))) == [
            Reason.UNKNOWN
        ]


LIMITED = an_activity(capacity=Capacity(10, {}))


def test_the_last_place_goes_to_one_of_two_siblings() -> None:
    plan = plan_save(
        book(a_slot(MONDAY, child=ALINE), a_slot(MONDAY, child=JAMES)), situation(LIMITED, taken={TOWN_WIDE: 9})
    )
    assert plan.changes == (Wish(a_slot(MONDAY, child=JAMES), True),)
    assert reasons(plan) == [Reason.FULL]


def test_a_place_given_up_in_the_same_save_can_be_taken() -> None:
    where = situation(LIMITED, booked=(a_slot(MONDAY, child=JAMES),), taken={TOWN_WIDE: 10})
    wishes = cancel(a_slot(MONDAY, child=JAMES)) + book(a_slot(MONDAY, child=ALINE))
    plan = plan_save(wishes, where)
    assert (len(plan.changes), plan.refusals) == (2, ())
    assert counters(plan.changes, where) == {}


def test_siblings_share_one_counter() -> None:
    where = situation(LIMITED)
    wishes = book(a_slot(MONDAY, child=JAMES), a_slot(MONDAY, child=ALINE), a_slot(TUESDAY))
    assert counters(wishes, where) == {TOWN_WIDE: 2, PlaceKey(TUESDAY, CANTEEN): 1}


HOLIDAY_MEAL = (an_activity(MORNING_CARE), an_activity(MEAL, requires=(MORNING_CARE,)))


def test_a_meal_needs_its_morning() -> None:
    (refusal,) = plan_save(book(a_slot(MONDAY, MEAL)), situation(*HOLIDAY_MEAL)).refusals
    assert (refusal.reason, refusal.other) == (Reason.REQUIRES, MORNING_CARE)
    both = plan_save(book(a_slot(MONDAY, MEAL), a_slot(MONDAY, MORNING_CARE)), situation(*HOLIDAY_MEAL))
    assert len(both.changes) == 2


def test_a_sibling_or_another_day_is_no_help() -> None:
    elsewhere = (a_slot(TUESDAY, MORNING_CARE), a_slot(MONDAY, MORNING_CARE, child=ALINE))
    plan = plan_save(book(a_slot(MONDAY, MEAL)), situation(*HOLIDAY_MEAL, booked=elsewhere))
    assert reasons(plan) == [Reason.REQUIRES]


def test_the_morning_cannot_leave_the_meal_alone() -> None:
    there = (a_slot(MONDAY, MEAL), a_slot(MONDAY, MORNING_CARE))
    (refusal,) = plan_save(cancel(a_slot(MONDAY, MORNING_CARE)), situation(*HOLIDAY_MEAL, booked=there)).refusals
    assert (refusal.reason, refusal.other) == (Reason.REQUIRES, MEAL)
    assert len(plan_save(cancel(*there), situation(*HOLIDAY_MEAL, booked=there)).changes) == 2


def test_a_full_morning_takes_its_meal_with_it() -> None:
    activities = (an_activity(MORNING_CARE, capacity=Capacity(1, {})), HOLIDAY_MEAL[1])
    where = situation(*activities, taken={PlaceKey(MONDAY, MORNING_CARE): 1})
    plan = plan_save(book(a_slot(MONDAY, MORNING_CARE), a_slot(MONDAY, MEAL)), where)
    assert plan.changes == ()
    assert reasons(plan) == [Reason.FULL, Reason.REQUIRES]


def test_two_that_exclude_each_other() -> None:
    exclusive = (an_activity(), an_activity("pique-nique", excludes=(CANTEEN,)))
    picnic = a_slot(MONDAY, "pique-nique")
    plan = plan_save(book(a_slot(MONDAY), picnic), situation(*exclusive))
    assert (plan.changes, reasons(plan)) == ((Wish(a_slot(MONDAY), True),), [Reason.EXCLUDES])
    swap = plan_save(cancel(a_slot(MONDAY)) + book(picnic), situation(*exclusive, booked=(a_slot(MONDAY),)))
    assert len(swap.changes) == 2


def test_what_falls_for_want_of_its_morning_excludes_nothing() -> None:
    activities = (an_activity(MORNING_CARE, capacity=Capacity(1, {})), HOLIDAY_MEAL[1], an_activity(excludes=(MEAL,)))
    where = situation(*activities, taken={PlaceKey(MONDAY, MORNING_CARE): 1})
    plan = plan_save(book(a_slot(MONDAY, MORNING_CARE), a_slot(MONDAY, MEAL), a_slot(MONDAY)), where)
    assert plan.changes == (Wish(a_slot(MONDAY), True),)


ACTIVITIES = (
    an_activity(MORNING_CARE, capacity=Capacity(2, {})),
    an_activity(MEAL, requires=(MORNING_CARE,), capacity=Capacity(3, {})),
    an_activity(excludes=(MEAL,)),
)
slots = st.builds(
    Slot,
    st.sampled_from([JAMES, ALINE]),
    st.sampled_from([activity.id for activity in ACTIVITIES]),
    st.dates(date(2026, 9, 9), date(2026, 9, 19)),
)
wishes = st.dictionaries(slots, st.booleans(), max_size=20).map(lambda d: [Wish(s, b) for s, b in d.items()])
instants = st.datetimes(datetime(2026, 9, 9), datetime(2026, 9, 20)).map(  # noqa: DTZ001 - made aware at once
    lambda t: paris_instant(t.date(), t.hour * 60 + t.minute)
)


@given(wishes, st.frozensets(slots, max_size=20), st.integers(0, 4), instants)
def test_laws_of_any_save(wished: list[Wish], booked: frozenset[Slot], taken: int, now: datetime) -> None:
    where = situation(*ACTIVITIES)
    keys = {where.key(wish.slot) for wish in wished} - {None}
    where = Situation(where.days, where.family, booked, {key: taken for key in keys if key}, now)
    plan = plan_save(wished, where)
    answered = [*plan.changes, *plan.already, *(refusal.wish for refusal in plan.refusals)]
    assert sorted(answered, key=lambda w: w.slot) == sorted(wished, key=lambda w: w.slot), "every wish is answered once"
    assert plan.refusals == () or all(r.wish not in plan.changes for r in plan.refusals)
    for key, move in counters(plan.changes, where).items():
        limit = places(where.town.activities[key.activity], key)
        assert move < 0 or taken + move <= limit, "no counter passes its limit"
    again = Situation(where.days, where.family, after(booked, plan), moved(where, plan), now)
    assert plan_save(wished, again).changes == (), "the same save again changes nothing"


def after(booked: frozenset[Slot], plan: SavePlan) -> frozenset[Slot]:
    return (booked | {w.slot for w in plan.changes if w.booked}) - {w.slot for w in plan.changes if not w.booked}


def moved(where: Situation, plan: SavePlan) -> dict[PlaceKey, int]:
    moves = counters(plan.changes, where)
    return {key: count + moves.get(key, 0) for key, count in where.taken.items()}


@given(wishes, instants)
def test_law_nothing_is_granted_after_its_deadline(wished: list[Wish], now: datetime) -> None:
    where = situation(*ACTIVITIES)
    plan = plan_save(wished, Situation(where.days, where.family, frozenset(), {}, now))
    assert all(now < paris_instant(wish.slot.day - timedelta(days=1), 600) for wish in plan.changes)
