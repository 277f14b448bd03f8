"""What AWS does not do: told by its name, survived when it can be."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from chalicelib.patience import within
from chalicelib.rules.errors import Crowded, Unavailable
from chalicelib.rules.planning import PlaceKey
from chalicelib.services.ports import Login
from chalicelib.storage.database import (
    CONNECT_SECONDS,
    MOST_ATTEMPTS,
    PATIENCE_SECONDS,
    READ_SECONDS,
    Database,
    WriteRefused,
)
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.logins import DynamoLoginStore
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.rows import PlaceRow
from tests.aws_calls import Answer, Attempt, counted, intercepted
from tests.builders import BOND, CANTEEN, JAMES
from tests.clock import day
from tests.waiting import without_waiting

MONDAY = day("lundi 2026-09-14")
LOGINS = [(f"{number:064x}", Login(BOND, JAMES, b"salt", b"secret")) for number in range(10)]


def unprocessed(part: str, times: int) -> Callable[[Attempt, Callable[[], Answer]], Answer]:
    """DynamoDB leaves a part of a batch undone, ``times`` times: what a throttled table does."""
    left = [times]

    def around(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        answer, error = send()
        if left[0] and answer:
            left[0] -= 1
            answer[1].update(part_of(part))
        return answer, error

    return around


def part_of(part: str) -> dict[str, Any]:
    item = {"PutRequest": {"Item": {"login": {"S": LOGINS[0][0]}, "family": {"S": "again"}, **REST}}}
    asked = {"Keys": [{"day": {"S": MONDAY.isoformat()}, "counter": {"S": CANTEEN}}]}
    return {part: {"test-logins": [item]} if part == "UnprocessedItems" else {"test-places": asked}}


REST = {"child": {"S": "c"}, "salt": {"B": b"s"}, "secret": {"B": b"s"}}


@pytest.fixture(autouse=True)
def waits() -> Iterator[list[float]]:
    """The waits asked, none of them made."""
    with without_waiting() as asked:
        yield asked


def test_what_a_batch_left_is_written_again(moto_database: Database) -> None:
    intake = DynamoIntakeStore(moto_database)
    with counted() as calls, intercepted(unprocessed("UnprocessedItems", 2)):
        intake.put_logins(LOGINS)
    assert calls.names == ["dynamodb:BatchWriteItem"] * 3
    assert "again" in {login.family for login in DynamoLoginStore(moto_database).find(LOGINS[0][0])}


def test_a_batch_that_is_never_done_is_unavailable(moto_database: Database, waits: list[float]) -> None:
    intake = DynamoIntakeStore(moto_database)
    with (
        counted() as calls,
        intercepted(unprocessed("UnprocessedItems", 999)),
        pytest.raises(Unavailable, match=r"intake.put_logins"),
    ):
        intake.put_logins(LOGINS)
    assert len(calls) == len(waits) + 1
    assert PATIENCE_SECONDS - 2 < sum(waits) < PATIENCE_SECONDS


def test_keys_that_a_batch_left_are_asked_again(moto_database: Database) -> None:
    plannings, key = DynamoPlanningStore(moto_database), PlaceKey(MONDAY, CANTEEN)
    with counted() as calls, intercepted(unprocessed("UnprocessedKeys", 1)):
        assert plannings.taken([key]) == {key: 0}
    assert calls.names == ["dynamodb:BatchGetItem"] * 2
    with intercepted(unprocessed("UnprocessedKeys", 999)), pytest.raises(Unavailable, match=r"planning.taken"):
        plannings.taken([key])


def answer_lost(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
    send()
    return None, ReadTimeoutError(endpoint_url=attempt.request.url)


def no_answer(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
    return None, ConnectTimeoutError(endpoint_url=attempt.request.url)


def test_no_answer_is_unavailable_after_a_few_attempts_and_names_the_operation(moto_database: Database) -> None:
    asked = (
        ("families.find: ConnectTimeoutError", lambda: DynamoFamilyStore(moto_database).find(BOND)),
        ("planning.booked: ", lambda: DynamoPlanningStore(moto_database).booked(BOND, MONDAY, MONDAY)),
        ("planning.taken: ", lambda: DynamoPlanningStore(moto_database).taken([PlaceKey(MONDAY, CANTEEN)])),
        ("intake.logins: ", lambda: list(DynamoIntakeStore(moto_database).logins())),
        ("town.current: ", lambda: DynamoIntakeStore(moto_database).current_town()),
        ("test.take: ConnectTimeoutError", lambda: taking(moto_database, place(moto_database), at_most=9)),
    )
    for sentence, ask in asked:
        with intercepted(no_answer), counted() as calls, pytest.raises(Unavailable, match=sentence):
            ask()
        assert len(calls) == MOST_ATTEMPTS


def place(database: Database) -> PlaceRow:
    return database.bind(PlaceRow)(MONDAY.isoformat(), CANTEEN)


def taking(database: Database, row: PlaceRow, *, at_most: int) -> None:
    taken = PlaceRow.taken
    room = taken.does_not_exist() | (taken < at_most)
    database.update("test.take", row, [taken.add(1)], room)


def test_an_update_is_one_plain_call_and_says_what_is_there_now(moto_database: Database) -> None:
    row = place(moto_database)
    with counted() as calls:
        taking(moto_database, row, at_most=2)
        taking(moto_database, row, at_most=2)
    assert calls.names == ["dynamodb:UpdateItem"] * 2
    assert row.taken == 2


def test_an_update_whose_condition_fails_is_refused_at_once(moto_database: Database) -> None:
    taking(moto_database, place(moto_database), at_most=1)
    with counted() as calls, pytest.raises(WriteRefused, match=r"test\.take"):
        taking(moto_database, place(moto_database), at_most=1)
    assert len(calls) == 1


def answers(code: str, times: int) -> Callable[[Attempt, Callable[[], Answer]], Answer]:
    left = [times]

    def around(_: Attempt, send: Callable[[], Answer]) -> Answer:
        if not left[0]:
            return send()
        left[0] -= 1
        response = mock.Mock(status_code=400, headers={}, content=b"")
        refusal = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}}}
        return (response, refusal), None

    return around


def test_an_update_that_meets_a_transaction_waits_and_tries_again(moto_database: Database, waits: list[float]) -> None:
    row = place(moto_database)
    with intercepted(answers("TransactionConflictException", 9)):
        taking(moto_database, row, at_most=9)
    assert row.taken == 1
    assert len(waits) == 9


@pytest.mark.parametrize("code", ["TransactionConflictException", "ThrottlingException"])
def test_who_meets_others_all_the_time_is_told_that_it_is_crowded(
    moto_database: Database, waits: list[float], code: str
) -> None:
    with intercepted(answers(code, 999)), pytest.raises(Crowded, match=rf"test\.take: {code}"):
        taking(moto_database, place(moto_database), at_most=9)
    assert sum(waits) > PATIENCE_SECONDS - 2


def test_a_page_that_must_answer_ends_the_waits(moto_database: Database, waits: list[float]) -> None:
    with within(3), intercepted(answers("TransactionConflictException", 999)), pytest.raises(Crowded):
        taking(moto_database, place(moto_database), at_most=9)
    assert sum(waits) < 3


def test_what_must_not_be_done_twice_is_sent_once(moto_database: Database) -> None:
    """Its answer is lost: whether it was done, nobody knows, so nobody asks again."""
    once = moto_database.without_repeats()
    with (
        intercepted(answer_lost),
        counted() as calls,
        pytest.raises(Unavailable, match=r"test\.take: ReadTimeoutError"),
    ):
        taking(once, place(once), at_most=9)
    assert len(calls) == 1
    with intercepted(answer_lost), counted() as calls, pytest.raises(Unavailable):
        taking(moto_database, place(moto_database), at_most=9)
    assert len(calls) == MOST_ATTEMPTS, "others are"


def test_what_was_certainly_not_done_is_sent_again(moto_database: Database) -> None:
    once = moto_database.without_repeats()
    row = place(once)
    with intercepted(answers("ThrottlingException", 2)), counted() as calls:
        taking(once, row, at_most=9)
    assert (len(calls), row.taken) == (3, 1)


def test_an_update_that_cannot_work_is_not_tried_again(moto_database: Database) -> None:
    nowhere = Database(region="eu-west-3", prefix="nowhere")
    with counted() as calls, pytest.raises(Unavailable, match=r"test\.take: ResourceNotFoundException"):
        taking(nowhere, place(nowhere), at_most=9)
    assert len(calls) == 1


def test_a_missing_table_is_unavailable_and_says_why(moto_database: Database) -> None:
    nowhere = Database(region="eu-west-3", prefix="nowhere")
    with pytest.raises(Unavailable, match=r"families.find: ResourceNotFoundException"):
        DynamoFamilyStore(nowhere).find(BOND)


def test_nothing_is_asked_but_what_is_needed(moto_database: Database) -> None:
    """No DescribeTable: pynamodb knows the keys from the rows."""
    with counted() as calls:
        DynamoFamilyStore(moto_database).find(BOND)
        DynamoPlanningStore(moto_database).booked(BOND, MONDAY, MONDAY)
    assert calls.names == ["dynamodb:Query"] * 2


def test_a_dead_aws_is_given_up_before_api_gateway_gives_up(moto_database: Database) -> None:
    config = moto_database.connection.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (CONNECT_SECONDS, READ_SECONDS)
    assert config.retries["total_max_attempts"] == MOST_ATTEMPTS
    assert MOST_ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) < 29
