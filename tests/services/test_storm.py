"""The storm: hundreds of payments, every outcome and every event of a régie's life, broken off at any call.

The bank is the simulator's own book, on a virtual clock; the portal's stores are those in memory, which the contract
tests hold to DynamoDB's. In the end everything is done once more, until it is quiet: the difference is 0,00 €.
"""

import pytest

from tests.services.regie_truth import (
    difference,
    each_payment_is_told_once,
    no_page_is_open_twice,
    the_books_are_one,
    the_journal_is_whole,
    the_points_are_what_a_person_must_see,
)
from tests.services.storm import PAYMENTS, Storm
from tests.services.storm_steps import EVERY_EVENT, PLAN

SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_the_storm_the_difference_is_nothing(seed: int) -> None:
    storm = Storm(seed)
    storm.rages(PLAN, EVERY_EVENT)
    regie = storm.regie
    regie.ends()
    assert difference(regie) == 0
    the_books_are_one(regie)
    the_journal_is_whole(regie)
    each_payment_is_told_once(regie)
    the_points_are_what_a_person_must_see(regie)
    no_page_is_open_twice(regie)
    letters = {one.outcome.letter for one in regie.bank.ledger.all() if one.outcome}
    assert letters >= set("PVRZAQ")
    assert storm.seen.keys() >= EVERY_EVENT
    assert len(regie.bank.ledger.all()) >= PAYMENTS
    assert storm.broken > 50
