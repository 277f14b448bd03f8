"""Places to keep tables in tests: moto in this process, a ministack of its own for the session, DynamoDB Local."""

import copy
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib.settings import Settings
from chalicelib.storage.database import Database
from infra.local import stand_in
from infra.local.stage import ACCOUNT
from infra.local.tables import create_buckets, create_tables

REGION = "eu-west-3"
PEPPER = "a pepper of the tests"
_EMPTY: dict[str, Any] = {}
"""What ``create_tables`` made on moto: copying it takes a fiftieth of the time, and a fault run needs hundreds."""


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


@contextmanager
def moto_town() -> Iterator[Settings]:
    """Empty tables inside this process. One thread only: moto's transactions are not atomic."""
    with mock_aws():
        settings = settings_for()
        moto = dynamodb_backends[DEFAULT_ACCOUNT_ID][settings.region]
        if not _EMPTY:
            create_tables("", settings.tables, settings.region)
            _EMPTY.update(copy.deepcopy(moto.tables))
        moto.tables.update(copy.deepcopy(_EMPTY))
        create_buckets("", settings.tables, settings.region)
        yield settings


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
