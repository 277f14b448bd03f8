"""What each child code opens: the logins table is made to say what the lists say, family by family."""

import hmac
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from chalicelib.intake.people.stamps import SALT_BYTES, bucket_of, contents, is_stamp_of, stamped
from chalicelib.intake.pool import cores, in_order
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.services.keyed_hashes import keyed_hash, login_key, secret_of
from chalicelib.services.ports import Login
from chalicelib.values import Value

HASHING_THREADS = cores()
"""scrypt does not hold Python's lock while it works, and takes 16 MB in each thread: no more threads than cores."""

_CODES = """
SELECT families.id, children.id, children.normal_code FROM children JOIN families ON families.id = children.family
"""
_WANTED = """
SELECT mine.key, mine.child,
       (SELECT min(portal.salt) FROM existing_logins AS portal WHERE portal.key = mine.key),
       (SELECT min(other.family) FROM current_logins AS other WHERE other.key = mine.key)
FROM current_logins AS mine WHERE mine.family = ?
"""
_THERE = "SELECT key, child, salt, secret FROM existing_logins WHERE family = ?"
_TAKEN_OVER = """
SELECT portal.family, portal.key FROM existing_logins AS portal
JOIN existing_logins AS mine ON mine.key = portal.key AND mine.salt = portal.salt AND mine.secret = portal.secret
WHERE mine.family IN (SELECT id FROM families) AND portal.family NOT IN (SELECT id FROM families)
"""
_KEPT = """
SELECT count(DISTINCT portal.family) FILTER (WHERE families.id IS NULL),
       count(DISTINCT portal.family || ' ' || portal.child) FILTER (WHERE children.id IS NULL)
FROM existing_logins AS portal LEFT JOIN families ON families.id = portal.family
LEFT JOIN children ON children.family = portal.family AND children.id = portal.child
"""


class FamilyCodes(Value):
    """One family's codes: what the lists say (key -> child and salt), and its logins on the portal (by key)."""

    family: FamilyId
    payer_code: str
    wanted: Mapping[str, tuple[ChildId, bytes]]
    on_portal: Mapping[str, Login]


class LoginChanges(Value):
    """What to do for one family. ``replaced``: a code of the portal stops working, so the family's sessions must
    end."""

    family: FamilyId
    put: Mapping[str, Login]
    delete: tuple[str, ...]
    replaced: bool


def changes_of(codes: FamilyCodes, hashed: Callable[[str, bytes], bytes]) -> LoginChanges:
    """Compare the lists with the portal. ``hashed`` makes the slow hash of a payer code, once for each salt of the
    family.

    A child that is no longer in the lists keeps a code that is still its family's: only the hash can tell.
    """
    secret_with = lru_cache(None)(lambda salt: hashed(codes.payer_code, salt))
    good = {key for key, login in codes.on_portal.items() if hmac.compare_digest(secret_with(login.salt), login.secret)}
    listed = {child for child, _ in codes.wanted.values()}
    put = {
        key: login
        for key, (child, salt) in codes.wanted.items()
        if (login := Login(codes.family, child, salt, secret_with(salt))) != codes.on_portal.get(key)
    }
    unlisted = codes.on_portal.keys() - codes.wanted.keys()
    delete = tuple(sorted(key for key in unlisted if key not in good or codes.on_portal[key].child in listed))
    return LoginChanges(codes.family, put, delete, bool(delete) or not (put.keys() & codes.on_portal.keys()) <= good)


