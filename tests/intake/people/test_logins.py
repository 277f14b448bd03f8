"""Codes on the portal: what they open, what they cost to import, and that a stolen table is slow to guess from."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.intake.files.staging import staging
from chalicelib.intake.people.logins import LoginWriter
from chalicelib.intake.people.stamps import BUCKETS, bucket_of
from chalicelib.intake.report import IntakeReport
from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId
from chalicelib.services.keyed_hashes import login_key, secret_of
from tests.fakes import MemoryIntake

PEPPER = "pepper"
Lists = dict[str, tuple[str, dict[str, str]]]
"""Family -> its payer code, and its children: child code -> child."""
BONDS: Lists = {
    "f-1": ("GOLDENEYE7", {"007": "c-7", "008": "c-8"}),
    "f-2": ("CERISIER22", {"009": "c-9"}),
    # c-7 lives with her other parent every second week; c-5 is of a later marriage.
    "f-3": ("POMMIER333", {"007": "c-7", "005": "c-5"}),
}


Written = TypeVar("Written")
"""What a write of the store is given: logins, names of logins, a family, stamps."""


class Killed(BaseException):
    """The import stops here."""


class Portal:
    """The logins of a town, and the families whose sessions were ended."""

    def __init__(self) -> None:
        self.store = MemoryIntake()

    def load(self, lists: Lists, pepper: str = PEPPER) -> IntakeReport:
        report = IntakeReport()
        self.store.put_families(Family(FamilyId(family), "", "", 0, ()) for family in lists)
        with staging() as database:
            for family, (code, children) in lists.items():
                database.execute("INSERT INTO families (id, code) VALUES (?, ?)", (family, code))
                for child_code, child in children.items():
                    database.execute(
                        "INSERT INTO children (id, family, code, normal_code) VALUES (?, ?, ?, ?)",
                        (child, family, child_code, child_code),
                    )
            writer = LoginWriter(database, self.store, pepper, report)
            assert writer.stage() == sum(writer.compare())
            for _ in writer.write():
                pass
        return report

    def opens(self, child_code: str, payer_code: str) -> tuple[str, str] | None:
        """Family and child, as a sign-in finds them: one slow hash, with the salt of the first family."""
        found = self.store.login_store.find(login_key(PEPPER, child_code))
        assert len({login.salt for login in found}) <= 1, "one slow hash must judge every family of a child code"
        right = [login for login in found if secret_of(PEPPER, payer_code, login.salt) == login.secret]
        assert len(right) <= 1
        return (right[0].family, right[0].child) if right else None

    def epoch(self, family: str) -> int:
        return self.store.families.families[FamilyId(family)].session_epoch

    def stored(self) -> tuple[object, ...]:
        return (sorted(self.store.logins(), key=repr), self.store.stamps())


def quick(secret: bytes, *, salt: bytes, **_cost: int) -> bytes:
    return hashlib.sha256(salt + secret).digest()


@contextmanager
def hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """What goes through scrypt, which takes no time here."""
    given_to: list[bytes] = []

    def counted(secret: bytes, *, salt: bytes, **cost: int) -> bytes:
        given_to.append(secret)
        return quick(secret, salt=salt, **cost)

    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "scrypt", counted)
        yield given_to


def with_other_codes(lists: Lists) -> Lists:
    return {family: (f"OTHERCODE{n}", children) for n, (family, (_, children)) in enumerate(lists.items())}


def test_whoever_has_the_table_and_the_pepper_can_try_a_payer_code_by_scrypt_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With an scrypt that says the same of everything, two towns that differ in payer codes alone look the same."""
    monkeypatch.setattr(hashlib, "scrypt", lambda *_a, **_k: b"slow")
    monkeypatch.setattr(secrets, "token_bytes", bytes)
    monkeypatch.setattr(secrets, "token_hex", lambda: "00")
    one, other = Portal(), Portal()
    one.load(BONDS)
    other.load(with_other_codes(BONDS))
    assert one.stored() == other.stored()


def test_whoever_has_the_table_alone_can_try_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is hashed slowly was hashed under the pepper before."""
    with hashes(monkeypatch) as mine:
        Portal().load(BONDS)
    with hashes(monkeypatch) as theirs:
        Portal().load(BONDS, pepper="another pepper")
    assert mine
    assert not set(mine) & set(theirs)
    assert all(len(secret) == hashlib.sha256().digest_size for secret in mine)


def test_a_stamp_is_as_slow_to_guess_from_as_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who knows every other code, key, salt and secret of the bucket still pays one slow hash a guess."""
    portal = Portal()
    with hashes(monkeypatch) as made:
        portal.load(BONDS)
    stamps = portal.store.stamps().values()
    assert {stamp[16:] for stamp in stamps} <= {quick(secret, salt=stamp[:16]) for secret in made for stamp in stamps}


def test_separated_parents_open_their_own_family_with_one_child_code() -> None:
    portal = Portal()
    portal.load(BONDS)
    assert portal.opens("007", "GOLDENEYE7") == ("f-1", "c-7")
    assert portal.opens("007", "POMMIER333") == ("f-3", "c-7")
    assert portal.opens("005", "POMMIER333") == ("f-3", "c-5")
    assert portal.opens("005", "GOLDENEYE7") is None
    assert portal.opens("007", "CERISIER22") is None


def test_a_family_costs_one_slow_hash_and_one_more_for_a_salt_it_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    with hashes(monkeypatch) as made:
        Portal().load(BONDS)
    stamps = len({bucket_of(family) for family in BONDS})
    assert len(made) == len(BONDS) + 1 + stamps


