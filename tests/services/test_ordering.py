"""The kitchen's orders: at their instant, once, whatever happens to the job; late rather than never."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.kitchen import AcknowledgeBy, DaysBefore
from chalicelib.rules.order_counts import Change, OrderVersion
from chalicelib.services.order_ports import OrderRef
from tests.builders import OTHER_SCHOOL, SCHOOL
from tests.clock import paris
from tests.faults import Killed
from tests.services.kitchen_world import (
    CHEF,
    FRIDAY,
    KITCHEN,
    MONDAY,
    MONDAY_MORNING,
    OFFICE,
    Kitchen,
)
from tests.services.mail_world import Fate, Mortal


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


def versions(kitchen: Kitchen) -> list[OrderVersion]:
    return [one.version for one in kitchen.orders.kept.values() if one.version]


def test_nothing_leaves_before_its_hour_nor_before_its_figures_are_whole(kitchen: Kitchen) -> None:
    kitchen.clock.set("vendredi 2026-11-27 09:59")
    assert kitchen.run() == 0
    kitchen.clock.at = paris(FRIDAY) + timedelta(seconds=89)
    assert kitchen.run() == 0
    kitchen.clock.forward(seconds=1)
    assert kitchen.run() == 1
    assert kitchen.run() == 0
    assert kitchen.process()(lambda: 300.0) == 0, "nor by a process that remembers nothing"


def test_a_friday_order_is_for_the_next_week_and_goes_to_each_address(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    [version] = versions(kitchen)
    assert (version.name, version.at) == ("2026-11-30 n° 1", paris(FRIDAY))
    assert version.days == tuple(MONDAY + timedelta(days=n) for n in (0, 1, 3, 4))
    assert [version.figures.total(day) for day in version.days] == [4, 1, 1, 1]
    assert (version.compared, version.changes) == ((), ())
    mails = kitchen.mails("kitchen-order")
    assert sorted(mail.to for mail in mails) == [CHEF, KITCHEN]
    assert all(mail.urgent and mail.family is None for mail in mails)
    assert "Prénom" not in str(mails), "the outbox keeps no name and no figure"


def test_the_next_order_says_what_moved_and_no_more(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    _, second, *_ = kitchen.children.listed
    kitchen.bookings.book("samedi 2026-11-28 12:00", second, MONDAY, booked=False)
    kitchen.run(MONDAY_MORNING)
    [_, version] = versions(kitchen)
    assert (version.name, version.days) == ("2026-11-30 n° 2", (MONDAY,))
    assert version.changes == (
        Change(MONDAY, SCHOOL, "1er service", None, 2, 1),
        Change(MONDAY, SCHOOL, "1er service", "sans-porc", 1, 0),
    )
    assert [(one.day, one.number, one.at) for one in version.compared] == [(MONDAY, 1, paris(FRIDAY))]
    kitchen.run("mardi 2026-12-01 08:45")
    [*_, tuesday] = versions(kitchen)
    assert (tuesday.name, tuesday.changes) == ("2026-12-01 n° 1", ())
    assert [one.first for one in tuesday.compared] == [MONDAY], "it is compared with the week's order"


@pytest.mark.parametrize(
    ("cancelled", "meals"),
    [
        pytest.param("lundi 2026-11-30 08:44:59", 3, id="a second before"),
        pytest.param("lundi 2026-11-30 08:45:01", 4, id="a second after: the next order"),
    ],
)
def test_the_figures_are_those_of_the_very_instant(kitchen: Kitchen, cancelled: str, meals: int) -> None:
    kitchen.bookings.book(cancelled, kitchen.children.listed[0], MONDAY, booked=False)
    kitchen.run(FRIDAY)
    kitchen.run(MONDAY_MORNING)
    assert versions(kitchen)[-1].figures.total(MONDAY) == meals


def test_an_order_that_is_late_has_the_figures_of_its_hour_and_says_that_it_is_late(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.bookings.book("lundi 2026-11-30 09:30", kitchen.children.listed[0], MONDAY, booked=False)
    kitchen.clock.set("lundi 2026-11-30 11:00")
    assert kitchen.run() == 1
    assert versions(kitchen)[-1].figures.total(MONDAY) == 4
    late = [mail.facts["late"] for mail in kitchen.mails("kitchen-order")]
    assert late == ["", "", "1", "1"]
    assert kitchen.orders.waits[OrderRef.of(versions(kitchen)[-1])] == paris("lundi 2026-11-30 13:00")


def test_an_order_of_more_than_a_day_ago_is_not_sent_and_the_office_is_told_once(kitchen: Kitchen) -> None:
    kitchen.clock.set("samedi 2026-11-28 10:01")
    for _ in range(3):
        assert kitchen.process()(lambda: 300.0) == 0
    [mail] = kitchen.mails("order-trouble")
    assert (mail.to, mail.facts["trouble"]) == (OFFICE, "missed")
    assert len(kitchen.named("order.missed")) == 1
    kitchen.run(MONDAY_MORNING)
    [version] = versions(kitchen)
    assert (version.number, version.compared) == (1, ()), "nothing was sent of this day before"


def test_a_new_order_does_not_send_what_is_past(kitchen: Kitchen) -> None:
    kitchen = Kitchen()
    kitchen.clock.set("lundi 2026-11-30 11:00")
    kitchen.orders.first_looks.clear()
    assert kitchen.process()(lambda: 300.0) == 0
    assert versions(kitchen) == []


def test_an_hour_that_was_moved_to_before_now_is_not_skipped(kitchen: Kitchen) -> None:
    """The order was to leave at 9:30; at 9:00 the town wants it at 8:45."""
    kitchen.configure(sendings=(DaysBefore(0, 570),))
    kitchen.clock.set("lundi 2026-11-30 09:00")
    assert kitchen.run() == 0
    kitchen.configure(sendings=(DaysBefore(0, 525),))
    assert kitchen.run() == 1


def test_two_runs_at_once_make_one_version_and_one_e_mail_for_each_address(kitchen: Kitchen) -> None:
    kitchen.clock.at = paris(FRIDAY) + timedelta(minutes=2)
    store, others = kitchen.orders, []

    class Meanwhile:
        """The other run comes between this one's look and its write."""

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def put(self, *arguments: object) -> None:
            others.append(kitchen.process()(lambda: 300.0))
            store.put(*arguments)  # type: ignore[arg-type]

    assert kitchen.process(Meanwhile())(lambda: 300.0) == 0
    assert others == [1]
    assert len(versions(kitchen)) == 1
    assert Counter(mail.to for mail in kitchen.mails("kitchen-order")) == {KITCHEN: 1, CHEF: 1}


