"""A child that comes back under a new identifier is proposed as the same child; nothing is decided."""

from pathlib import Path

import pytest

from chalicelib.intake.report import IntakeReport
from tests.intake.folder import LISTS, a_folder
from tests.intake.memory_portal import Portal
from tests.intake.people.test_more_columns import CHILDREN, DIETS, full

SAID = (
    "« c-70 » semble être « c-7 », renuméroté : James BOND, naissance le 12/03/2018, famille « f-1 » ; "
    "son historique et ses réservations restent sous « c-7 ». "
    "Si c'est le même enfant : remettre « c-7 » dans vos listes, puis relancer l'import"
)
TO_DO = "remettre les anciens identifiants des enfants renumérotés, puis relancer l'import"


def renumbered(at: Path, *, before: str = "c-7", after: str = "c-70", **changed: str) -> Path:
    """The lists with ``before`` written as ``after`` everywhere, and without lines of bookings."""
    children = CHILDREN.replace(f"{before};", f"{after};")
    for old, new in changed.items():
        children = children.replace(old, new)
    enrolled = LISTS["inscriptions.csv"].replace(f"{before};", f"{after};")
    booked = LISTS["reservations.csv"].splitlines(keepends=True)[0]
    return a_folder(at, town=DIETS, enfants=children, inscriptions=enrolled, reservations=booked)


def proposals(report: IntakeReport) -> list[str]:
    return [str(one) for one in report.same_children]


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    portal = Portal()
    portal.load(full(tmp_path))
    return portal


def test_a_renumbered_child_is_proposed_with_what_to_do(portal: Portal, tmp_path: Path) -> None:
    report = portal.accept(renumbered(tmp_path))
    assert proposals(report) == [SAID]
    assert SAID in report.lines()
    assert any(TO_DO in line for line in report.lines())


def test_it_is_a_proposal_only(portal: Portal, tmp_path: Path) -> None:
    portal.accept(renumbered(tmp_path))
    there = {child.id: child.left is None for child in portal.store.families.families["f-1"].children}  # type: ignore[index]
    assert there == {"c-7": False, "c-8": True, "c-70": True}


def test_who_puts_the_old_identifier_back_is_told_nothing_more(portal: Portal, tmp_path: Path) -> None:
    portal.accept(renumbered(tmp_path))
    assert proposals(portal.accept(full(tmp_path))) == []


def test_a_child_that_left_in_an_earlier_import_is_compared_too(portal: Portal, tmp_path: Path) -> None:
    without = "".join(line for line in CHILDREN.splitlines(keepends=True) if not line.startswith("c-7"))
    enrolled = LISTS["inscriptions.csv"].replace("c-7;cantine;;;\n", "")
    booked = LISTS["reservations.csv"].splitlines(keepends=True)[0]
    portal.accept(a_folder(tmp_path, town=DIETS, enfants=without, inscriptions=enrolled, reservations=booked))
    assert proposals(portal.accept(renumbered(tmp_path))) == [SAID]


@pytest.mark.parametrize(
    ("old", "new", "proposed"),
    [
        ("12/03/2018", "13/03/2018", False),
        ("James", "JAMES", True),
        ("James", "Jimmy", False),
        ("BOND;mallerin;CE1", "BOND;prevert;CE1", True),
        ("12/03/2018", "", True),
    ],
    ids=["another birth", "the same name in capitals", "another name", "another school, same birth", "birth not said"],
)
def test_names_and_birth_must_agree(portal: Portal, tmp_path: Path, old: str, new: str, proposed: bool) -> None:
    assert bool(proposals(portal.accept(renumbered(tmp_path, **{old: new})))) is proposed


def test_without_births_the_school_must_be_the_same(tmp_path: Path) -> None:
    portal = Portal()
    unborn = CHILDREN.replace("12/03/2018", "")
    portal.load(full(tmp_path, children=unborn))
    assert proposals(portal.accept(renumbered(tmp_path, **{"12/03/2018": ""}))) == [
        SAID.replace(", naissance le 12/03/2018", "")
    ]
    again = Portal()
    again.load(full(tmp_path, children=unborn))
    moved = renumbered(tmp_path, **{"12/03/2018": "", "BOND;mallerin;CE1": "BOND;prevert;CE1"})
    assert proposals(again.accept(moved)) == []


def test_a_brother_or_a_new_child_is_no_renumbered_one(portal: Portal, tmp_path: Path) -> None:
    more = CHILDREN + "c-71;f-1;071;James;BOND;mallerin;CE1;12/03/2018;;\n"
    assert proposals(portal.accept(full(tmp_path, children=more))) == [], "c-7 is still in the lists"


def test_a_first_import_compares_nothing(tmp_path: Path) -> None:
    assert proposals(Portal().load(full(tmp_path))) == []