class LoginWriter:
    """Makes the logins table say what the lists say, for the families in the lists."""

    def __init__(self, database: sqlite3.Connection, store: IntakeStore, pepper: str, report: IntakeReport) -> None:
        self.database = database
        self.store = store
        self.pepper = pepper
        self.report = report
        self.fresh = secrets.token_hex()
        """New salts are made from this; the portal's salts are kept."""
        self.stamped: frozenset[int] = frozenset()
        """Buckets of families that are unchanged since an earlier import."""

    def stage(self) -> int:
        """Stage the codes of the lists and of the portal; return how many families must be looked at."""
        for family, child, child_code in self.database.execute(_CODES):
            mine = (family, login_key(self.pepper, child_code), child)
            self.database.execute("INSERT INTO current_logins VALUES (?, ?, ?)", mine)
        for key, login in self.store.logins():
            self._put(key, login)
        self.report.families_kept, self.report.children_kept = self.database.execute(_KEPT).fetchone()
        stamps, found = self.store.stamps(), contents(self.database, self.pepper)
        with ThreadPoolExecutor(HASHING_THREADS) as pool:
            known = {
                bucket: pool.submit(is_stamp_of, found[bucket], stamps[bucket]) for bucket in found if bucket in stamps
            }
        self.stamped = frozenset(bucket for bucket, right in known.items() if right.result())
        return sum(1 for _ in self._families())

    def compare(self) -> Iterator[int]:
        """Find what has to be written, which takes the slow hashes; yields 1 for each family. It writes nothing."""
        with ThreadPoolExecutor(HASHING_THREADS) as pool:
            for changes in in_order(pool, HASHING_THREADS, self._changes, self._codes()):
                self._note(changes)
                yield 1

    def write(self) -> Iterator[int]:
        """Write what is new and end what the lists replaced; yields 1 for each family."""
        (listed,) = self.database.execute("SELECT count(*) FROM current_logins").fetchone()
        for family, replaced in self.database.execute("SELECT family, replaced FROM families_to_write").fetchall():
            self._apply(self._noted(family, replaced=bool(replaced)))
            yield 1
        self._end_taken_over()
        self._stamp()
        self.report.logins.unchanged = listed - self.report.logins.added - self.report.logins.changed

    def _note(self, changes: LoginChanges) -> None:
        if not (changes.put or changes.delete):
            return
        self.database.execute("INSERT INTO families_to_write VALUES (?, ?)", (changes.family, changes.replaced))
        rows: list[tuple[str | bytes | None, ...]]
        rows = [(changes.family, key, one.child, one.salt, one.secret) for key, one in changes.put.items()]
        rows += [(changes.family, key, None, None, None) for key in changes.delete]
        self.database.executemany("INSERT INTO logins_to_write VALUES (?, ?, ?, ?, ?)", rows)

    def _noted(self, family: str, *, replaced: bool) -> LoginChanges:
        rows = self.database.execute(
            "SELECT key, child, salt, secret FROM logins_to_write WHERE family = ?", (family,)
        ).fetchall()
        put = {
            key: Login(FamilyId(family), ChildId(child), salt, secret) for key, child, salt, secret in rows if secret
        }
        return LoginChanges(FamilyId(family), put, tuple(key for key, *_ in rows if key not in put), replaced)

    def _apply(self, changes: LoginChanges) -> None:
        """Write one family. Sessions end first: after a crash in between, the codes are still to be replaced, and the
        next import does both."""
        if changes.replaced:
            self.store.revoke_sessions(changes.family)
        on_portal = {key for key, *_ in self.database.execute(_THERE, (changes.family,))}
        known = len(changes.put.keys() & on_portal)
        self.report.logins.changed += known
        self.report.logins.added += len(changes.put) - known
        self.report.logins_removed += len(changes.delete)
        self.store.put_logins(changes.put.items())
        self.store.delete_logins((key, changes.family) for key in changes.delete)
        for key, login in changes.put.items():
            self._put(key, login)
        for key in changes.delete:
            self.database.execute("DELETE FROM existing_logins WHERE family = ? AND key = ?", (changes.family, key))

    def _end_taken_over(self) -> None:
        """Both codes of a family that left the lists may now belong to another family: they must open only one of the
        two."""
        for family, key in self.database.execute(_TAKEN_OVER).fetchall():
            self._apply(LoginChanges(FamilyId(family), {}, (key,), replaced=True))

    def _stamp(self) -> None:
        """Note that the portal now says what the lists say: the next import then needs no hash to know it."""
        left = {
            bucket: one for bucket, one in contents(self.database, self.pepper).items() if bucket not in self.stamped
        }
        if left:
            with ThreadPoolExecutor(HASHING_THREADS) as pool:
                self.store.put_stamps(dict(zip(left, pool.map(stamped, left.values()), strict=True)))

    def _put(self, key: str, login: Login) -> None:
        on_portal = (login.family, key, login.child, login.salt, login.secret)
        self.database.execute("INSERT OR REPLACE INTO existing_logins VALUES (?, ?, ?, ?, ?)", on_portal)

    def _families(self) -> Iterator[tuple[str, str]]:
        """Each family of the lists that must be looked at, with its payer code."""
        families = self.database.execute("SELECT id, code FROM families ORDER BY id")
        return ((family, code) for family, code in families if bucket_of(family) not in self.stamped)

    def _codes(self) -> Iterator[FamilyCodes]:
        for family, code in self._families():
            wanted = {
                key: (ChildId(child), salt or self._salt_of(first))
                for key, child, salt, first in self.database.execute(_WANTED, (family,))
            }
            on_portal = {
                key: Login(FamilyId(family), ChildId(child), salt, secret)
                for key, child, salt, secret in self.database.execute(_THERE, (family,))
            }
            yield FamilyCodes(FamilyId(family), code, wanted, on_portal)

    def _salt_of(self, first: str) -> bytes:
        """The new salt of a child code: the one of the first family that has the code, so that its families share one
        salt.

        A family then costs one slow hash; two when it shares one child with another family and has one of its own.
        """
        return bytes.fromhex(keyed_hash(self.fresh, f"salt|{first}"))[:SALT_BYTES]

    def _changes(self, codes: FamilyCodes) -> LoginChanges:
        return changes_of(codes, lambda code, salt: secret_of(self.pepper, code, salt))
