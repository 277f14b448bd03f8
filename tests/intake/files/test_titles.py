"""The titles of a list: the portal's, or those of the town's own software; what is not read is remarked once."""

from pathlib import Path

import pytest

from chalicelib.intake.files.columns import COLUMNS
from chalicelib.intake.files.staging import count
from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles, validated
from tests.clock import paris
from tests.intake.folder import LISTS, TOWN, a_folder, line_of

NOW = paris("lundi 2026-11-23 08:00")
OWN = {"code_enfant": "N° élève", "prenom": "Prénom usuel", "classe": "Niveau"}


def said_of(folder: Path) -> tuple[list[str], list[str]]:
    """Faults, and remarks."""
    try:
        with validated(folder, NOW, Silence()) as files:
            return [], files.remarks.lines()[1:]
    except BadFiles as bad:
        return bad.faults.lines()[:-1], bad.faults.remarks.lines()[1:]


def with_titles(name: str, **titles: str) -> str:
    """List ``name`` with other titles for some columns."""
    head, *rows = LISTS[f"{name}.csv"].splitlines()
    return "\n".join([";".join(titles.get(column, column) for column in head.split(";")), *rows]) + "\n"


def mapped(**titles: str) -> str:
    return f"{TOWN}\n[listes.enfants]\n" + "".join(f"{column} = '{title}'\n" for column, title in titles.items())


@pytest.mark.parametrize("own", [{}, {"code_enfant": "N°  ELEVE"}, {"code_enfant": "n°élève *"}, {"classe": "classe"}])
def test_a_town_gives_its_own_titles(tmp_path: Path, own: dict[str, str]) -> None:
    folder = a_folder(tmp_path, town=mapped(**OWN), enfants=with_titles("enfants", **{**OWN, **own}))
    assert said_of(folder) == ([], [])
    with validated(folder, NOW, Silence()) as files:
        assert count(files.lists, "children") == 3
        noe = files.lists.execute("SELECT code, first_name FROM children WHERE id = 'c-9'").fetchone()
    assert noe == ("009", "Noé")


def test_titles_may_change_places(tmp_path: Path) -> None:
    swapped = {"prenom": "nom", "nom": "prenom"}
    folder = a_folder(tmp_path, town=mapped(**swapped), enfants=with_titles("enfants", **swapped))
    with validated(folder, NOW, Silence()) as files:
        assert files.lists.execute("SELECT first_name, last_name FROM children").fetchone() == ("James", "BOND")


@pytest.mark.parametrize("name", [name.removesuffix(".csv") for name in COLUMNS])
def test_every_list_may_have_its_own_titles(tmp_path: Path, name: str) -> None:
    column = COLUMNS[f"{name}.csv"].names[-1]
    assert said_of(a_folder(tmp_path, town=f'{TOWN}\n[listes.{name}]\n{column} = "Autre"\n'))[0] == []


@pytest.mark.parametrize(
    ("line", "at", "said"),
    [
        (
            "[listes.enfant]\nnom = 'x'",
            "[listes.enfant]",
            "la liste « enfant » n'existe pas ; vouliez-vous dire « enfants »",
        ),
        (
            "[listes.enfants]\nprenoms = 'x'",
            "prenoms",
            "la colonne « prenoms » n'existe pas ; vouliez-vous dire « prenom »",
        ),
        ("[listes.enfants]\nnom = 3", "nom = 3", "« nom » n'est pas de la bonne forme"),
        ("[listes.enfants]\nnom = 'X'\nprenom = 'x'", "prenom", "« x » est déjà le titre de « nom »"),
    ],
)
def test_a_wrong_mapping_is_a_fault_with_the_nearest_name(tmp_path: Path, line: str, at: str, said: str) -> None:
    text = f"{TOWN}\n{line}\n"
    faults, _ = said_of(a_folder(tmp_path, town=text))
    assert faults[0].startswith(f"town.toml:{len(TOWN.splitlines()) + 1 + line_of(text[len(TOWN) + 1 :], at)}: {said}")


