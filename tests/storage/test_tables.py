"""The tables that CloudFormation will create, and the rows that the code writes in them."""

from collections import defaultdict
from typing import Any

import pytest
from pynamodb.models import Model

from chalicelib.storage.database import Database
from chalicelib.storage.journal_rows import ByWritten
from infra.declared import keys_of, tables_of, template
from tests.every_row import ROWS

TABLES = tables_of("town")


def test_the_tables_are_those_of_this_slice() -> None:
    of_parents = {"families", "logins", "planning", "journal", "places", "throttle", "town", "outbox"}
    assert TABLES.keys() == {f"town-{name}" for name in of_parents | {"invoices", "payments"}}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_rows_have_the_keys_of_their_table(row: type[Model]) -> None:
    keys = {
        attribute.attr_name: ("HASH" if attribute.is_hash_key else "RANGE", attribute.attr_type)
        for attribute in row.get_attributes().values()
        if attribute.is_hash_key or attribute.is_range_key
    }
    assert keys == keys_of(TABLES[f"town-{row.Meta.table_name}"])


def test_every_table_has_its_row() -> None:
    assert TABLES.keys() == {f"town-{row.Meta.table_name}" for row in ROWS}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_outlives_mistakes(name: str) -> None:
    resource = next(one for one in template()["Resources"].values() if _name(one) == name)
    properties = resource["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["DeletionProtectionEnabled"] is True
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def _name(resource: dict[str, Any]) -> str:
    name: str = resource["Properties"]["TableName"]["Fn::Sub"]
    return name.replace("${TablePrefix}", "town")


def test_what_is_personal_and_not_accounts_expires() -> None:
    """Families and their codes go by a command, their signed-out sessions by themselves; invoices and attempts to pay
    by the same command, the payments' journal after its ten years."""
    expiring = {
        name: table["TimeToLiveSpecification"] for name, table in TABLES.items() if "TimeToLiveSpecification" in table
    }
    some_time = {"families", "planning", "journal", "payments", "outbox", "throttle"}
    assert expiring.keys() == {f"town-{name}" for name in some_time}
    assert all(one == {"AttributeName": "expires", "Enabled": True} for one in expiring.values())


def test_the_kitchens_list_is_an_index() -> None:
    (index,) = TABLES["town-planning"]["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by-day"
    assert [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]] == [
        ("day", "HASH"),
        ("family", "RANGE"),
    ]
    assert index["Projection"] == {"ProjectionType": "ALL"}


def test_the_feed_of_saves_is_an_index_of_what_it_needs() -> None:
    """Refusals and what already was so stay out of it: an index is written and kept like a table."""
    (index,) = TABLES["town-journal"]["GlobalSecondaryIndexes"]
    assert [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]] == [
        ("feed", "HASH"),
        ("written", "RANGE"),
    ]
    declared = ByWritten.Meta.projection
    assert index["IndexName"] == ByWritten.Meta.index_name
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": declared.non_key_attributes}


def test_two_towns_in_one_process_do_not_mix(moto_database: Database) -> None:
    other = Database(region="eu-west-3", prefix="other")
    mine, theirs = moto_database.bind(ROWS[0]), other.bind(ROWS[0])
    assert (mine.Meta.table_name, theirs.Meta.table_name) == ("test-families", "other-families")
    assert ROWS[0].Meta.table_name == "families"


def test_rows_that_share_a_table_share_its_indexes() -> None:
    """pynamodb keeps the schema of the first one that is bound, and refuses the queries of the other."""
    by_table: dict[str, set[frozenset[str]]] = defaultdict(set)
    for row in ROWS:
        by_table[row.Meta.table_name].add(frozenset(row._indexes))
    assert {table for table, schemas in by_table.items() if len(schemas) > 1} == set()
