"""Places to keep tables in tests: moto in this process, a ministack of its own for the session, DynamoDB Local."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto import mock_aws

from chalicelib.settings import Settings
from chalicelib.storage.database import Database
from infra.local import stand_in
from infra.local.tables import create_tables

REGION = "eu-west-3"


def settings_for(endpoint: str = "", prefix: str = "test", demo_now: str = "") -> Settings:
    return Settings(
        stage="local",
        region=REGION,
        tables=prefix,
        session_secret="a session secret of the tests",
        pepper="a pepper of the tests",
        sender="portail@ville.example",
        endpoint=endpoint,
        demo_now=demo_now,
    )


def database_for(settings: Settings) -> Database:
    return Database(region=settings.region, prefix=settings.tables, endpoint=settings.endpoint)


@contextmanager
def moto_town() -> Iterator[Settings]:
    """Empty tables inside this process. One thread only: moto's transactions are not atomic."""
    with mock_aws():
        settings = settings_for()
        create_tables("", settings.tables, settings.region)
        yield settings


def town_at(endpoint: str) -> Settings:
    """Empty tables, of a prefix that nobody else uses, on a stand-in that runs already."""
    settings = settings_for(endpoint, f"t{secrets.token_hex(4)}")
    create_tables(endpoint, settings.tables, settings.region)
    return settings


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """Endpoint of a ministack that lives as long as the block: threads may race on it."""
    with stand_in.start(folder) as running:
        yield running.endpoint


def dynamodb_local() -> str:
    """Endpoint of Amazon's DynamoDB Local when the developer runs one, empty otherwise."""
    return os.environ.get("DYNAMODB_LOCAL_URL", "")
