"""The directory of children, in memory and in S3: what was written is read, and nobody's writing is lost."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib.adapters.directory_store import KEY, S3DirectoryStore, dumped, loaded
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import ChildId, DietId, SchoolId
from chalicelib.services.outgoing_ports import DirectoryKeeper
from chalicelib.settings import Settings
from infra.local.demo.names import CLASSES, FIRST_NAMES, LAST_NAMES
from tests.aws_calls import Answer, Attempt, intercepted
from tests.fakes.directory import MemoryDirectory

MADE_AT = datetime(2026, 11, 3, 7, 45, 12, tzinfo=UTC)
JAMES = ListedChild(ChildId("c-007"), "James", "BOND", SchoolId("mallerin"), "CE1", DietId("sans-porc"), pai=True)
NGUYEN = ListedChild(ChildId("c-8"), "Thị Hồng", "NGUYỄN", SchoolId("prevert"), "")
DIRECTORY = Directory(MADE_AT, {child.id: child for child in (JAMES, NGUYEN)})
ALONE = Directory(MADE_AT + timedelta(days=1), {NGUYEN.id: NGUYEN})
NINE_THOUSAND = 250_000
"""Bytes, at most, of the directory of nine thousand children; those drawn here take 126 KB."""


def in_s3(settings: Settings) -> S3DirectoryStore:
    return S3DirectoryStore(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint)


@pytest.fixture(params=["memory", "moto", "ministack"])
def store(request: pytest.FixtureRequest) -> DirectoryKeeper:
    if request.param == "memory":
        return MemoryDirectory()
    return in_s3(request.getfixturevalue(f"{request.param}_settings"))


def test_before_the_first_import_there_is_none(store: DirectoryKeeper) -> None:
    assert store.find() is None
    with pytest.raises(Unavailable, match="no import has written it yet"):
        store.read()


def test_what_was_written_is_read(store: DirectoryKeeper) -> None:
    store.write(DIRECTORY, None)
    assert store.read() == DIRECTORY
    store.write(ALONE, store.find())
    assert store.read() == ALONE
    store.delete_older()
    assert store.read() == ALONE


def test_a_writing_in_between_is_never_lost(store: DirectoryKeeper) -> None:
    store.write(DIRECTORY, None)
    before = store.find()
    store.write(ALONE, before)
    for over in (before, None):
        with pytest.raises(StaleWrite):
            store.write(replace(DIRECTORY, made_at=MADE_AT + timedelta(days=2)), over)
    assert store.read() == ALONE


def test_writing_the_same_again_changes_nothing(store: DirectoryKeeper) -> None:
    store.write(DIRECTORY, None)
    store.write(DIRECTORY, None)
    before = store.find()
    store.write(ALONE, before)
    store.write(ALONE, before)
    assert store.read() == ALONE


def test_an_answer_that_is_lost_is_no_conflict(moto_settings: Settings) -> None:
    """botocore sends it again, and finds its own first try there."""
    store = in_s3(moto_settings)
    lost: list[Answer] = []

    def losing(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        answer = send()
        if attempt.operation == "PutObject" and not lost:
            lost.append(answer)
            return None, ConnectTimeoutError(endpoint_url=attempt.request.url)
        return answer

    with intercepted(losing):
        store.write(DIRECTORY, None)
    assert lost
    assert store.read() == DIRECTORY


def test_older_versions_can_be_deleted(moto_settings: Settings) -> None:
    """The bucket keeps versions of everything, and a child that is forgotten must be in none of them."""
    store = in_s3(moto_settings)
    store.client().put_bucket_versioning(Bucket=store.bucket, VersioningConfiguration={"Status": "Enabled"})
    store.write(DIRECTORY, None)
    store.write(ALONE, store.find())
    assert len(store.client().list_object_versions(Bucket=store.bucket, Prefix=KEY)["Versions"]) == 2
    store.delete_older()
    (left,) = store.client().list_object_versions(Bucket=store.bucket, Prefix=KEY)["Versions"]
    assert left["IsLatest"]
    assert store.read() == ALONE


def test_reading_and_writing_are_one_call_each(moto_settings: Settings) -> None:
    store = in_s3(moto_settings)
    names: list[str] = []

    def noted(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        names.append(attempt.operation)
        return send()

    with intercepted(noted):
        store.write(DIRECTORY, None)
        store.read()
    assert names == ["PutObject", "GetObject"]


def test_when_s3_is_down_it_is_said(moto_settings: Settings) -> None:
    store = in_s3(moto_settings)

    def down(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        return None, ConnectTimeoutError(endpoint_url=attempt.request.url)

    with intercepted(down):
        for ask in (store.find, store.read, lambda: store.write(DIRECTORY, None), store.delete_older):
            with pytest.raises(Unavailable, match="ConnectTimeoutError"):
                ask()


def test_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.adapters.directory_store.FORMAT", 2)
    content = dumped(DIRECTORY)
    monkeypatch.undo()
    with pytest.raises(Unavailable, match="format 2, expected 1"):
        loaded(content)


def test_a_big_town_s_directory_is_small() -> None:
    dice = random.Random(1)  # noqa: S311 - names to weigh
    diets = [None] * 8 + [DietId("sans-porc"), DietId("vegetarien")]
    many = [
        ListedChild(
            id=ChildId(f"c-{number:06d}"),
            first_name=dice.choice(FIRST_NAMES),
            last_name=f"{dice.choice(LAST_NAMES)}-{dice.randbytes(4).hex().upper()}",
            school=SchoolId(f"school-{dice.randrange(40)}"),
            class_name=dice.choice(CLASSES),
            diet=dice.choice(diets),
            pai=dice.random() < 0.03,
        )
        for number in range(9000)
    ]
    directory = Directory(MADE_AT, {child.id: child for child in many})
    content = dumped(directory)
    assert content == dumped(directory)
    assert loaded(content) == directory
    assert len(content) < NINE_THOUSAND


def test_its_text_for_a_log_has_no_diet() -> None:
    assert "porc" not in repr(DIRECTORY)
    assert "pai" not in repr(DIRECTORY)
