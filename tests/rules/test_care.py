"""What a line is for: its own words first, then names, and never a guess."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.rules.care import Care, Untold, care_of
from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.money import Cents
from tests.builders import ALINE, JAMES, MORNING, a_child, a_family, a_town, an_activity

EVENING = ActivityId("garderie-soir")
TOWN = a_town(
    an_activity(),
    an_activity(MORNING, label="Garderie du matin", childcare=True),
    an_activity(EVENING, label="Garderie du soir", childcare=True),
)
FAMILY = a_family(a_child(), a_child(ALINE, first_name="Aline"))


def a_line(what: str = "Garderie du matin", child: str = "James", **changes: Any) -> InvoiceLine:
    return replace(InvoiceLine(what, child, Decimal(4), Decimal(212), Cents(848)), **changes)


@pytest.mark.parametrize(
    ("line", "care"),
    [
        pytest.param(a_line(activity=MORNING, child_id=JAMES), Care(MORNING, JAMES), id="it says both"),
        pytest.param(a_line("Divers", "?", activity=MORNING, child_id=JAMES), Care(MORNING, JAMES), id="before names"),
        pytest.param(a_line(), Care(MORNING, JAMES), id="by names"),
        pytest.param(a_line("GARDERIE DU SOIR", "BOND Aline"), Care(EVENING, ALINE), id="another way to write them"),
        pytest.param(a_line("Garderie du soir (octobre 2026)"), Care(EVENING, JAMES), id="and when it was"),
        pytest.param(a_line("Cantine"), None, id="a meal"),
        pytest.param(a_line(activity=ActivityId("cantine")), None, id="a meal, it says"),
        pytest.param(a_line("Garderie du soir : retard"), Untold.ACTIVITY, id="a penalty"),
        pytest.param(a_line("Pénalité de garderie du soir"), Untold.ACTIVITY, id="another penalty"),
        pytest.param(a_line("Garderie"), Untold.ACTIVITY, id="which of them"),
        pytest.param(a_line(activity=ActivityId("inconnue")), Untold.ACTIVITY, id="an activity of nobody"),
        pytest.param(a_line(child=""), Untold.CHILD, id="no child"),
        pytest.param(a_line(child="Bond"), Untold.CHILD, id="two children"),
        pytest.param(a_line(child_id=ChildId("c-1")), Untold.CHILD, id="a child of another family"),
    ],
)
def test_what_a_line_is_for(line: InvoiceLine, care: Care | Untold | None) -> None:
    assert care_of(line, FAMILY, TOWN) == care


def test_two_activities_of_one_name_are_not_told_apart() -> None:
    twins = a_town(*(an_activity(name, label="Garderie", childcare=True) for name in (MORNING, EVENING)))
    assert care_of(a_line("Garderie"), FAMILY, twins) is Untold.ACTIVITY
    assert care_of(a_line("Garderie", activity=EVENING), FAMILY, twins) == Care(EVENING, JAMES)


def test_a_child_that_went_to_another_home_was_paid_for_all_the_same() -> None:
    moved = replace(FAMILY, children=FAMILY.children[:1], former=FAMILY.children[1:])
    assert care_of(a_line(child="Aline"), moved, TOWN) == Care(MORNING, ALINE)


def test_an_activity_that_the_town_no_longer_has_still_counts() -> None:
    """A new school year has new activities, and payments of the old ones still come."""
    later = a_town(an_activity()).after(TOWN)
    assert care_of(a_line(activity=EVENING), FAMILY, later) == Care(EVENING, JAMES)
    assert care_of(a_line("Garderie du soir"), FAMILY, later) == Care(EVENING, JAMES)
    assert later.after(TOWN).after(later).former_care == {MORNING, EVENING}
    assert a_town(an_activity(MORNING, childcare=True)).after(later).former_care == {EVENING}
