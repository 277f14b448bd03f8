"""The town's configuration: put by the import, cached by pages, on every backend."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.turning import ClosedNote
from chalicelib.storage import town_codec
from chalicelib.storage.database import Database
from chalicelib.storage.town import DynamoTownStore
from tests.aws_calls import counted
from tests.builders import a_town
from tests.storage.conftest import Stores

NOW = datetime(2026, 9, 11, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 12, 10, 0, tzinfo=UTC)


def test_without_an_import_there_is_no_town(stores: Stores) -> None:
    assert stores.intake.current_town() is None
    with pytest.raises(Unavailable, match="imported"):
        stores.town.current()


def test_the_last_town_put_is_the_current_one(stores: Stores) -> None:
    for name, at in (("Ville A", NOW), ("Ville B", LATER)):
        town = a_town(name=name)
        assert stores.intake.put_town(town, at)
        assert stores.intake.current_town() == town
        assert not stores.intake.put_town(town, at), "it is published already"
        assert stores.town.current() == a_town(name=name)


def test_a_naive_instant_is_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="naive"):
        stores.intake.put_town(a_town(), NOW.replace(tzinfo=None))


def test_every_version_is_kept(database: Database) -> None:
    store = DynamoTownStore(database)
    for name, at in (("Ville A", NOW), ("Ville B", LATER)):
        store.put(a_town(name=name), at)
    versions = [row.version for row in store.rows.query("TOWN")]
    assert versions == ["CURRENT", "V#2026-09-11T10:00:00.000000Z", "V#2026-09-12T10:00:00.000000Z"]


def test_a_town_that_another_version_of_the_portal_wrote_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DynamoTownStore(database)
    with monkeypatch.context() as older:
        older.setattr(town_codec, "FORMAT", 0)
        store.put(a_town(), NOW)
    assert store.published() is None
    assert store.put(a_town(), LATER)
    assert store.published() == store.current() == a_town()


def test_pages_ask_once_a_minute(database: Database) -> None:
    store = DynamoTownStore(database)
    store.put(a_town(name="Ville A"), NOW)
    with counted() as calls:
        first = store.current()
        store.put(a_town(name="Ville B"), LATER)
        assert store.current() is first
    assert calls.names == ["dynamodb:GetItem", "dynamodb:GetItem", "dynamodb:TransactWriteItems"]


def test_an_unchanged_configuration_is_not_compiled_again(database: Database) -> None:
    store = DynamoTownStore(database, fresh=0)
    store.put(a_town(), NOW)
    with counted() as calls:
        assert store.current() is store.current()
    assert calls.names == ["dynamodb:GetItem"] * 2


def test_what_was_worked_out_of_the_days_lives_as_long_as_the_configuration(database: Database) -> None:
    store = DynamoTownStore(database, fresh=0)
    store.put(a_town(name="Ville A"), NOW)
    days = store.days()
    assert store.days() is days
    store.put(a_town(name="Ville B"), LATER)
    assert store.days() is not days
    assert store.days().town == a_town(name="Ville B")


def test_closed_days_are_noted_until_they_are_settled(stores: Stores) -> None:
    first, second = date(2026, 12, 1), date(2026, 12, 3)
    assert stores.intake.closed_noted() == ClosedNote()
    stores.intake.note_closed([first])
    stores.intake.note_closed([first, second], fresh=True)
    stores.intake.note_acted([second])
    assert stores.intake.closed_noted() == ClosedNote(frozenset({first, second}), True, frozenset({second}))
    for _ in range(2):
        stores.intake.closed_settled([second])
        assert stores.intake.closed_noted() == ClosedNote(frozenset({first}), False, frozenset({second}))
    stores.intake.closed_settled([first])
    stores.intake.closed_settled([])
    assert stores.intake.closed_noted() == ClosedNote(acted=frozenset({second}))
