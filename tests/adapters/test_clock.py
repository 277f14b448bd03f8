"""The clocks: aware instants, and a demo that starts when it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters.clock import OffsetClock, SystemClock, clock_for
from tests.clock import paris


def test_the_systems_clock_is_aware() -> None:
    before = datetime.now(UTC)
    assert before <= clock_for("").now() <= datetime.now(UTC)
    assert isinstance(clock_for(""), SystemClock)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        pytest.param("2015-12-22T14:54", "mardi 2015-12-22 14:54", id="winter"),
        pytest.param("2026-07-14T00:00:30", "mardi 2026-07-14 00:00:30", id="summer, with seconds"),
    ],
)
def test_a_demo_starts_at_a_paris_wall_time_and_runs_on(told: str, meant: str) -> None:
    clock = clock_for(told)
    first, second = clock.now(), clock.now()
    assert paris(meant) <= first <= second < paris(meant) + timedelta(seconds=5)
    assert first.tzinfo is UTC


def test_time_passes_at_its_usual_speed() -> None:
    clock = OffsetClock(paris("mardi 2015-12-22 14:54"))
    started = datetime.now(UTC)
    first = clock.now()
    while datetime.now(UTC) - started < timedelta(milliseconds=30):
        pass
    assert timedelta(milliseconds=25) < clock.now() - first < timedelta(seconds=5)


@pytest.mark.parametrize("told", ["demain", "2015-13-22T14:54", "2015-12-22T14:54Z", "2015-12-22T14:54+01:00"])
def test_another_text_is_refused_with_a_sentence(told: str) -> None:
    with pytest.raises(ValueError, match="DEMO_NOW"):
        clock_for(told)
