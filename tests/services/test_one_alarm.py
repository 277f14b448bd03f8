"""A treasury that answers wrongly for hours: other payments are settled meanwhile, and each alarm rings once.

CloudWatch is played: it counts what the job's log says in periods of the alarm's own length, and an alarm rings when it
goes from well to bad.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.payments import AttemptState
from infra.build.alarms import alarms_of, metrics_of
from infra.build.functions import FUNCTIONS
from infra.build.metrics import METRICS, RECONCILE, Metric
from tests.services.test_reconciling import World

EVERY = timedelta(minutes=5)
HOURS = 6
TRIES = 3
"""AWS runs a job that failed twice again."""
Point = tuple[datetime, float]


def properties(name: str) -> dict[str, Any]:
    made = dict(metrics_of(RECONCILE)) | dict(alarms_of(RECONCILE, FUNCTIONS[RECONCILE]))
    found: dict[str, Any] = made[name]["Properties"]
    return found


def alarm_of(metric: Metric) -> str:
    return f"{''.join(word.capitalize() for word in metric.name.split('-'))}Alarm"


def measured(metric: Metric, world: World) -> list[Point]:
    """What CloudWatch keeps of the log for one metric."""
    lines = [(at, facts) for at, event, facts in world.log if event == metric.event and metric.counts(facts)]
    return [(at, float(facts[metric.value]) if metric.value else 1.0) for at, facts in lines]  # type: ignore[arg-type]


def rings(alarm: dict[str, Any], points: Sequence[Point], begun: datetime, ended: datetime) -> int:
    """How often an alarm of the template goes off between two instants."""
    period = timedelta(seconds=alarm["Period"])
    bad = Counter(
        (at - begun) // period
        for at, _ in points
        if _figure(alarm["Statistic"], points, begun, period, (at - begun) // period) > alarm["Threshold"]
    )
    states = [
        sum(place - back in bad for back in range(alarm["EvaluationPeriods"])) >= alarm["DatapointsToAlarm"]
        for place in range((ended - begun) // period + 1)
    ]
    return sum(now and not before for before, now in zip([False, *states], states, strict=False))


def _figure(statistic: str, points: Sequence[Point], begun: datetime, period: timedelta, place: int) -> float:
    values = [value for at, value in points if (at - begun) // period == place]
    return max(values) if statistic == "Maximum" else sum(values)


def a_day(world: World, wrong: Sequence[int]) -> Iterator[int]:
    """The job's runs of a day: for the first hours the treasury breaks down over the ``wrong`` operations."""
    world.breaks_down(*wrong)
    for run in range(24 * 60 // 5):
        if run == HOURS * 60 // 5:
            world.breaks_down()
        world.later(minutes=5)
        try:
            world.run()
        except Unavailable:
            world.failures += [(world.clock.now(), 1.0)] * TRIES
        yield run


@pytest.mark.parametrize("wrong", [range(1, 61), range(1, 11)], ids=["over all", "over ten"])
def test_each_alarm_rings_once_and_is_over_when_the_treasury_answers(wrong: range) -> None:
    world = World()
    begun = world.clock.now()
    world.pays(60)
    for run in a_day(world, wrong):
        if run % 6 == 0 and run < 72:
            world.pays()
            world.treasury.says(f"idop-{len(world.treasury.asked)}", "P")
    ended = world.clock.now()
    alarms = [one for one in METRICS if one.functions[0] == RECONCILE and one.above is not None]
    heard = {one.name: rings(properties(alarm_of(one)), measured(one, world), begun, ended) for one in alarms}
    assert heard == {"payments-not-reconciled": 1, "reconciliation-backlog": 0}
    assert rings(properties(f"{RECONCILE}ErrorsAlarm"), world.failures, begun, ended) == 0
    assert {one.name: measured(one, world)[-1][1] for one in alarms} == dict.fromkeys(heard, 0), "they are over"


def test_the_others_are_settled_meanwhile() -> None:
    world = World()
    world.pays(60)
    for number in range(11, 61):
        world.treasury.says(f"idop-{number}", "P")
    next(a_day(world, range(1, 11)))
    assert Counter(map(world.state, range(1, 61))) == {AttemptState.PENDING: 10, AttemptState.PAID: 50}


def test_the_played_cloudwatch_hears_an_alarm_that_comes_and_goes() -> None:
    """The check can fail: what is measured every second hour rings each time."""
    begun = World().clock.now()
    points = [(begun + timedelta(hours=2 * n, minutes=5 * m), 1.0) for n in range(3) for m in range(6)]
    alarm = {"Period": 300, "Statistic": "Sum", "Threshold": 0, "EvaluationPeriods": 6, "DatapointsToAlarm": 6}
    assert rings(alarm, points, begun, begun + timedelta(hours=12)) == 3
