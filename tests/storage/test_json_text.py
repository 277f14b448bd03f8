"""What of a value is written: its fields, whatever it has worked out meanwhile."""

from functools import cached_property

from chalicelib.storage.json_text import facts_of, json_text
from chalicelib.values import Value


class Coin(Value):
    cents: int
    name: str = "écu"

    @cached_property
    def halved(self) -> float:
        return self.cents / 2


def test_what_a_value_worked_out_is_no_fact_of_it() -> None:
    coin = Coin(3)
    assert coin.halved == 1.5
    assert "halved" in vars(coin)
    assert facts_of(coin) == {"cents": 3, "name": "écu"}
    assert json_text(facts_of(coin)) == '{"cents":3,"name":"écu"}'
