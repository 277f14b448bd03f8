"""The compact directory of children: what lists and orders say of a child, without opening its families one by one."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from chalicelib.rules.ids import ChildId, DietId, SchoolId
from chalicelib.values import Value


class ListedChild(Value):
    """A child of the town's lists, once, even when two families have it."""

    id: ChildId
    first_name: str
    last_name: str
    school: SchoolId
    class_name: str
    diet: DietId | None = field(default=None, repr=False)
    """None: no diet of its own. A diet can reveal religion or health: it is never written in a log."""
    pai: bool = field(default=False, repr=False)
    """Whether an individual health plan (*projet d'accueil individualisé*) is in force."""


class Directory(Value):
    """Every child of the town's lists, as an import left them at ``made_at`` (aware UTC).

    An import that changes none of them does not write it again.
    """

    made_at: datetime
    children: Mapping[ChildId, ListedChild]
