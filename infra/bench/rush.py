"""A simulation of the first second of a booking window: how many parents read « indisponible », before and now.

Nobody has such a crowd at hand, and no stand-in conflicts as DynamoDB does. Assumptions, in milliseconds: a read takes
5 to 12, a plain update 4 to 10, a transaction 8 to 20, and at most the first 3 of those pass before it holds its items.
A partition takes 1,000 writes a second. A write on an item that a transaction holds is refused. Everybody wants every
day. Lambda, the network and the parent's patience are left out: they are the same for both.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from chalicelib import patience
from chalicelib.services.saving import PATIENCE_SECONDS
from infra.bench.measure import Figure

READ, UPDATE, TRANSACTION, PREPARED = (0.005, 0.012), (0.004, 0.010), (0.008, 0.020), 0.003
ONE_WRITE = 0.001
OLD_TRIES, OLD_CONFLICTS = 6, 8
"""What the portal did when its save was one transaction: how often a save was decided again, and how many conflicts
were waited for in each."""


@dataclass(frozen=True)
class Crowd:
    """``parents`` who come within ``seconds``, for ``places`` on each of ``days`` days."""

    parents: int = 2500
    seconds: float = 1.0
    places: int = 40
    days: int = 5
    seed: int = 1


@dataclass
class Day:
    taken: int = 0
    held: bool = False
    free_at: float = 0.0
    """When its partition takes the next write, in seconds."""


@dataclass
class World:
    crowd: Crowd
    chance: Random
    now: float = 0.0
    days: list[Day] = field(default_factory=list)

    def lasts(self, bounds: tuple[float, float]) -> float:
        return self.chance.uniform(*bounds)

    def room(self) -> list[Day]:
        return [day for day in self.days if day.taken < self.crowd.places]


Parent = Callable[[World], Iterator[float]]
"""Yields how many seconds she waits for each thing that she asks. It returns when she has her answer, or raises
TurnedAway."""


class TurnedAway(RuntimeError):
    """The parent reads « indisponible »."""


@dataclass(frozen=True)
class RushOutcome:
    """``unavailable`` is the share of the parents, from 0 to 1. ``p99`` is how many seconds pass until nearly everybody
    has an answer."""

    unavailable: float
    p99: float
    sold: Sequence[int]


def one_transaction(world: World) -> Iterator[float]:
    """Counters, days and journal in one transaction, as the save once was."""
    for _ in range(OLD_TRIES):
        yield world.lasts(READ)
        yield world.lasts(READ)
        wanted = world.room()
        for number in range(OLD_CONFLICTS):
            if number:
                yield world.chance.uniform(0, min(0.8, 0.025 * 2**number))
            before, lasts = world.chance.uniform(0, PREPARED), world.lasts(TRANSACTION)
            yield before
            if any(day.held for day in wanted):
                continue
            stale = any(day.taken >= world.crowd.places for day in wanted)
            for day in wanted:
                day.held = True
            yield lasts - before
            for day in wanted:
                day.held = False
                day.taken += not stale
            if not stale:
                return
            break
        else:
            raise TurnedAway
    raise TurnedAway


def reserve_first(world: World) -> Iterator[float]:
    """One plain write for each day, then a transaction that conflicts with nobody."""
    end, longest = world.now + PATIENCE_SECONDS, patience.SHORTEST_PAUSE_SECONDS
    reserved: list[Day] = []
    while world.now < end:
        yield world.lasts(READ)
        yield world.lasts(READ)
        wanted = [day for day in world.room() if day not in reserved]
        full = False
        for day in wanted:
            day.free_at = max(day.free_at, world.now) + ONE_WRITE
            yield day.free_at - world.now + world.lasts(UPDATE)
            if day.taken < world.crowd.places:
                day.taken += 1
                reserved.append(day)
            else:
                full = True
        if not full:
            yield world.lasts(TRANSACTION)
            return
        yield world.chance.uniform(0, longest)
        longest = min(patience.LONGEST_PAUSE_SECONDS, longest * 2)
    raise TurnedAway


def simulate(parent: Parent, crowd: Crowd) -> RushOutcome:
    """The same seed gives the same crowd. Raises AssertionError when a place was sold twice."""
    world = World(crowd, Random(crowd.seed), days=[Day() for _ in range(crowd.days)])  # noqa: S311 - a model
    arrivals = sorted(world.chance.uniform(0, crowd.seconds) for _ in range(crowd.parents))
    events = [(at, number, at, parent(world)) for number, at in enumerate(arrivals)]
    refused, answered, serial = 0, [], crowd.parents
    while events:
        world.now, _, came, steps = heapq.heappop(events)
        try:
            waits = next(steps)
        except StopIteration:
            answered.append(world.now - came)
        except TurnedAway:
            refused += 1
            answered.append(world.now - came)
        else:
            heapq.heappush(events, (world.now + waits, serial, came, steps))
            serial += 1
    sold = [day.taken for day in world.days]
    if max(sold) > crowd.places:
        raise AssertionError(f"{sold} places sold of {crowd.places}")
    return RushOutcome(refused / crowd.parents, sorted(answered)[int(0.99 * (crowd.parents - 1))], sold)


def compare() -> list[Figure]:
    """For few places and for many: who reads « indisponible », and when the last parents have their answer."""
    figures = []
    for places in (40, 200):
        crowd = Crowd(places=places)
        before, since = simulate(one_transaction, crowd), simulate(reserve_first, crowd)
        name = f"rush on {places} places × {crowd.days} days (simulated)"
        note = f"÷ counters in the save's transaction; {crowd.parents} parents in {crowd.seconds:g} s"
        shares = 100 * since.unavailable, 100 * before.unavailable
        figures.append(Figure(f"{name}: told « indisponible »", *shares, unit="%", goal=0, note=note))
        figures.append(Figure(f"{name}: p99", since.p99, 0.5, unit="s", goal=1, note="÷ half a second"))
    return figures
