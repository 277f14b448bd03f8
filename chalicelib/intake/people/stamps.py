"""How an import knows, without one slow hash for each family, that codes are unchanged since an earlier import.

Families are divided into buckets. A bucket's stamp is one slow hash over all that the lists say of it and all that the
portal has of it: payer codes, keys, salts, secrets. When the stamp is the same again, nothing changed on either side.
The hash is slow, so that a stamp is no quicker way to try a payer code, even for somebody who knows all other codes of
its bucket.
"""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Mapping

from chalicelib.services.keyed_hashes import slow_hash

BUCKETS = 64
"""A town's nightly import needs at most this many slow hashes besides those for its changes; a change needs the hashes
of its bucket."""
SALT_BYTES = 16

_LISTED = """
SELECT families.id, families.code, mine.key, mine.child
FROM families LEFT JOIN current_logins AS mine ON mine.family = families.id ORDER BY families.id, mine.key
"""
_THERE = """
SELECT portal.family, portal.key, portal.child, portal.salt, portal.secret
FROM existing_logins AS portal JOIN families ON families.id = portal.family ORDER BY portal.family, portal.key
"""


def bucket_of(family: str) -> int:
    return hashlib.sha256(family.encode()).digest()[0] % BUCKETS


def contents(database: sqlite3.Connection, pepper: str) -> Mapping[int, bytes]:
    """The keyed hash of each bucket with a family of the lists: of what the lists say, and of what the portal has."""
    running: dict[int, hmac.HMAC] = {}
    for query in (_LISTED, _THERE):
        for family, *facts in database.execute(query):
            bucket = bucket_of(family)
            told = running.setdefault(bucket, hmac.new(pepper.encode(), b"stamp", hashlib.sha256))
            told.update(repr((query is _LISTED, family, *facts)).encode())
    return {bucket: told.digest() for bucket, told in running.items()}


def stamped(content: bytes, salt: bytes | None = None) -> bytes:
    """The stamp of a bucket: its salt, then the slow hash of its content."""
    salt = salt or secrets.token_bytes(SALT_BYTES)
    return salt + slow_hash(content, salt)


def is_stamp_of(content: bytes, stamp: bytes) -> bool:
    return hmac.compare_digest(stamped(content, stamp[:SALT_BYTES]), stamp)
