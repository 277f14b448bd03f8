"""Families and logins, written by the import and read by pages, on every backend."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.rules.errors import NotFound
from chalicelib.rules.families import Child, Enrolment, Family
from chalicelib.rules.ids import ChildId, DietId, FamilyId, SchoolId
from chalicelib.services.ports import Login
from chalicelib.storage.database import Database
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.logins import DynamoLoginStore
from tests.aws_calls import counted
from tests.builders import ALINE, BOND, CANTEEN, JAMES, MORNING, SCHOOL
from tests.storage.conftest import Stores


def a_login(number: int) -> tuple[str, Login]:
    return f"{number:064x}", Login(BOND, JAMES, bytes([0, 255, number % 256]), b"\x00secret\xff")


def child(name: str, *enrolments: Enrolment, school: SchoolId = SCHOOL) -> Child:
    return Child(ChildId(name), name[-3:], "Jean-Noël", "D'ŒUVRE", school, "", enrolments)


FAMILY = Family(
    id=BOND,
    payer="Jamie BOND",
    email="",
    session_epoch=0,
    # The town's order is not that of the ids.
    children=(
        child(
            ALINE,
            Enrolment(CANTEEN),
            Enrolment(MORNING, read_only=True, first=date(2026, 9, 1), last=date(2027, 7, 3)),
            Enrolment(MORNING, last=date(2027, 7, 3)),
        ),
        child(JAMES),
    ),
)


def test_nobody_is_there_at_first(stores: Stores) -> None:
    assert stores.families.find(BOND) is None
    assert stores.logins.find("0" * 64) == ()
    assert stores.intake.family_items([BOND, BOND]) == {}
    assert list(stores.intake.logins()) == []
    assert stores.intake.stamps() == {}


def test_a_family_is_read_as_it_was_put(stores: Stores) -> None:
    childless = Family(FamilyId("f-2"), "Nobody", "a@b.example", 0, ())
    stores.intake.put_families([FAMILY, childless])
    assert stores.families.find(BOND) == FAMILY
    assert stores.families.find(childless.id) == childless
    assert stores.intake.family_items([BOND, childless.id, FamilyId("f-3")]) == {BOND: FAMILY, childless.id: childless}


def test_all_that_the_lists_may_say_is_read_as_it_was_put(stores: Stores) -> None:
    known = replace(FAMILY.children[0], birth=date(2018, 3, 12), diet=DietId("sans-porc"), pai=True)
    full = replace(FAMILY, children=(known, FAMILY.children[1]), address=("Bât. B", "01000 BOURG"), direct_debit=True)
    stores.intake.put_families([full])
    assert stores.families.find(BOND) == full
    stores.intake.put_families([FAMILY])
    assert stores.families.find(BOND) == FAMILY


def test_a_family_is_put_over_what_was_there(stores: Stores) -> None:
    stores.intake.put_families([FAMILY])
    moved = replace(FAMILY, email="new@b.example", children=(FAMILY.children[1], child(ALINE, Enrolment(CANTEEN))))
    stores.intake.put_families([moved])
    assert stores.families.find(BOND) == moved


def test_a_child_that_is_no_longer_listed_stays_until_it_is_deleted(stores: Stores) -> None:
    stores.intake.put_families([FAMILY])
    alone = replace(FAMILY, children=FAMILY.children[:1])
    stores.intake.put_families([alone])
    found = stores.families.find(BOND)
    assert found is not None
    assert set(found.children) == set(FAMILY.children)
    stores.intake.delete_children([(BOND, JAMES), (BOND, ChildId("never there")), (FamilyId("nor this"), JAMES)])
    assert stores.families.find(BOND) == alone
    assert stores.families.find(FamilyId("nor this")) is None


def test_a_child_that_left_and_one_that_moved_are_read_as_they_were_put(stores: Stores) -> None:
    left = replace(FAMILY.children[0], enrolments=(), left=date(2026, 11, 23), unsettled=True)
    moved = replace(child("c-moved"), enrolments=(), left=date(2026, 11, 23))
    family = replace(FAMILY, children=(FAMILY.children[1], left), former=(moved,))
    stores.intake.put_families([FAMILY])
    stores.intake.put_families([family])
    assert stores.families.find(BOND) == family
    with pytest.raises(NotFound):
        family.child(moved.id)
    stores.intake.put_families([FAMILY])
    stores.intake.delete_children([(BOND, moved.id)])
    assert stores.families.find(BOND) == FAMILY


def test_every_family_is_found_once_and_whole_whatever_it_has(stores: Stores) -> None:
    """Also when its items were written at different times, with those of other families in between."""
    names = [FamilyId(f"f-{number}") for number in range(60)]
    stores.intake.put_families(replace(FAMILY, id=name, children=FAMILY.children[1:]) for name in names)
    stores.intake.put_families(replace(FAMILY, id=name) for name in reversed(names))
    stores.intake.revoke_sessions(names[0])
    families = sorted(stores.intake.all_families(), key=lambda family: names.index(family.id))
    assert families == [replace(FAMILY, id=name, session_epoch=int(name == names[0])) for name in names]


def test_revoked_sessions_stay_revoked_after_an_import(stores: Stores) -> None:
    stores.intake.put_families([FAMILY])
    stores.intake.revoke_sessions(BOND)
    stores.intake.revoke_sessions(BOND)
    assert stores.families.find(BOND) == replace(FAMILY, session_epoch=2)
    stores.intake.put_families([FAMILY])
    assert stores.families.find(BOND) == replace(FAMILY, session_epoch=2)


def test_a_family_that_does_not_exist_has_no_sessions_to_revoke(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.intake.revoke_sessions(BOND)
    assert stores.families.find(BOND) is None


LATER = datetime(2026, 9, 14, 20, 0, tzinfo=UTC)


def test_sessions_that_were_ended_are_read_with_their_family(stores: Stores) -> None:
    stores.intake.put_families([FAMILY])
    for nonce in ("one", "two", "one"):
        stores.families.end_session(BOND, nonce, LATER)
    found = stores.families.find(BOND)
    assert found == FAMILY, "they are no part of what the lists say: an import has nothing to write"
    assert found
    assert found.ended_sessions == {"one", "two"}
    stores.intake.put_families([replace(FAMILY, email="new@b.example")])
    again = stores.families.find(BOND)
    assert again
    assert (again.email, again.ended_sessions) == ("new@b.example", frozenset({"one", "two"}))


def test_an_epoch_is_raised_by_pages_and_by_imports_alike(stores: Stores) -> None:
    stores.intake.put_families([FAMILY])
    assert stores.families.raise_epoch(BOND) == 1
    stores.intake.revoke_sessions(BOND)
    assert stores.families.raise_epoch(BOND) == 3
    assert stores.families.find(BOND) == replace(FAMILY, session_epoch=3)


def test_an_ended_session_of_nobody_makes_no_family(stores: Stores) -> None:
    stores.families.end_session(BOND, "one", LATER)
    assert stores.families.find(BOND) is None


def test_an_ended_session_goes_when_it_would_have_ended_by_itself(database: Database) -> None:
    store = DynamoFamilyStore(database)
    with counted() as calls:
        store.end_session(BOND, "one", LATER)
    assert calls.names == ["dynamodb:UpdateItem"]
    (row,) = store.rows.query(BOND)
    assert (row.part, row.expires) == ("OUT#one", LATER.timestamp())
    with pytest.raises(ValueError, match="naive"):
        store.end_session(BOND, "one", LATER.replace(tzinfo=None))


def test_logins_are_put_found_and_deleted(stores: Stores) -> None:
    logins = dict(a_login(number) for number in range(130))
    stores.intake.put_logins(logins.items())
    some = list(logins)[3]
    assert stores.logins.find(some) == (logins[some],)
    assert dict(stores.intake.logins()) == logins
    stores.intake.delete_logins([(some, BOND), ("f" * 64, BOND), (list(logins)[4], FamilyId("f-2"))])
    assert stores.logins.find(some) == ()
    assert dict(stores.intake.logins()).keys() == logins.keys() - {some}


def test_separated_parents_have_a_login_each(stores: Stores) -> None:
    key, login = a_login(1)
    other = replace(login, family=FamilyId("f-2"), secret=b"another")
    stores.intake.put_logins([(key, login), (key, other)])
    assert set(stores.logins.find(key)) == {login, other}
    stores.intake.delete_logins([(key, BOND)])
    assert stores.logins.find(key) == (other,)


def test_stamps_are_put_over_what_was_there_and_open_nothing(stores: Stores) -> None:
    stores.intake.put_stamps({0: b"\x00salt and hash", 63: b"b"})
    stores.intake.put_stamps({63: b"c"})
    assert stores.intake.stamps() == {0: b"\x00salt and hash", 63: b"c"}
    assert list(stores.intake.logins()) == []


def test_a_login_is_put_over_what_was_there(stores: Stores) -> None:
    key, login = a_login(1)
    stores.intake.put_logins([(key, login)])
    stores.intake.put_logins([(key, replace(login, child=ALINE))])
    assert stores.logins.find(key) == (replace(login, child=ALINE),)


def test_many_families_go_by_twenty_five_items(database: Database) -> None:
    intake = DynamoIntakeStore(database)
    families = [replace(FAMILY, id=FamilyId(f"f-{number}")) for number in range(20)]
    with counted() as calls:
        intake.put_families(iter(families))
    assert calls.names == ["dynamodb:BatchWriteItem"] * 3  # 20 families of 3 items
    assert list(intake.family_items([family.id for family in families]).values()) == families


def test_signing_in_reads_once_from_each_table(database: Database) -> None:
    DynamoIntakeStore(database).put_families([FAMILY])
    with counted() as calls:
        DynamoFamilyStore(database).find(BOND)
        DynamoLoginStore(database).find("0" * 64)
    assert calls.names == ["dynamodb:Query", "dynamodb:Query"]