def test_codes_that_did_not_change_cost_a_hash_a_bucket_and_no_write(monkeypatch: pytest.MonkeyPatch) -> None:
    many: Lists = {f"f-{n}": (f"PAYERCODE{n}", {f"{n}": f"c-{n}"}) for n in range(400)}
    portal = Portal()
    with hashes(monkeypatch) as made:
        portal.load(many)
        before = portal.stored()
        made.clear()
        report = portal.load(many)
        assert len(made) <= BUCKETS
        assert portal.stored() == before
        assert (report.logins.unchanged, report.logins.changed, report.logins.added) == (400, 0, 0)
        made.clear()
        report = portal.load({**many, "f-7": ("ANOTHERCODE", {"7": "c-7"})})
        assert (report.logins.unchanged, report.logins.changed) == (399, 1)
        assert len(made) < BUCKETS + 4 * len(many) / BUCKETS, "a change costs its bucket, not the town"
        assert portal.opens("7", "ANOTHERCODE")


def test_a_new_payer_code_ends_the_sessions_of_its_family_and_of_no_other() -> None:
    portal = Portal()
    portal.load(BONDS)
    report = portal.load({**BONDS, "f-1": ("SKYFALL2012", {"007": "c-7", "008": "c-8"})})
    assert (report.logins.changed, report.logins.added, report.logins_removed) == (2, 0, 0)
    assert [portal.epoch(family) for family in BONDS] == [1, 0, 0]
    assert portal.opens("007", "GOLDENEYE7") is None
    assert portal.opens("007", "SKYFALL2012") == ("f-1", "c-7")
    assert portal.opens("007", "POMMIER333") == ("f-3", "c-7")


def test_both_codes_of_a_family_that_left_open_the_one_that_has_them_now() -> None:
    portal = Portal()
    portal.load({"f-9": BONDS["f-1"]})
    report = portal.load(BONDS)
    assert portal.opens("007", "GOLDENEYE7") == ("f-1", "c-7")
    assert report.logins_removed == 2
    assert portal.epoch("f-9") > 0, "who signed in by them is signed out"


def test_a_stamp_does_not_outlive_what_it_was_put_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """New codes were written, the import died before it stamped them, and the old lists come back."""
    portal = Portal()
    portal.load(BONDS)

    def dies(_stamps: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(portal.store, "put_stamps", dies)
        portal.load(with_other_codes(BONDS))
    assert portal.opens("009", "CERISIER22") is None
    portal.load(BONDS)
    assert portal.opens("009", "CERISIER22") == ("f-2", "c-9")


def test_logins_that_somebody_took_away_are_written_again() -> None:
    portal = Portal()
    portal.load(BONDS)
    portal.store.delete_logins([(login_key(PEPPER, "009"), FamilyId("f-2"))])
    assert portal.load(BONDS).logins.added == 1
    assert portal.opens("009", "CERISIER22")


FAMILIES, CHILD_CODES, PAYER_CODES = ("f-1", "f-2", "f-3"), ("001", "002", "003"), ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC")
children = st.tuples(st.permutations(("c-1", "c-2", "c-3")), st.sets(st.sampled_from(CHILD_CODES), min_size=1)).map(
    lambda drawn: dict(zip(sorted(drawn[1]), drawn[0], strict=False))
)
towns = st.permutations(PAYER_CODES).flatmap(
    lambda codes: st.fixed_dictionaries(
        {}, optional={family: st.tuples(st.just(code), children) for family, code in zip(FAMILIES, codes, strict=True)}
    )
)


@settings(deadline=None)
@given(st.lists(st.tuples(towns, st.integers(0, 6)), min_size=1, max_size=4), towns)
def test_whatever_came_before_the_last_lists_open_what_they_say(earlier: list[tuple[Lists, int]], last: Lists) -> None:
    """Each earlier import dies at one of its writes, or at none."""
    portal = Portal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "scrypt", quick)
        for lists, writes in earlier:
            with dying_after(portal.store, writes), suppress(Killed):
                portal.load(lists)
        portal.load(last)
        for family, (payer_code, children) in last.items():
            for child_code, child in children.items():
                assert portal.opens(child_code, payer_code) == (family, child)
        there = {(login.family, key): login for key, login in portal.store.logins()}
        for (family, key), login in there.items():
            if family in last:
                assert hmac.compare_digest(secret_of(PEPPER, last[family][0], login.salt), login.secret), key


@contextmanager
def dying_after(store: MemoryIntake, writes: int) -> Iterator[None]:
    left = [writes]

    def dying(real: Callable[[Written], None]) -> Callable[[Written], None]:
        def write(what: Written) -> None:
            if not left[0]:
                raise Killed
            left[0] -= 1
            real(what)

        return write

    with pytest.MonkeyPatch.context() as patch:
        for name in ("put_logins", "delete_logins", "revoke_sessions", "put_stamps"):
            patch.setattr(store, name, dying(getattr(store, name)))
        yield


def test_the_slow_hash_lets_other_threads_work() -> None:
    """So that codes are hashed on every core: while one thread hashes, another one counts."""
    hashed = threading.Thread(
        target=hashlib.scrypt, args=(b"once",), kwargs={"salt": b"x", "n": 2**17, "r": 8, "p": 1, "maxmem": 2**28}
    )
    hashed.start()
    steps = 0
    while hashed.is_alive():
        steps += 1
    assert steps > 1000
