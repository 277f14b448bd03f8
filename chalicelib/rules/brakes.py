"""How much one import may change before it stops and asks."""

from chalicelib.values import Value


class Brakes(Value):
    """An import stops when more than ``count`` things of one kind, more than ``percent`` of them, change or leave."""

    count: int = 20
    percent: int = 5

    def with_those_of(self, other: "Brakes") -> "Brakes":
        """The stricter of both: a town file that loosens its brakes is still judged by those that are published."""
        return Brakes(min(self.count, other.count), min(self.percent, other.percent))
