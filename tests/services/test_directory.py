"""The import and an erasure write the same directory of children, and neither undoes the other."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.patience import within
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.errors import Crowded
from chalicelib.rules.ids import ChildId, SchoolId
from chalicelib.services.directory import forget_children, put_children
from chalicelib.services.outgoing_ports import KeptDirectory
from tests.clock import paris
from tests.fakes import MemoryDirectory

NOW = paris("mardi 2026-11-03 08:45")


def listed(*names: str) -> dict[ChildId, ListedChild]:
    children = (ListedChild(ChildId(name), name.title(), "BOND", SchoolId("mallerin"), "CP") for name in names)
    return {child.id: child for child in children}


class Meeting(MemoryDirectory):
    """Somebody else's writing comes just before the first one of ours."""

    def __init__(self, directory: Directory, other: Callable[[MemoryDirectory], None], *, always: bool = False) -> None:
        super().__init__(directory)
        self.other = other
        self.always = always
        self.met = False

    def write(self, directory: Directory, over: KeptDirectory | None) -> None:
        if not self.met or self.always:
            self.met = True
            self.other(self)
        super().write(directory, over)


def erase_james(store: MemoryDirectory) -> None:
    kept = store.kept
    assert kept
    left = {name: child for name, child in kept.directory.children.items() if name != "james"}
    MemoryDirectory.write(store, Directory(kept.directory.made_at, left), kept)


def touch(store: MemoryDirectory) -> None:
    kept = store.kept
    assert kept
    moved = kept.directory.made_at + timedelta(seconds=1)
    MemoryDirectory.write(store, Directory(moved, kept.directory.children), kept)


def test_the_first_import_writes_it() -> None:
    store = MemoryDirectory()
    put_children(store, listed("james"), None, NOW)
    assert store.read() == Directory(NOW, listed("james"))


def test_nothing_is_written_when_nothing_changed() -> None:
    store = MemoryDirectory(Directory(NOW, listed("james")))
    put_children(store, listed("james"), store.find(), NOW + timedelta(days=1))
    assert store.read().made_at == NOW


def test_a_child_that_was_erased_during_the_import_stays_erased() -> None:
    store = MemoryDirectory(Directory(NOW, listed("james", "aline")))
    since = store.find()
    forget_children(store, {ChildId("james")})
    put_children(store, listed("james", "aline", "noe"), since, NOW)
    assert store.read().children == listed("aline", "noe")


def test_nor_does_one_come_back_that_is_erased_at_the_same_moment() -> None:
    store = Meeting(Directory(NOW, listed("james", "aline")), erase_james)
    put_children(store, listed("james", "aline", "noe"), store.find(), NOW)
    assert store.read().children == listed("aline", "noe")


def test_a_child_is_forgotten_in_every_version_also_when_others_write() -> None:
    store = Meeting(Directory(NOW, listed("james", "aline")), touch)
    forget_children(store, {ChildId("james"), ChildId("nobody")})
    assert store.read().children == listed("aline")
    assert store.older == []


def test_an_erasure_that_was_ended_before_the_older_versions_went_finishes() -> None:
    store = MemoryDirectory(Directory(NOW, listed("aline")))
    store.older.append(Directory(NOW, listed("james", "aline")))
    forget_children(store, {ChildId("james")})
    assert store.older == []


def test_where_there_is_none_nothing_is_forgotten() -> None:
    store = MemoryDirectory()
    forget_children(store, {ChildId("james")})
    assert store.find() is None


def test_who_never_gets_a_turn_is_told_so() -> None:
    store = Meeting(Directory(NOW, listed("james")), touch, always=True)
    with within(0), pytest.raises(Crowded):
        forget_children(store, {ChildId("james")})
    with within(0), pytest.raises(Crowded):
        put_children(store, listed("aline"), None, NOW)
