"""What exports keep: the same promises in memory, on a disk, on DynamoDB and S3."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.aws import documents_client
from chalicelib.adapters.export_shelf import S3Shelf
from chalicelib.exports.folder import Folder
from chalicelib.rules.errors import NotFound, StaleWrite, Unavailable
from chalicelib.services.outgoing_ports import BillingBook, ChangeFile, ClosedMonth, CursorStore, Shelf
from chalicelib.settings import Settings
from chalicelib.storage.billing_book import DynamoBillingBook
from chalicelib.storage.cursors import DynamoCursorStore
from tests.clock import paris
from tests.fakes import MemoryBillingBook, MemoryCursors, MemoryShelf
from tests.stand_in import REGION
from tests.storage.conftest import DYNAMODBS

MONDAY = paris("lundi 2026-11-23 08:00")
FIRST = ChangeFile("nuit", 1, MONDAY, MONDAY + timedelta(hours=1))
DONE = ChangeFile("nuit", 1, MONDAY, MONDAY + timedelta(hours=1), done=True)


@pytest.fixture(params=["memory", *DYNAMODBS])
def cursors(request: pytest.FixtureRequest) -> CursorStore:
    if request.param == "memory":
        return MemoryCursors()
    return DynamoCursorStore(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture(params=["memory", "disk", "moto", "ministack"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "memory":
        return MemoryShelf()
    if request.param == "disk":
        return Folder(tmp_path)
    settings: Settings = request.getfixturevalue(f"{request.param}_settings")
    client = documents_client(region=REGION, endpoint=settings.endpoint)
    return S3Shelf(client, settings.bucket, "exports/2026-11-23/")


def test_a_consumer_is_where_it_was_left(cursors: CursorStore) -> None:
    assert cursors.last("nuit") is None
    cursors.move(None, FIRST)
    assert (cursors.last("nuit"), cursors.last("ciril")) == (FIRST, None)
    cursors.move(FIRST, DONE)
    assert cursors.last("nuit") == DONE


def test_the_same_move_may_be_made_again(cursors: CursorStore) -> None:
    """Its answer was lost."""
    for _ in range(2):
        cursors.move(None, FIRST)
    for _ in range(2):
        cursors.move(FIRST, DONE)
    assert cursors.last("nuit") == DONE


def test_two_runs_do_not_move_one_cursor(cursors: CursorStore) -> None:
    cursors.move(None, FIRST)
    other = ChangeFile("nuit", 1, MONDAY, MONDAY + timedelta(hours=2))
    with pytest.raises(StaleWrite):
        cursors.move(None, other)
    with pytest.raises(StaleWrite):
        cursors.move(other, DONE)
    assert cursors.last("nuit") == FIRST


@pytest.fixture(params=["memory", *DYNAMODBS])
def book(request: pytest.FixtureRequest) -> BillingBook:
    if request.param == "memory":
        return MemoryBillingBook()
    return DynamoBillingBook(request.getfixturevalue(f"{request.param}_database"))


def test_a_month_is_closed_once(book: BillingBook) -> None:
    november = ClosedMonth(date(2026, 11, 1), "Mme Petit", MONDAY, MONDAY + timedelta(minutes=1), "2026-11/a")
    october = ClosedMonth(date(2026, 10, 1), "M. Roux", MONDAY, MONDAY + timedelta(minutes=2), "2026-10/b")
    assert book.closed() == ()
    for month in (november, october, november):
        book.close(month)
    assert book.closed() == (november, october), "in the order of closing"
    with pytest.raises(StaleWrite):
        book.close(ClosedMonth(date(2026, 11, 1), "M. Roux", MONDAY, MONDAY + timedelta(minutes=3), "2026-11/c"))
    assert book.closed() == (november, october)


def test_a_file_is_read_as_it_was_put(shelf: Shelf) -> None:
    shelf.put("a.csv", iter([b"x" * 3_000_000, b"y" * 3_000_000]))
    shelf.put("a.csv", iter([b"one", b"", b"two"]))
    assert (shelf.has("a.csv"), shelf.has("b.csv")) == (True, False)
    assert b"".join(shelf.read("a.csv")) == b"onetwo"
    shelf.remove("a.csv")
    shelf.remove("a.csv")
    assert not shelf.has("a.csv")
    with pytest.raises(NotFound):
        list(shelf.read("a.csv"))


def test_half_a_file_is_no_file(shelf: Shelf) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 5_000_000
        raise Unavailable("feed")

    shelf.put("a.csv", [b"before"])
    for name in ("a.csv", "b.csv"):
        with pytest.raises(Unavailable):
            shelf.put(name, broken())
    assert b"".join(shelf.read("a.csv")) == b"before"
    assert not shelf.has("b.csv")
