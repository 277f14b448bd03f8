"""The lean client reads in answers what botocore reads in them, and asks for nothing that nobody reads."""

import base64
import json
from typing import Any

import pytest
from botocore.parsers import create_parser
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.client import PlainParsers
from chalicelib.storage.database import Database
from chalicelib.storage.families import DynamoFamilyStore
from infra.bench.recorder import recording
from tests.aws_calls import Answer, Attempt, intercepted
from tests.builders import BOND

MODEL = get_session().get_service_model("dynamodb")
VALUES = st.recursive(
    st.one_of(
        st.text().map(lambda text: {"S": text}),
        st.integers().map(lambda number: {"N": str(number)}),
        st.booleans().map(lambda told: {"BOOL": told}),
        st.just({"NULL": True}),
        st.binary().map(lambda raw: {"B": base64.b64encode(raw).decode()}),
        st.lists(st.text(), min_size=1).map(lambda texts: {"SS": texts}),
        st.lists(st.binary(), min_size=1).map(lambda raws: {"BS": [base64.b64encode(raw).decode() for raw in raws]}),
    ),
    lambda inner: st.one_of(
        st.lists(inner).map(lambda values: {"L": values}),
        st.dictionaries(st.text(), inner).map(lambda values: {"M": values}),
    ),
    max_leaves=6,
)
ITEMS = st.lists(st.dictionaries(st.text(min_size=1), VALUES, max_size=4), max_size=4)


def both(status: int, body: bytes, operation: str = "Query") -> tuple[Any, Any]:
    """What our parser and botocore's make of an answer."""
    shape = MODEL.operation_model(operation).output_shape
    headers = {"X-Amzn-RequestId": "r-1", "x-amzn-requestid": "r-1", "Content-Type": "application/x-amz-json-1.0"}
    response = {"status_code": status, "headers": headers, "body": body, "context": {}}
    return PlainParsers().create_parser("json").parse(response, shape), create_parser("json").parse(response, shape)


@given(items=ITEMS, key=st.dictionaries(st.text(min_size=1), VALUES, max_size=2))
def test_items_are_what_botocore_reads(items: list[Any], key: dict[str, Any]) -> None:
    ours, theirs = both(200, json.dumps({"Items": items, "Count": len(items), "LastEvaluatedKey": key}).encode())
    assert ours == theirs


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slower"}'),
        (400, b'{"__type":"x#TransactionCanceledException","CancellationReasons":[{"Code":"None"}],"Message":"no"}'),
        (500, b""),
        (503, b"<html>busy</html>"),
        (200, b"{}"),
        (200, b"not JSON"),
    ],
)
def test_what_is_no_answer_is_botocore_s(status: int, body: bytes) -> None:
    ours, theirs = both(status, body)
    assert ours == theirs


def test_a_batch_is_what_botocore_reads() -> None:
    told = {"Responses": {"test-places": [{"day": {"S": "2026-09-14"}}]}, "UnprocessedKeys": {}}
    ours, theirs = both(200, json.dumps(told).encode(), "BatchGetItem")
    assert ours == theirs


def test_the_client_is_lean_and_says_who_it_is(moto_database: Database) -> None:
    client = moto_database.connection.client
    assert client.meta.config.account_id_endpoint_mode == "disabled"
    sent = []

    def around(attempt: Attempt, send: Any) -> Answer:
        sent.append(attempt.request)
        answer: Answer = send()
        return answer

    with intercepted(around):
        DynamoFamilyStore(moto_database).find(BOND)
    (request,) = sent
    assert "ReturnConsumedCapacity" not in json.loads(request.body)
    assert b"Botocore/" in request.headers["User-Agent"]


def test_who_measures_still_learns_what_was_consumed(moto_database: Database) -> None:
    with recording() as made:
        DynamoFamilyStore(moto_database).find(BOND)
    assert made.units > 0
