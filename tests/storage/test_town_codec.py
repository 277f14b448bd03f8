"""What the import writes is what the portal reads: the same town, for every kind of rule that a town can have."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.billing import Billing, BillingCode
from chalicelib.rules.deadlines import Deadline, NeverOnline
from chalicelib.rules.ids import DietId
from chalicelib.rules.kitchen import (
    AcknowledgeBy,
    Adults,
    Counted,
    DaysBefore,
    KitchenOrder,
    Margin,
    OnWeekdays,
    OrderId,
    Serves,
    Sitting,
)
from chalicelib.rules.openings import Advance, Window
from chalicelib.rules.school_calendar import Exceptional, Period
from chalicelib.rules.town import Capacity
from chalicelib.storage.town_codec import dump, load
from tests.builders import CANTEEN, OTHER_SCHOOL, SCHOOL, a_calendar, a_town, an_activity
from tests.clock import paris

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
PERIODS = st.builds(
    lambda label, first, length: Period(label, first, first + timedelta(length)),
    st.text(),
    DAYS,
    st.integers(0, 400),
)
st.register_type_strategy(Period, PERIODS)
DEADLINES = st.one_of([st.from_type(kind) for kind in get_args(Deadline)])
"""Every kind, with what its annotations allow: a new one is here by being a ``Deadline``."""


@given(booking=DEADLINES, cancelling=DEADLINES)
def test_every_deadline_comes_back(booking: Deadline, cancelling: Deadline) -> None:
    town = a_town(an_activity(booking=booking, cancelling=cancelling))
    assert load(dump(town)) == town


def test_everything_else_comes_back() -> None:
    window = Window(date(2026, 12, 21), date(2027, 1, 3), paris("lundi 2026-11-02 08:00"), None)
    meal = an_activity(
        "repas",
        first=date(2026, 9, 1),
        last=date(2027, 7, 2),
        schools=frozenset({SCHOOL, OTHER_SCHOOL}),
        windows=(window, replace(window, opens_at=None, closes_at=paris("dimanche 2026-12-06 23:59"))),
        by_week=True,
        open_outside_windows=True,
        advance=Advance(3, 0, 480),
        capacity=Capacity(None, {OTHER_SCHOOL: 12, SCHOOL: 30}),
        requires=("matin", "midi"),
        excludes=(CANTEEN,),
        meal=True,
        regie="REGIE PERISCOLAIRE",
    )
    pont = Period("Pont", date(2027, 5, 7), date(2027, 5, 7))
    calendar = a_calendar(
        closures=(
            Exceptional(pont, frozenset({CANTEEN}), frozenset({SCHOOL})),
            Exceptional(pont, classes=frozenset({"cm2", "10-mme beatrice esco"})),
            Exceptional(pont, cancels=True),
        ),
        openings=(Exceptional(pont),),
    )
    diets = {DietId("vegetarien"): "Végétarien", DietId("sans-porc"): "Sans porc"}
    town = a_town(an_activity(), meal, message="**Été** « œufs »\n", crest="<svg/>", calendar=calendar, diets=diets)
    again = load(dump(town))
    assert again == town
    assert list(again.activities) == [CANTEEN, "repas"]
    assert list(again.diets) == list(diets)


def test_the_same_town_gives_the_same_text() -> None:
    limited = [
        an_activity(capacity=Capacity(None, by)) for by in ({SCHOOL: 1, OTHER_SCHOOL: 2}, {OTHER_SCHOOL: 2, SCHOOL: 1})
    ]
    assert dump(a_town(limited[0])) == dump(a_town(limited[1]))


def test_a_naive_instant_is_refused() -> None:
    window = Window(date(2026, 9, 1), date(2026, 9, 2), datetime(2026, 8, 1), None)  # noqa: DTZ001 - the point here
    with pytest.raises(ValueError, match="naive"):
        dump(a_town(an_activity(windows=(window,))))


def test_another_format_is_refused() -> None:
    text = json.dumps({**json.loads(dump(a_town())), "format": 0})
    with pytest.raises(ValueError, match="import the town's files again"):
        load(text)


def test_an_unknown_deadline_is_refused() -> None:
    text = dump(a_town(an_activity(booking=NeverOnline()))).replace('"NeverOnline"', '"some day"')
    with pytest.raises(ValueError, match="some day"):
        load(text)


def test_the_billing_software_comes_back() -> None:
    billing = Billing((("Famille", "payeur"), ("Date", "jour")), {BillingCode.LATE: "HD", BillingCode.BY_TOWN: ""})
    assert load(dump(a_town(billing=billing))).billing == billing
    assert "billing" not in dump(a_town()), "a town that says nothing of it is written as before"


def test_the_kitchen_comes_back() -> None:
    sittings = (Sitting("1er service", frozenset({CANTEEN}), frozenset({SCHOOL}), ("CP",)),)
    order = KitchenOrder(
        id=OrderId("cantine"),
        label="Cantine",
        to=("cuisine@traiteur.example",),
        activities=(CANTEEN,),
        sendings=(DaysBefore(0, 525, Counted.OPEN), OnWeekdays(frozenset({5, 1}), 600, Serves.NEXT_WEEK)),
        schools=frozenset({SCHOOL, OTHER_SCHOOL}),
        margin=Margin(5, 2),
        adults=(Adults(SCHOOL, "1er service", 4),),
        acknowledge=AcknowledgeBy(120, after=True),
        pai_names=True,
    )
    town = a_town(sittings=sittings, orders=(order, replace(order, id=OrderId("x"), acknowledge=None)))
    assert load(dump(town)) == town
    assert "orders" not in dump(a_town()), "a town without a kitchen is written as before"
