"""Who writes the directory of children: the import puts all of them in it, an erasure takes some out."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.patience import rounds
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.errors import Crowded, StaleWrite
from chalicelib.rules.ids import ChildId
from chalicelib.services.outgoing_ports import DirectoryKeeper, KeptDirectory

PATIENCE_SECONDS = 12.0
"""Seconds for which a writing is tried again while others write."""


def put_children(
    store: DirectoryKeeper, children: Mapping[ChildId, ListedChild], since: KeptDirectory | None, now: datetime
) -> None:
    """Make the directory say ``children``. ``since`` is what was found before the lists were written.

    A child that somebody took out since then was erased, and is not put in again. Raises Unavailable.
    """
    for _ in rounds(PATIENCE_SECONDS):
        found = store.find()
        erased = _names(since) - _names(found)
        wanted = {name: child for name, child in children.items() if name not in erased}
        if found and found.directory.children == wanted:
            return
        try:
            store.write(Directory(now, wanted), found)
        except StaleWrite:
            continue
        return
    raise Crowded("directory.put_children")


def forget_children(store: DirectoryKeeper, children: Collection[ChildId]) -> None:
    """Take ``children`` out of the directory and out of all its versions.

    After an interruption, a second call finishes. Raises Unavailable.
    """
    for _ in rounds(PATIENCE_SECONDS):
        found = store.find()
        if found is None:
            return
        left = {name: child for name, child in found.directory.children.items() if name not in children}
        try:
            if len(left) < len(found.directory.children):
                store.write(replace(found.directory, children=left), found)
        except StaleWrite:
            continue
        store.delete_older()
        return
    raise Crowded("directory.forget_children")


def _names(kept: KeptDirectory | None) -> frozenset[ChildId]:
    return frozenset(kept.directory.children) if kept else frozenset()
