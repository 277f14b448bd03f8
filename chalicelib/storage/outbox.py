"""E-mails that wait to be sent. They are written in the transaction that causes them, and held by a conditional
write."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from pynamodb.transactions import TransactWrite

from chalicelib.rules import retention
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.services.mail_ports import Mail
from chalicelib.storage import keys
from chalicelib.storage.database import Database, RawItem, WriteRefused
from chalicelib.storage.rows import OutboxRow

LATEST = "~"
"""Sorts after the id of every mail that is due at the same instant."""


class DynamoOutbox:
    """``Outbox``. ``pepper`` is the key of the HMACs that name suppressed addresses."""

    def __init__(self, database: Database, pepper: str) -> None:
        self.database = database
        self.pepper = pepper
        self.rows = database.bind(OutboxRow)

    def put(self, mail: Mail) -> None:
        self.database.transact("outbox.put", lambda transaction: transaction.save(row_of(self.rows, mail)))

    def due(self, now: datetime, limit: int) -> Iterator[Mail]:
        """See the port. Held mails stay among the others until their lease ends: they are read and left out."""
        until = self.rows.due <= f"{instant_text(now)}#{LATEST}"
        items = (
            item
            for shard in (keys.URGENT, keys.MAILS)
            for item in self.database.pages(
                "outbox.due", self.rows, shard, range_key_condition=until, consistent_read=True
            )
        )
        found = 0
        for item in items:
            if found < limit and not _is_held(item, now):
                found += 1
                yield _mail(item)
            if found == limit:
                return

    def lease(self, mail: Mail, now: datetime, seconds: int) -> bool:
        held_until = self.rows.held_until
        free = held_until.does_not_exist() | (held_until <= instant_text(now))
        there = self.rows.due.exists() & free
        until = instant_text(now + timedelta(seconds=seconds))

        def fill(transaction: TransactWrite) -> None:
            transaction.update(self._key(mail), actions=[held_until.set(until)], condition=there)

        try:
            self.database.transact("outbox.lease", fill)
        except WriteRefused:
            return False
        return True

    def sent(self, mail: Mail) -> None:
        self.database.transact("outbox.sent", lambda transaction: transaction.delete(self._key(mail)))

    def retry(self, mail: Mail, due_at: datetime) -> None:
        again = replace(mail, due_at=due_at, attempts=mail.attempts + 1)
        self._move("outbox.retry", mail, row_of(self.rows, again))

    def set_aside(self, mail: Mail, why: str) -> None:
        row = row_of(self.rows, mail)
        row.shard, row.why, row.expires = keys.ASIDE, why, retention.of_unsent(mail.due_at)
        self._move("outbox.set_aside", mail, row)

    def suppress(self, email: str, why: str, now: datetime) -> None:
        row = self.rows(
            keys.SUPPRESSED,
            keys.suppressed_address(self.pepper, email),
            why=f"{why}, {instant_text(now)}",
            expires=retention.of_suppressed(now),
        )
        self.database.batch("outbox.suppress", self.rows, put=[row])

    def suppressed(self, emails: Iterable[str]) -> set[str]:
        wanted: dict[str, list[str]] = {}
        for email in emails:
            wanted.setdefault(keys.suppressed_address(self.pepper, email), []).append(email)
        asked = ({"shard": keys.SUPPRESSED, "due": address} for address in wanted)
        found = self.database.batch_get("outbox.suppressed", self.rows, asked, consistent_read=True)
        return {email for item in found for email in wanted[item["due"]["S"]]}

    def _move(self, operation: str, mail: Mail, row: OutboxRow) -> None:
        """Put a mail elsewhere, in one step. When it is gone, somebody who held it after us has moved or sent it."""

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row)
            transaction.delete(self._key(mail), condition=self.rows.due.exists())

        try:
            self.database.transact(operation, fill)
        except WriteRefused:
            return

    def _key(self, mail: Mail) -> OutboxRow:
        return self.rows(_shard(mail), keys.mail_due(instant_text(mail.due_at), mail.id))


def row_of(rows: type[OutboxRow], mail: Mail) -> OutboxRow:
    return rows(
        _shard(mail),
        keys.mail_due(instant_text(mail.due_at), mail.id),
        mail=mail.id,
        to=mail.to,
        kind=mail.kind,
        facts=json.dumps(mail.facts, ensure_ascii=False),
        family=mail.family,
        subject_id=mail.subject_id,
        attempts=mail.attempts,
    )


def _is_held(item: RawItem, now: datetime) -> bool:
    held_until = item.get("held_until")
    return held_until is not None and held_until["S"] > instant_text(now)


def _mail(item: RawItem) -> Mail:
    due_at, _, _ = item["due"]["S"].partition("#")
    family = item.get("family")
    return Mail(
        id=item["mail"]["S"],
        to=item["to"]["S"],
        kind=item["kind"]["S"],
        facts=json.loads(item["facts"]["S"]),
        family=FamilyId(family["S"]) if family else None,
        subject_id=item["subject_id"]["S"],
        due_at=instant_of(due_at),
        attempts=int(item["attempts"]["N"]),
        urgent=item["shard"]["S"] == keys.URGENT,
    )


def _shard(mail: Mail) -> str:
    return keys.URGENT if mail.urgent else keys.MAILS
