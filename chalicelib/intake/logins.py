"""What each pair of codes opens: new pairs are hashed and written, those that the lists replaced stop working."""

import hmac
import itertools
import secrets
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from chalicelib.intake.pool import in_order
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.services.accounts import fingerprint, scrypt_of
from chalicelib.services.ports import Login

SALT_BYTES = 16
HASHING_THREADS = 4
"""scrypt leaves Python alone while it works, and takes 16 MB."""

_CODES = """
SELECT families.id, families.code, children.id, children.normal_code
FROM children JOIN families ON families.id = children.family
"""
_TO_WRITE = """
SELECT families.id, families.code, mine.child, mine.fingerprint, there.fingerprint IS NOT NULL
FROM current_logins AS mine JOIN families ON families.id = mine.family
LEFT JOIN existing_logins AS there ON there.fingerprint = mine.fingerprint
WHERE there.fingerprint IS NULL OR there.family <> mine.family OR there.child <> mine.child
ORDER BY families.id
"""
_UNLISTED = """
SELECT there.fingerprint, there.family, there.salt, there.secret, families.code, children.id IS NOT NULL
FROM existing_logins AS there JOIN families ON families.id = there.family
LEFT JOIN children ON children.family = there.family AND children.id = there.child
WHERE there.fingerprint NOT IN (SELECT fingerprint FROM current_logins)
ORDER BY there.family
"""
_KEPT = """
SELECT count(DISTINCT there.family) FILTER (WHERE families.id IS NULL),
       count(DISTINCT there.family || ' ' || there.child) FILTER (WHERE children.id IS NULL)
FROM existing_logins AS there LEFT JOIN families ON families.id = there.family
LEFT JOIN children ON children.family = there.family AND children.id = there.child
"""


class LoginWriter:
    """Brings the logins table to what the lists say, for the families that the lists describe."""

    def __init__(self, database: sqlite3.Connection, store: IntakeStore, pepper: str, report: IntakeReport) -> None:
        self.database = database
        self.store = store
        self.pepper = pepper
        self.report = report

    def compare(self) -> int:
        """Stage the pairs of the lists and those of the portal; returns how many families have one to write."""
        for family, code, child, child_code in self.database.execute(_CODES):
            mine = (fingerprint(self.pepper, child_code, code), family, child)
            self.database.execute("INSERT INTO current_logins VALUES (?, ?, ?)", mine)
        for key, login in self.store.logins():
            there = (key, login.family, login.child, login.salt, login.secret)
            self.database.execute("INSERT INTO existing_logins VALUES (?, ?, ?, ?, ?)", there)
        self.report.families_kept, self.report.children_kept = self.database.execute(_KEPT).fetchone()
        (families,) = self.database.execute(f"SELECT count(DISTINCT id) FROM ({_TO_WRITE})").fetchone()  # noqa: S608
        return int(families)

    def write(self) -> Iterator[int]:
        """Write what is new; yields 1 for each family."""
        (listed,) = self.database.execute("SELECT count(*) FROM current_logins").fetchone()
        with ThreadPoolExecutor(HASHING_THREADS) as pool:
            for logins in in_order(pool, HASHING_THREADS, self._hashed, self._to_write()):
                self.store.put_logins(logins)
                yield 1
        self.report.logins.unchanged = listed - self.report.logins.added - self.report.logins.changed

    def remove_replaced(self) -> None:
        """Make the codes that the lists replaced stop working, and end the sessions that they opened.

        Sessions first: a crash in between leaves codes to remove, so the next import does both again.
        """
        for family, rows in itertools.groupby(self._replaced(), key=lambda row: row[1]):
            keys = [key for key, _ in rows]
            self.store.revoke_sessions(FamilyId(family))
            self.store.delete_logins(keys)
            self.report.logins_removed += len(keys)

    def _to_write(self) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
        """Family, payer code, and the (fingerprint, child) pairs to write for it."""
        rows = self.database.execute(_TO_WRITE)
        for (family, code), pairs in itertools.groupby(rows, key=lambda row: (row[0], row[1])):
            listed = list(pairs)
            known = sum(there for *_, there in listed)
            self.report.logins.changed += known
            self.report.logins.added += len(listed) - known
            yield family, code, [(key, child) for _, _, child, key, _ in listed]

    @staticmethod
    def _hashed(wanted: tuple[str, str, list[tuple[str, str]]]) -> list[tuple[str, Login]]:
        """One slow hash for the whole family: its children share the payer code."""
        family, code, pairs = wanted
        salt = secrets.token_bytes(SALT_BYTES)
        secret = scrypt_of(code, salt)
        return [(key, Login(FamilyId(family), ChildId(child), salt, secret)) for key, child in pairs]

    def _replaced(self) -> Iterator[tuple[str, str]]:
        """Pairs on the portal that the lists replace. A child that the lists leave out keeps a code that is still its
        family's: only its hash can tell."""
        for key, family, salt, secret, code, listed in self.database.execute(_UNLISTED):
            if listed or not hmac.compare_digest(scrypt_of(code, salt), secret):
                yield key, family
