"""The simulated rush: the same for the same seed, and it tells the two ways of saving apart."""

from infra.bench.rush import Crowd, RushOutcome, one_transaction, reserve_first, simulate

SMALL = Crowd(parents=400, seconds=0.16, places=100)


def test_counters_in_the_transaction_leave_many_unanswered() -> None:
    assert simulate(one_transaction, SMALL).unavailable > 0.3


def test_reserving_first_answers_everybody_and_sells_every_place() -> None:
    found = simulate(reserve_first, SMALL)
    assert found.unavailable == 0
    assert found.sold == [SMALL.places] * SMALL.days
    assert found.p99 < 1


def test_a_crowd_is_the_same_for_the_same_seed() -> None:
    found: list[RushOutcome] = [simulate(reserve_first, Crowd(parents=300, seed=seed)) for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]
