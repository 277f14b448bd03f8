"""A value class is the standard library's frozen dataclass, whatever is asked of it first."""

import copy
import dataclasses
import importlib
import inspect
import pickle
import pkgutil
import threading
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chalicelib
from chalicelib import values
from chalicelib.values import Value

ROUNDS = 50
CODE = Path(__file__).parents[1] / "chalicelib"


class Coin(Value):
    """Its twin below is written the same."""

    cents: int
    name: str = "sou"
    marks: dict[str, int] = dataclasses.field(default_factory=dict, compare=False)

    @cached_property
    def halved(self) -> float:
        return self.cents / 2


@dataclasses.dataclass(frozen=True)
class Twin:
    cents: int
    name: str = "sou"
    marks: dict[str, int] = dataclasses.field(default_factory=dict, compare=False)

    @cached_property
    def halved(self) -> float:
        return self.cents / 2


COINS = st.fixed_dictionaries({"cents": st.integers(0, 2)}, optional={"name": st.sampled_from(["sou", "écu"])})


def both(facts: dict[str, Any]) -> tuple[Coin, Twin]:
    return Coin(**facts), Twin(**facts)


@given(COINS, COINS)
def test_values_are_equal_and_hashed_as_dataclasses_are(one: dict[str, Any], other: dict[str, Any]) -> None:
    (ours, theirs), (our_other, their_other) = both(one), both(other)
    assert (ours == our_other) == (theirs == their_other)
    assert (hash(ours) == hash(our_other)) == (hash(theirs) == hash(their_other))
    assert ours != object()
    assert repr(ours) == repr(theirs).replace("Twin", "Coin")


@given(COINS, COINS)
def test_values_are_copied_and_taken_apart_as_dataclasses_are(one: dict[str, Any], other: dict[str, Any]) -> None:
    ours, theirs = both(one)
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert dataclasses.asdict(dataclasses.replace(ours, **other)) == dataclasses.asdict(
        dataclasses.replace(theirs, **other)
    )
    assert ours == copy.deepcopy(ours) == pickle.loads(pickle.dumps(ours))  # noqa: S301 - our own
    assert ours.halved == ours.halved == theirs.halved
    assert [(f.name, f.type, f.compare) for f in dataclasses.fields(Coin)] == [
        (f.name, f.type, f.compare) for f in dataclasses.fields(Twin)
    ]
    assert inspect.signature(Coin) == inspect.signature(Twin)


@pytest.mark.parametrize("kind", [Coin, Twin])
def test_values_are_as_frozen_and_as_strict_as_dataclasses(kind: Any) -> None:
    assert frozen_cents(kind(1))
    wrong: list[tuple[object, ...]] = [(), (1, "sou", {}, 4)]
    for args in wrong:
        with pytest.raises(TypeError):
            kind(*args)
    with pytest.raises(TypeError):
        kind(1, weight=2)


def frozen_cents(coin: Any) -> bool:
    with pytest.raises(dataclasses.FrozenInstanceError):
        coin.cents = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del coin.cents
    return True


def test_mypy_takes_values_for_frozen_dataclasses() -> None:
    """Run by ``make check``: an ignore that is not needed is an error there."""
    coin = Coin(cents=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        coin.cents = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        Coin()  # type: ignore[call-arg]
    assert dataclasses.replace(Coin("1"), cents=3) == Coin(3)  # type: ignore[arg-type]


def fresh() -> Any:
    """A value class of which nothing was asked yet."""

    class Fresh(Value):
        x: int
        y: int = 2

    return Fresh


def unborn(kind: Any, x: int) -> Any:
    """An instance as pickle makes it, in a process that never called the class."""
    made = object.__new__(kind)
    vars(made).update(x=x, y=2)
    return made


def matched(kind: Any, one: Any) -> tuple[int, int] | None:
    match one:
        case kind(x, y):
            return x, y
    return None


def frozen(one: Any) -> bool:
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.x
    return True


FIRST_ASKED: dict[str, Callable[[Any], object]] = {
    "made": lambda kind: kind(1),
    "equal": lambda kind: unborn(kind, 1) == unborn(kind, 1),
    "hashed": lambda kind: hash(unborn(kind, 1)) == hash(unborn(kind, 1)),
    "printed": lambda kind: repr(unborn(kind, 1)).endswith("Fresh(x=1, y=2)"),
    "replaced": lambda kind: dataclasses.replace(unborn(kind, 1), y=3).y == 3,
    "fields": lambda kind: [one.name for one in dataclasses.fields(kind)] == ["x", "y"],
    "asked": dataclasses.is_dataclass,
    "its signature": lambda kind: list(inspect.signature(kind).parameters) == ["x", "y"],
    "matched": lambda kind: matched(kind, unborn(kind, 1)) == (1, 2),
    "kept as it is": lambda kind: frozen(unborn(kind, 1)),
    "inherited": lambda kind: type("Child", (kind,), {"__annotations__": {"z": int}, "z": 4})(1, 2).z == 4,
}


@pytest.mark.parametrize("first", FIRST_ASKED)
def test_whatever_is_asked_first_finishes_the_class(first: str) -> None:
    kind = fresh()
    assert kind in values._unfinished
    assert FIRST_ASKED[first](kind)
    assert kind not in values._unfinished
    assert kind(1) == kind(1, 2) != kind(1, 3)


def test_every_value_class_of_the_code_can_be_finished() -> None:
    """What ``dataclass`` refuses, as a default that may change, is found here instead of by an import."""
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kinds = [kind for kind in values.Value.__subclasses__() if kind.__module__.startswith("chalicelib.")]
    assert len(kinds) > 50
    for kind in kinds:
        values.finish(kind)
        assert "__init__" in vars(kind)


@pytest.mark.parametrize("path", sorted(CODE.rglob("*.py")), ids=lambda path: str(path.relative_to(CODE)))
def test_a_frozen_class_costs_no_import(path: Path) -> None:
    """What orders itself, has slots or takes keywords alone is a dataclass at once: those are few."""
    assert path.name == "values.py" or "@dataclass(frozen=True)" not in path.read_text(), "let it inherit from Value"


def test_the_base_is_no_dataclass() -> None:
    assert not dataclasses.is_dataclass(Value)


def test_threads_that_meet_find_it_finished() -> None:
    for _ in range(ROUNDS):
        kind, met = fresh(), threading.Barrier(4)
        found: list[bool] = []

        def use(kind: Any = kind, met: threading.Barrier = met, found: list[bool] = found) -> None:
            met.wait()
            found.append(kind(1) == kind(x=1) and hash(kind(1)) == hash(kind(1)))

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [True] * 4


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """What these tests make is not kept for the process."""
    before = set(values._unfinished)
    yield
    values._unfinished.intersection_update(before)
