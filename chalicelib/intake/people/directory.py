"""The lists that were staged -> the directory of children. The tables are not read again for it."""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.rules.directory import ListedChild
from chalicelib.rules.ids import ChildId, DietId, SchoolId
from chalicelib.services.directory import put_children
from chalicelib.services.outgoing_ports import DirectoryKeeper, KeptDirectory

_CHILDREN = """
SELECT id, first_name, last_name, school, max(class_name), diet, pai FROM children GROUP BY id ORDER BY id
"""
"""Each child once. Its families say the same of it, but for the class, which one may leave empty."""


class DirectoryWriter:
    """``look`` comes before the lists are written, ``write`` after everything else: what was erased meanwhile stays
    erased."""

    def __init__(self, lists: sqlite3.Connection, store: DirectoryKeeper, now: datetime) -> None:
        self.lists = lists
        self.store = store
        self.now = now
        self.since: KeptDirectory | None = None

    def look(self) -> Collection[ChildId]:
        """The children of the lists before these. Raises Unavailable."""
        self.since = self.store.find()
        return self.since.directory.children.keys() if self.since else frozenset()

    def write(self) -> None:
        """Raises Unavailable."""
        put_children(self.store, self._children(), self.since, self.now)

    def _children(self) -> Mapping[ChildId, ListedChild]:
        """The children of the lists. What the lists have no column for is as the directory had it."""
        before = self.since.directory.children if self.since else {}
        children = {}
        for name, first_name, last_name, school, class_name, diet, pai in self.lists.execute(_CHILDREN):
            child = ChildId(name)
            listed = ListedChild(
                child,
                first_name,
                last_name,
                SchoolId(school),
                class_name,
                diet=DietId(diet) if diet else None,
                pai=bool(pai),
            )
            there = before.get(child, listed)
            children[child] = replace(
                listed,
                diet=there.diet if diet is None else listed.diet,
                pai=there.pai if pai is None else listed.pai,
            )
        return children
