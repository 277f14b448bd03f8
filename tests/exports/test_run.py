"""Exports by kind: what is asked for is there, whole, with the list of it last."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from chalicelib.exports.folder import Folder
from chalicelib.exports.run import COMPLETE, Asked, Export, PaymentFiles
from chalicelib.rules.errors import Unavailable
from chalicelib.services.outgoing_ports import Shelf
from tests.clock import FixedClock, paris
from tests.exports.reading import cells_of
from tests.exports.regie_desk import Regie
from tests.fakes import MemoryFamilies, MemoryShelf


def two_files(asked: Asked, shelf: Shelf) -> Sequence[str]:
    shelf.put("a.csv", [b"on", b"e"])
    shelf.put("b.csv", [b"two"])
    return "a.csv", "b.csv"


def breaks(asked: Asked, shelf: Shelf) -> Sequence[str]:
    shelf.put("c.csv", [b"three"])
    raise Unavailable("feed")


def test_the_list_of_the_files_comes_last(tmp_path: Path) -> None:
    for shelf in (Folder(tmp_path), MemoryShelf()):
        assert Export({"two": two_files})(["two"], Asked(), shelf) == ["a.csv", "b.csv", COMPLETE]
        assert cells_of(b"".join(shelf.read(COMPLETE))) == [
            ["fichier", "octets", "sha256"],
            ["a.csv", "3", hashlib.sha256(b"one").hexdigest()],
            ["b.csv", "3", hashlib.sha256(b"two").hexdigest()],
        ]


def test_an_interrupted_export_is_not_seen_as_whole(tmp_path: Path) -> None:
    """Not even with the list of the one before."""
    shelf = Folder(tmp_path)
    export = Export({"two": two_files, "breaks": breaks})
    export(["two"], Asked(), shelf)
    with pytest.raises(Unavailable):
        export(["two", "breaks"], Asked(), shelf)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv", "c.csv"]


@pytest.mark.parametrize(("asked", "name"), [(None, "2026-11-23"), (date(2026, 11, 2), "2026-11-02")])
def test_the_payments_are_yesterdays_unless_a_day_is_named(asked: date | None, name: str) -> None:
    regie = Regie()
    clock = FixedClock(paris("mardi 2026-11-24 00:30"))
    kind = PaymentFiles(book=regie.book, invoices=regie.invoices, families=MemoryFamilies(), clock=clock)
    assert kind(Asked(day=asked), MemoryShelf()) == (f"paiements-{name}.csv", "a-verifier.csv")
