"""Trying again lasts as long as somebody waits, whatever the number of times."""

from chalicelib.patience import LONGEST_PAUSE_SECONDS, rounds, within
from tests.waiting import without_waiting


def lasted(seconds: float) -> tuple[int, list[float]]:
    with without_waiting() as waits:
        return sum(1 for _ in rounds(seconds)), waits


def test_rounds_fill_the_time_that_is_left() -> None:
    number, waits = lasted(60.0)
    assert 60 - LONGEST_PAUSE_SECONDS - 1 <= sum(waits) < 60
    assert number == len(waits) + 1 > 60 / LONGEST_PAUSE_SECONDS
    assert all(0 <= wait <= LONGEST_PAUSE_SECONDS for wait in waits)
    assert len(set(waits)) == len(waits), "waits must differ, or those who met once meet again"


def test_the_first_waits_are_short() -> None:
    _, waits = lasted(60.0)
    assert sum(waits[:3]) < 0.4


def test_there_is_one_round_even_when_no_time_is_left() -> None:
    with within(0):
        assert lasted(60.0) == (1, [])


def test_a_block_inside_another_never_lasts_longer() -> None:
    with without_waiting() as waits, within(5), within(60):
        assert sum(1 for _ in rounds(30)) > 1
        assert sum(waits) < 5
    assert sum(lasted(30)[1]) > 5, "the block is over"