@pytest.mark.parametrize("title", ["clase", "Classe 2026"])
def test_a_title_that_may_be_an_optional_column_says_how_to_name_it(tmp_path: Path, title: str) -> None:
    faults, remarks = said_of(a_folder(tmp_path, enfants=with_titles("enfants", classe=title)))
    assert faults == []
    assert remarks == [
        f"  enfants.csv:1: la colonne « {title} » n'est pas lue ; attendu : rien, ou, si c'est elle, "
        f'« classe = "{title}" » sous « [listes.enfants] » dans town.toml'
    ]


def test_a_column_without_title_is_not_read(tmp_path: Path) -> None:
    enfants = LISTS["enfants.csv"].replace(";ecole;", ";ecole;;").replace(";mallerin;", ";mallerin;z;")
    enfants = enfants.replace(";MALLERIN PRIMAIRE;", ";mallerin;;").replace(";Prévert;", ";prevert;;")
    faults, remarks = said_of(a_folder(tmp_path, enfants=enfants))
    assert faults == []
    assert remarks == [
        "  enfants.csv:1: la colonne « colonne 7, sans titre » n'est pas lue ; "
        "attendu : rien si elle ne sert pas au portail"
    ]


def test_a_list_with_all_its_columns_and_more(tmp_path: Path) -> None:
    head, *rows = LISTS["enfants.csv"].splitlines()
    enfants = "\n".join([f"{head};Sexe", *(f"{row};#REF!" for row in rows)])
    assert said_of(a_folder(tmp_path, enfants=enfants)) == (
        [],
        ["  enfants.csv:1: la colonne « Sexe » n'est pas lue ; attendu : rien si elle ne sert pas au portail"],
    )


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        ({"code_enfant": "Code de l'enfant"}, "la colonne « code_enfant » ; attendu : {}, ou, si c'est elle, "),
        ({"nom": "Patronyme", "prenom": "Petit nom"}, "les colonnes « prenom », « nom » ; attendu : {}"),
        ({"nom": "prenom"}, "la colonne « prenom » est là 2 fois (prenom, prenom)"),
    ],
)
def test_a_needed_column_that_is_missing_is_a_fault(tmp_path: Path, titles: dict[str, str], said: str) -> None:
    faults, remarks = said_of(a_folder(tmp_path, enfants=with_titles("enfants", **titles)))
    assert said.format(", ".join(COLUMNS["enfants.csv"].names)) in faults[0]
    assert remarks == []


def test_a_title_that_the_town_promised_is_named(tmp_path: Path) -> None:
    faults, _ = said_of(
        a_folder(tmp_path, town=mapped(nom="Patronyme"), enfants=with_titles("enfants", nom="Famille 2"))
    )
    assert faults[0].startswith("enfants.csv:1: il manque la colonne « nom (« Patronyme ») »")


def test_titles_in_a_town_that_cannot_be_read_are_not_missed(tmp_path: Path) -> None:
    """The lists are right: one fault, and a count."""
    folder = a_folder(tmp_path, town=mapped(**OWN) + "x = [", enfants=with_titles("enfants", **OWN))
    faults, _ = said_of(folder)
    assert [fault.split(":")[0] for fault in faults] == [
        "town.toml",
        "Lignes qui n'ont pas pu être jugées à cause de ces erreurs ",
    ]


@pytest.mark.parametrize("said", ["true", "1", '"octobre"', '""'])
def test_whether_a_list_is_complete_is_said_in_words(tmp_path: Path, said: str) -> None:
    faults, _ = said_of(a_folder(tmp_path, town=f"{TOWN}\n[listes.reglements]\ncomplet = {said}\n"))
    (fault,) = faults
    assert fault.endswith('« complet » n\'est pas compris ; attendu : "oui" ou "non", entre guillemets')
