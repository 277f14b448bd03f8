"""What an import makes of its lists: the directory of children."""

from pathlib import Path

from chalicelib.rules.directory import ListedChild
from chalicelib.rules.ids import ChildId, DietId, SchoolId
from tests.intake.folder import LISTS, a_folder
from tests.intake.memory_portal import Portal
from tests.intake.people.test_more_columns import CHILDREN, DIETS, bare, full


def children_of(portal: Portal) -> list[ListedChild]:
    return list(portal.directory.read().children.values())


def test_every_child_of_the_lists_is_in_it_once(tmp_path: Path) -> None:
    portal = Portal()
    again = "c-7;f-2;007;James;BOND;mallerin;;12/03/2018;sans porc;oui\n"
    portal.load(full(tmp_path, children=CHILDREN + again))
    james, aline, noe = children_of(portal)
    assert james == ListedChild(
        ChildId("c-7"), "James", "BOND", SchoolId("mallerin"), "CE1", DietId("sans-porc"), pai=True
    )
    assert (aline.diet, aline.pai) == (DietId("vegetarien"), False)
    assert (noe.diet, noe.pai, noe.class_name) == (None, False, "")


def test_an_import_that_changes_no_child_does_not_write_it(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    before = portal.directory.find()
    portal.clock.forward(hours=24)
    portal.load(full(tmp_path))
    assert portal.directory.find() == before


def test_what_the_lists_have_no_column_for_stays(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    before = children_of(portal)
    portal.load(bare(tmp_path))
    assert children_of(portal) == before


def test_an_empty_cell_empties(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    portal.load(full(tmp_path, children=CHILDREN.replace("sans porc;oui", ";")))
    assert (children_of(portal)[0].diet, children_of(portal)[0].pai) == (None, False)


def test_a_child_that_left_is_not_in_it(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    left = {
        name: "".join(line for line in text.splitlines(keepends=True) if "c-9" not in line)
        for name, text in (("enfants", CHILDREN), ("inscriptions", LISTS["inscriptions.csv"]))
    }
    portal.accept(a_folder(tmp_path, town=DIETS, **left))
    assert [child.id for child in children_of(portal)] == ["c-7", "c-8"]
