"""Value classes that are finished when they are first used.

``dataclass`` writes source for each class and compiles it. Pages have some eighty value classes and need a dozen for
one answer, so a cold start would spend most of its own time on classes that nobody uses.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, dataclass_transform

_lock = threading.RLock()
"""Held while a class is finished; finishing a class may finish the class that it inherits from."""
_unfinished: set[type] = set()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value:
    """A frozen dataclass of the standard library from its first use on; until then, only its bare class.

    The methods here stand in the place of a dataclass's own: each finishes the class, which then has its own methods,
    and calls the right one. Nothing is ever taken away from a class: a thread that comes meanwhile waits, or finds
    everything done.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _unfinished.add(cls)


def finish(cls: type) -> None:
    """Make a dataclass of ``cls``, unless it is one already."""
    if cls in _unfinished:
        with _lock:
            if cls in _unfinished:
                dataclass(frozen=True)(cls)
                _unfinished.discard(cls)


class _Fact:
    """An attribute of a dataclass that the standard library reads, got from a class that is not finished.

    A dataclass has no ``__signature__`` of its own: who asks for it reads the one of ``__init__`` next.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, _instance: object, cls: type) -> Any:
        finish(cls)  # Value itself is no dataclass, only what inherits from it.
        if self.name not in vars(cls) or cls is Value:
            raise AttributeError(self.name)
        return vars(cls)[self.name]


def _finishing(name: str) -> Callable[..., Any]:
    def first(self: object, *args: Any, **kwargs: Any) -> Any:
        finish(type(self))
        return getattr(self, name)(*args, **kwargs)

    return first


for _name in ("__dataclass_fields__", "__match_args__", "__signature__"):
    setattr(Value, _name, _Fact(_name))
for _name in ("__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__"):
    setattr(Value, _name, _finishing(_name))
