"""The tables behind the portal of the tests: changed as others than its parent would, and put back."""

import time
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

from chalicelib.storage import keys
from infra.declared import keys_of, tables_of
from infra.local.stage import environment_of

Items = dict[str, list[dict[str, Any]]]
"""Whole name of a table -> its items, as DynamoDB's API has them."""
WAITING = (keys.URGENT, keys.MAILS)
PATIENCE = 60.0
"""Seconds in which the jobs of a new town have sent the e-mails of its import."""


class Tables:
    """Of the portal that listens on ``port``. What ``keep`` saw is there again after ``put_back``.

    What left the town stays outside: an e-mail that was sent is in the mailbox for good.
    """

    def __init__(self, port: int) -> None:
        environment = environment_of("local", port)
        self._prefix = environment["PORTAL_TABLES"]
        declared = tables_of(self._prefix).items()
        self._keys = {name: list(keys_of(properties)) for name, properties in declared}
        self._resource = boto3.resource(
            "dynamodb",
            "eu-west-3",
            endpoint_url=environment["PORTAL_AWS_ENDPOINT"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self._kept: Items = {}

    def __getitem__(self, name: str) -> Any:
        """The table ``name``: ``invoices``, without the stage."""
        return self._resource.Table(f"{self._prefix}-{name}")

    def keep(self) -> None:
        """Wait until the jobs have told of the imported invoices, then remember every item."""
        end = time.monotonic() + PATIENCE
        while self["invoices"].scan(IndexName="to-notify")["Items"] or self._waiting():
            assert time.monotonic() < end, "the jobs of the new town did not end"
            time.sleep(0.1)
        self._kept = self._read()

    def _waiting(self) -> int:
        """How many e-mails wait. The kitchen's orders are in that table too, and stay."""
        shards = (self["outbox"].query(KeyConditionExpression=Key("shard").eq(shard)) for shard in WAITING)
        return sum(len(found["Items"]) for found in shards)

    def put_back(self) -> None:
        """Every item is as it was kept, and no other is there.

        Looks again after it wrote: a job of the portal may have been about to write too.
        """
        while (now := self._read()) != self._kept:
            for name, kept in self._kept.items():
                for item in now[name]:
                    if item not in kept:
                        self._resource.Table(name).delete_item(Key={key: item[key] for key in self._keys[name]})
                for item in kept:
                    if item not in now[name]:
                        self._resource.Table(name).put_item(Item=item)

    def _read(self) -> Items:
        """Sorted by their keys: writing an item again must not make a difference."""
        return {
            name: sorted(self._all(name), key=lambda item: [item[key] for key in parts])
            for name, parts in self._keys.items()
        }

    def _all(self, name: str) -> list[dict[str, Any]]:
        pages = self._resource.meta.client.get_paginator("scan").paginate(TableName=name)
        return [item for page in pages for item in page["Items"]]
