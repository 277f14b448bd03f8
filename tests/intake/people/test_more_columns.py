"""What enfants.csv and familles.csv may say besides who they are: birth, diet, health plan, address, direct debit."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.people.families import families_of
from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import validated
from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import ChildId, DietId, FamilyId
from tests.intake.folder import LISTS, TOWN, a_folder
from tests.intake.memory_portal import F1, Portal
from tests.intake.people.test_lists import NOW, faults_of

DIETS = f'{TOWN}\n[regimes]\nvegetarien = "Végétarien"\nsans-porc = "Sans porc"\n'
CHILDREN = """\
identifiant;famille;code_enfant;prenom;nom;ecole;classe;naissance;regime;pai
c-7;f-1;007;James;BOND;mallerin;CE1;12/03/2018;sans porc;oui
c-8;f-1;008;Aline;BOND;mallerin;CP;2020-01-31;vegetarien;non
c-9;f-2;009;Noé;PETIT;prevert;;;;
"""
FAMILIES = """\
identifiant;payeur;code_payeur;email;adresse;complement;code_postal;ville;prelevement
f-1;Jamie BOND;GOLDENEYE7;jamie.bond@server.fr;12 rue de l'Église;Bât. B, appt 12;01000;BOURG-EN-BRESSE;oui
f-2;Camille PETIT;CERISIER22;;Chemin du Pré;;;1201 GENÈVE SUISSE;
"""
A_CHILD = "c-3;f-1;033;Jim;BOND;mallerin;"
A_FAMILY = "f-3;X;PEUPLIER44;"


def full(at: Path, *, children: str = CHILDREN, families: str = FAMILIES) -> Path:
    return a_folder(at, town=DIETS, enfants=children, familles=families)


def bare(at: Path) -> Path:
    """The same town without the new columns."""
    return a_folder(at, town=DIETS)


def family_of(portal: Portal, name: str = "f-1") -> Family:
    found = portal.store.families.find(FamilyId(name))
    assert found
    return found


def child_of(portal: Portal, name: str = "c-7") -> Child:
    return family_of(portal).child(ChildId(name))


def test_the_columns_are_kept_of_each_child_and_family(tmp_path: Path) -> None:
    with validated(full(tmp_path), NOW, Silence()) as files:
        bonds, petits = families_of(files.lists, files.town)
        diets = files.town.diets
    assert diets == {"vegetarien": "Végétarien", "sans-porc": "Sans porc"}
    assert list(diets) == ["vegetarien", "sans-porc"], "in the order of the file"
    assert [(child.birth, child.diet, child.pai) for child in (*bonds.children, *petits.children)] == [
        (date(2018, 3, 12), "sans-porc", True),
        (date(2020, 1, 31), "vegetarien", False),
        (None, None, False),
    ]
    assert bonds.address == ("Bât. B, appt 12", "12 rue de l'Église", "01000 BOURG-EN-BRESSE")
    assert petits.address == ("Chemin du Pré", "1201 GENÈVE SUISSE")
    assert (bonds.direct_debit, petits.direct_debit) == (True, False)


def test_what_a_list_says_reaches_the_portal_once(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    assert (child_of(portal).diet, child_of(portal).pai) == (DietId("sans-porc"), True)
    assert portal.load(full(tmp_path)).nothing_changed


@pytest.mark.parametrize(
    ("column", "before", "after", "field"),
    [
        ("naissance", "12/03/2018", "13/03/2018", "birth"),
        ("regime", "sans porc", "Végétarien", "diet"),
        ("pai", "CE1;12/03/2018;sans porc;oui", "CE1;12/03/2018;sans porc;non", "pai"),
    ],
)
def test_a_change_of_one_cell_changes_one_child(
    tmp_path: Path, column: str, before: str, after: str, field: str
) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    was = getattr(child_of(portal), field)
    report = portal.load(full(tmp_path, children=CHILDREN.replace(before, after, 1)))
    assert (report.children.changed, report.families.changed) == (1, 0), column
    assert getattr(child_of(portal), field) != was


def test_an_address_or_a_direct_debit_that_changes_is_written(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    moved = FAMILIES.replace("12 rue de l'Église", "14 rue de l'Église").replace("BRESSE;oui", "BRESSE;non")
    assert portal.load(full(tmp_path, families=moved)).families.changed == 1
    assert family_of(portal).address[1] == "14 rue de l'Église"
    assert not family_of(portal).direct_debit


def test_a_list_without_the_columns_says_nothing_of_them(tmp_path: Path) -> None:
    """The export of another day has fewer columns: what an earlier one said is still true."""
    portal = Portal()
    portal.load(full(tmp_path))
    before = family_of(portal)
    assert portal.load(bare(tmp_path)).nothing_changed
    assert family_of(portal) == before


def test_an_empty_cell_empties(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    emptied = CHILDREN.replace("CE1;12/03/2018;sans porc;oui", "CE1;;;")
    nowhere = FAMILIES.replace("12 rue de l'Église;Bât. B, appt 12;01000;BOURG-EN-BRESSE;oui", ";;;;")
    portal.load(full(tmp_path, children=emptied, families=nowhere))
    assert (child_of(portal).birth, child_of(portal).diet, child_of(portal).pai) == (None, None, False)
    assert (family_of(portal).address, family_of(portal).direct_debit) == ((), False)


@pytest.mark.parametrize("columns", ["with the columns", "without them"])
def test_diet_and_health_go_with_the_child(tmp_path: Path, columns: str) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    list_of = CHILDREN if columns == "with the columns" else LISTS["enfants.csv"]
    children = "".join(line for line in list_of.splitlines(keepends=True) if not line.startswith("c-7"))
    enrolled = LISTS["inscriptions.csv"].replace("c-7;cantine;;;\n", "")
    booked = "".join(line for line in LISTS["reservations.csv"].splitlines(keepends=True) if "c-7" not in line)
    portal.accept(a_folder(tmp_path, town=DIETS, enfants=children, inscriptions=enrolled, reservations=booked))
    left = child_of(portal)
    assert left.left
    assert (left.diet, left.pai, left.birth) == (None, False, date(2018, 3, 12))


def test_diet_and_health_go_from_the_family_that_a_child_leaves(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    booked = "".join(line for line in LISTS["reservations.csv"].splitlines(keepends=True) if "c-7" not in line)
    children = CHILDREN.replace("c-7;f-1", "c-7;f-2")
    portal.accept(a_folder(tmp_path, town=DIETS, familles=FAMILIES, enfants=children, reservations=booked))
    (former,) = family_of(portal).former
    assert (former.id, former.diet, former.pai) == ("c-7", None, False)
    assert [child.diet for child in family_of(portal, "f-2").children if child.id == "c-7"] == ["sans-porc"]


def test_no_text_for_people_who_look_at_values_has_diet_or_health(tmp_path: Path) -> None:
    portal = Portal()
    portal.load(full(tmp_path))
    shown = repr(portal.store.family_items([F1]))
    assert "James" in shown
    assert "porc" not in shown
    assert "pai" not in shown


LINE = {"enfants": 5, "familles": 4}
CASES = [
    ("enfants", f"{A_CHILD};31/02/2018;;", "la date « 31/02/2018 » n'existe pas"),
    ("enfants", f"{A_CHILD};24/11/2026;;", "« naissance » (24/11/2026) est dans l'avenir"),
    ("enfants", f"{A_CHILD};12/03/0218;;", "l'année de « 12/03/0218 » est hors limites"),
    ("enfants", f"{A_CHILD};;sans gluten;", "« regime » n'est pas connu ; attendu : un régime de town.toml"),
    ("enfants", f"{A_CHILD};;;arachide", "« pai » n'est pas compris ; attendu : oui ou non"),
    ("familles", f"{A_FAMILY};{'x' * 121};;01000;BOURG;", "une ligne de 120 caractères au plus"),
    ("familles", f'{A_FAMILY};rue X;;01000;"BOURG\nEN BRESSE";', "une ligne de 120 caractères au plus"),
    ("familles", f"{A_FAMILY};rue X;;1000;BOURG;", "attendu : cinq chiffres, par exemple 01000"),
    ("familles", f"{A_FAMILY};rue X;;01000;;", "« code_postal » est là sans « ville »"),
    ("familles", f"{A_FAMILY};;;;;mensuel", "« prelevement » vaut « mensuel » ; attendu : oui ou non"),
]


@pytest.mark.parametrize(("file", "line", "said"), CASES)
def test_a_wrong_cell_is_said_with_its_line(tmp_path: Path, file: str, line: str, said: str) -> None:
    lists = {"enfants": CHILDREN, "familles": FAMILIES}
    lists[file] += f"{line}\n"
    (fault,) = faults_of(a_folder(tmp_path, town=DIETS, **lists))
    assert fault.startswith(f"{file}.csv:{LINE[file]}: ")
    assert said in fault
    assert "attendu" in fault


@pytest.mark.parametrize(("at", "value"), [("regime", "sans gluten"), ("pai", "arachide")])
def test_a_fault_never_shows_what_was_written_of_diet_or_health(tmp_path: Path, at: str, value: str) -> None:
    line = f"{A_CHILD};;{value};\n" if at == "regime" else f"{A_CHILD};;;{value}\n"
    (fault,) = faults_of(full(tmp_path, children=CHILDREN + line))
    assert value not in fault


def test_a_diet_that_stands_in_the_column_of_births_is_not_shown_either(tmp_path: Path) -> None:
    (fault,) = faults_of(full(tmp_path, children=f"{CHILDREN}{A_CHILD};sans porc;;\n"))
    assert fault == "enfants.csv:5: « naissance » n'est pas une date ; attendu : 2018-09-01 ou 01/09/2018"


def test_a_diet_needs_the_town_s_diets(tmp_path: Path) -> None:
    faults = faults_of(a_folder(tmp_path, enfants=CHILDREN))
    assert len(faults) == 2
    assert all("attendu : une case vide, ou [regimes] dans town.toml" in fault for fault in faults)


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ("13/03/2018;sans-porc;oui", "naissance"),
        ("12/03/2018;vegetarien;oui", "regime"),
        ("12/03/2018;;oui", "regime"),
        ("12/03/2018;sans-porc;non", "pai"),
    ],
)
def test_two_families_say_the_same_of_one_child(tmp_path: Path, cells: str, word: str) -> None:
    line = f"c-7;f-2;007;James;BOND;mallerin;CE1;{cells}\n"
    assert faults_of(full(tmp_path, children=CHILDREN + line)) == [
        f"enfants.csv:5: « {word} » de l'enfant « c-7 » n'est pas ce que dit la ligne 2 ; "
        "attendu : la même chose pour un même enfant"
    ]


def test_two_families_that_agree_are_right(tmp_path: Path) -> None:
    line = "c-7;f-2;007;James;BOND;mallerin;CE1;2018-03-12;Sans Porc;o\n"
    assert faults_of(full(tmp_path, children=CHILDREN + line)) == []
