"""What the office changes of a week is late as soon as its parents could not change it any more."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.exports.billed import Judgements
from chalicelib.rules.ids import EntryId
from chalicelib.rules.planning import TownDays, Wish
from chalicelib.services.outgoing_ports import Written
from chalicelib.services.ports import JournalEntry
from tests.builders import BOND, WEEKDAYS, a_slot, a_town, an_activity
from tests.clock import paris

CENTRE = an_activity("centre", school_weekdays=WEEKDAYS)
FRIDAY = date(2026, 9, 18)


@pytest.mark.parametrize(
    ("by_week", "at", "late"),
    [
        (False, "mercredi 2026-09-16 09:00", False),
        (False, "jeudi 2026-09-17 10:00", True),
        (True, "dimanche 2026-09-13 09:59", False),
        (True, "dimanche 2026-09-13 10:00", True),
        (True, "mercredi 2026-09-16 09:00", True),
    ],
)
def test_a_day_of_a_week_is_late_with_its_first(by_week: bool, at: str, late: bool) -> None:
    judge = Judgements(TownDays(a_town(replace(CENTRE, by_week=by_week))), {})
    wish = Wish(a_slot(FRIDAY, CENTRE.id), True)
    saved = Written(paris(at), BOND, JournalEntry(EntryId("x"), paris(at), "guichet", (wish,)))
    assert judge.move(wish, saved).late is late
    assert judge.begins(date(2026, 9, 1)) < paris("lundi 2026-08-31 10:00")
