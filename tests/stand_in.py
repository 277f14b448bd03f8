"""Places to keep tables in tests: moto in this process, a ministack of its own for the session, DynamoDB Local."""

import json
import os
import pickle
import secrets
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from botocore.session import get_session
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.ses.models import ses_backends

from chalicelib.settings import Settings
from chalicelib.storage.database import Database
from infra.local import stand_in
from infra.local.stage import ACCOUNT
from infra.local.tables import create_buckets, create_tables

REGION = "eu-west-3"
PEPPER = "a pepper of the tests"


def settings_for(endpoint: str = "", prefix: str = "test", demo_now: str = "") -> Settings:
    return Settings(
        stage="local",
        region=REGION,
        tables=prefix,
        session_secret="a-session-secret-of-the-tests",
        pepper=PEPPER,
        sender="portail@ville.example",
        endpoint=endpoint,
        demo_now=demo_now,
        bucket=f"{prefix}-documents-{ACCOUNT}",
    )


def database_for(settings: Settings) -> Database:
    return Database(region=settings.region, prefix=settings.tables, endpoint=settings.endpoint)


@cache
def client(service: str) -> Any:
    """moto's ``service``: one client for all tests, as making one takes longer than most tests do."""
    return get_session().create_client(service, REGION)


def verify_sender(settings: Settings) -> None:
    """SES sends for addresses that it knows."""
    client("sesv2").create_email_identity(EmailIdentity=settings.sender)


def seeded(seed: Callable[[Settings], object]) -> Callable[[], AbstractContextManager[Settings]]:
    """Blocks of a town in this process, each as if ``seed`` had just filled its empty tables, bucket and mailbox.

    It runs in the first block only: copying what it left takes a hundredth of the time, and trying every fault takes
    hundreds of blocks. One thread only: moto's transactions are not atomic.
    """
    left: list[bytes] = []

    @contextmanager
    def town() -> Iterator[Settings]:
        with mock_aws():
            settings = settings_for()
            if not left:
                create_tables("", settings.tables, REGION)
                create_buckets("", settings.tables, REGION)
                seed(settings)
                # As bytes: moto closes the content of every document that it has ever made when a block ends.
                left.append(pickle.dumps(_kept_by_moto()))
            for kept, state in zip(_kept_by_moto(), pickle.loads(left[0]), strict=True):  # noqa: S301 - our own
                kept.clear()
                kept.update(state)
            yield settings

    return town


def _kept_by_moto() -> list[dict[str, Any]]:
    """Where moto keeps tables, buckets, senders and the mails that were sent."""
    return [
        dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables,
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets,
        vars(ses_backends[DEFAULT_ACCOUNT_ID][REGION]),
    ]


def kept_by_moto() -> Hashable:
    """Every item, document and mail of the town of this block, in one value: two that are equal answer alike.

    Without the hours that moto notes by itself, which no code of ours reads.
    """
    tables, buckets, senders = _kept_by_moto()
    items = {(name, _in_json(item.to_json())) for name, table in tables.items() for item in table.all_items()}
    documents = {
        (name, key.name, key.value, _in_json(dict(key.metadata)))
        for name, bucket in buckets.items()
        for key in bucket.keys.values()
    }
    mails = tuple(_in_json(vars(mail)) for mail in senders["sent_messages"])
    return frozenset(items), frozenset(documents), mails


def _in_json(kept: dict[str, Any]) -> str:
    return json.dumps(kept, sort_keys=True, default=bytes.hex)


def _nothing(_settings: Settings) -> None:
    """Empty tables."""


moto_town = seeded(_nothing)
"""Empty tables inside this process."""


def town_at(endpoint: str) -> Settings:
    """Empty tables, of a prefix that nobody else uses, on a stand-in that runs already."""
    settings = settings_for(endpoint, f"t{secrets.token_hex(4)}")
    create_tables(endpoint, settings.tables, settings.region)
    create_buckets(endpoint, settings.tables, settings.region)
    return settings


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """Endpoint of a ministack that lives as long as the block: threads may race on it."""
    with stand_in.start(folder) as running:
        yield running.endpoint


def dynamodb_local() -> str:
    """Endpoint of Amazon's DynamoDB Local when the developer runs one, empty otherwise."""
    return os.environ.get("DYNAMODB_LOCAL_URL", "")