@pytest.mark.parametrize("seed", range(25))
def test_a_job_that_dies_anywhere_makes_the_same_versions(seed: int) -> None:
    """Killed at one call in five, before or after it took effect: as if nothing had happened."""
    calm, dying = Kitchen(), Kitchen()
    fate = Fate(seed, 0.1)
    generator = random.Random(seed)  # noqa: S311 - the same minutes each time
    for at in (FRIDAY, MONDAY_MORNING, "lundi 2026-11-30 10:45", "mardi 2026-12-01 08:45"):
        calm.run(at)
        dying.clock.at = paris(at) + timedelta(minutes=2 + generator.randrange(5))
        for _ in range(20):
            try:
                dying.process(Mortal(dying.orders, fate))(lambda: 300.0)
            except Killed:
                continue
            break
    assert fate.kills
    assert dying.orders.kept.keys() == calm.orders.kept.keys()
    assert [one.version for one in dying.orders.kept.values()] == [one.version for one in calm.orders.kept.values()]
    sent = [Counter((m.id, m.to) for m in one.outbox.mails.values()) for one in (dying, calm)]
    assert sent[0] == sent[1]


def test_an_order_that_cannot_be_made_does_not_stop_the_others_and_is_tried_again(kitchen: Kitchen) -> None:
    listed, kitchen.children.listed = kitchen.children.listed, []
    kitchen.children.read = _unavailable  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable, match="1 could not be sent"):
        kitchen.run(FRIDAY)
    del kitchen.children.read
    kitchen.children.listed = listed
    assert kitchen.run() == 1
    assert [facts["kind"] for facts in kitchen.named("order.failed")] == ["Unavailable"]


def _unavailable() -> None:
    raise Unavailable("directory.read")


def test_the_time_of_the_process_is_kept_to(kitchen: Kitchen) -> None:
    assert kitchen.run(FRIDAY, lambda: 20.0) == 0
    assert kitchen.run() == 1


def test_an_order_that_nobody_acknowledges_is_told_once(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.clock.at = paris("vendredi 2026-11-27 11:59")
    kitchen.run()
    assert kitchen.mails("order-unacknowledged") == []
    kitchen.clock.at = paris("vendredi 2026-11-27 12:00")
    for _ in range(3):
        kitchen.process()(lambda: 300.0)
    [mail] = kitchen.mails("order-unacknowledged")
    assert (mail.to, mail.facts["name"], mail.facts["kitchen"]) == (
        OFFICE,
        "Cantine 2026-11-30 n° 1",
        f"{KITCHEN}, {CHEF}",
    )
    assert len(kitchen.named("order.unacknowledged")) == 1


def test_an_order_that_was_acknowledged_in_time_is_not_told(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.orders.acknowledge(OrderRef.of(versions(kitchen)[0]), kitchen.clock.now())
    kitchen.run("vendredi 2026-11-27 12:00")
    assert kitchen.mails("order-unacknowledged") == []
    kitchen.run(MONDAY_MORNING)
    kitchen.run("lundi 2026-11-30 10:45")
    assert [mail.facts["name"] for mail in kitchen.mails("order-unacknowledged")] == ["Cantine 2026-11-30 n° 2"], (
        "a later version needs its own"
    )


def test_an_order_is_still_awaited_when_the_town_changes_or_drops_it(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.configure(acknowledge=AcknowledgeBy(2000, after=True), sendings=())
    kitchen.run("vendredi 2026-11-27 12:00")
    assert len(kitchen.mails("order-unacknowledged")) == 1


def test_an_order_of_one_school_counts_that_school(kitchen: Kitchen) -> None:
    kitchen.configure(schools=frozenset({OTHER_SCHOOL}))
    kitchen.run(FRIDAY)
    [version] = versions(kitchen)
    assert {place.school for place in version.figures.places} == {OTHER_SCHOOL}
