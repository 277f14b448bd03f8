"""Each identifier is read in one place, ``rules.ids``: what an import accepts, pages, keys and files take."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.rules import ids
from tests.meta.test_architecture import SHIPPED, module_name

KINDS = {"FamilyId", "ChildId", "SchoolId", "ActivityId", "DietId", "EntryId", "AttemptId", "InvoiceNumber"}
OWN_ROWS = "reads rows of its own, whose names were read when they were written"
FAULTY = "reads on after a faulty name, to tell the other faults: nothing is written then"
MINTED = "makes a new name of ours"
ALLOWED = {
    # (module or room, what it makes): why
    **{("rules", kind): "the door itself, and the town's stored configuration" for kind in KINDS},
    **{("storage", kind): OWN_ROWS for kind in KINDS},
    ("intake.people.families", "FamilyId"): OWN_ROWS,
    ("intake.people.families", "ChildId"): OWN_ROWS,
    ("intake.people.families", "SchoolId"): OWN_ROWS,
    ("intake.people.families", "ActivityId"): OWN_ROWS,
    ("intake.people.families", "DietId"): OWN_ROWS,
    ("intake.people.directory", "ChildId"): OWN_ROWS,
    ("intake.people.same_child", "ChildId"): OWN_ROWS,
    ("intake.people.same_child", "FamilyId"): OWN_ROWS,
    ("intake.people.directory", "SchoolId"): OWN_ROWS,
    ("intake.people.directory", "DietId"): OWN_ROWS,
    ("intake.people.past", "FamilyId"): OWN_ROWS,
    ("intake.people.logins", "FamilyId"): OWN_ROWS,
    ("intake.people.logins", "ChildId"): OWN_ROWS,
    ("intake.people.departures", "FamilyId"): OWN_ROWS,
    ("intake.people.notices", "FamilyId"): OWN_ROWS,
    ("intake.town.activity_file", "ActivityId"): FAULTY,
    ("intake.town.activity_file", "SchoolId"): FAULTY,
    ("intake.town.calendar_file", "ActivityId"): FAULTY,
    ("intake.town.calendar_file", "SchoolId"): FAULTY,
    ("intake.town.town_file", "SchoolId"): FAULTY,
    ("intake.bookings.events", "EntryId"): MINTED,
    ("intake.town.diets_file", "DietId"): FAULTY,
    ("exports.billing_file", "FamilyId"): OWN_ROWS,
    ("exports.billing_file", "ChildId"): OWN_ROWS,
    ("exports.billing_file", "ActivityId"): OWN_ROWS,
    ("services.saving", "EntryId"): MINTED,
    ("services.starting", "AttemptId"): MINTED,
}


def made_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and kind of each identifier that the code makes: called, or handed over to be called."""
    for node in ast.walk(ast.parse(source)):
        used = [node.func, *node.args] if isinstance(node, ast.Call) else []
        for one in used:
            name = one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
            if name in KINDS:
                yield one.lineno, name


def test_the_kinds_are_those_of_the_rules() -> None:
    assert {name for name in vars(ids) if type(getattr(ids, name)).__name__ == "NewType"} == KINDS


@pytest.mark.parametrize("path", SHIPPED, ids=module_name)
def test_identifiers_are_made_by_the_rules_only(path: Path) -> None:
    module = module_name(path)
    room = module.split(".", maxsplit=1)[0]
    made = [(line, kind) for line, kind in made_in(path.read_text()) if (room, kind) not in ALLOWED]
    assert [f"{module}:{line} makes a {kind}" for line, kind in made if (module, kind) not in ALLOWED] == []


def test_every_exception_is_used() -> None:
    found = {(module_name(path), kind) for path in SHIPPED for _, kind in made_in(path.read_text())}
    assert {key for key in ALLOWED if "." in key[0]} <= found


@pytest.mark.parametrize("source", ["InvoiceNumber(x)", "ids.FamilyId(x)", "map(SchoolId, x)"])
def test_an_identifier_made_elsewhere_is_caught(source: str) -> None:
    assert list(made_in(source))
