"""Which list a dropped file is, whatever people, browsers and nights add to its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.intake.drop.names import ARCHIVE, Named, Stray, what_is, words_of
from chalicelib.intake.files.faults import TOWN_FILES


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("depot/enfants.csv", "enfants.csv"),
        ("depot/Enfants.CSV", "enfants.csv"),
        ("depot/enfants (1).csv", "enfants.csv"),
        ("depot/enfants - Copie.csv", "enfants.csv"),
        ("depot/enfants - Copie (2).csv", "enfants.csv"),
        ("depot/enfants_2026-11-24.csv", "enfants.csv"),
        ("depot/ENFANTS-20261124.csv", "enfants.csv"),
        ("depot/enfants 24-11-2026.csv", "enfants.csv"),
        ("depot/enfants_2026-11-24T0130 (3).csv", "enfants.csv"),
        ("depot/Règlements.csv", "reglements.csv"),
        ("depot/VILLE/town.toml", "town.toml"),
        ("depot/accepter/familles.csv", "familles.csv"),
        ("depot/pdf/2026-026-000335.PDF", "pdf/2026-026-000335.pdf"),
        ("depot/blason.svg", "blason.svg"),
        ("depot/ville (4).zip", ARCHIVE.name),
    ],
)
def test_a_file_of_the_town(path: str, name: str) -> None:
    assert what_is(path) == Named(name)


@pytest.mark.parametrize(
    ("path", "like", "said"),
    [
        ("depot/plage.jpg", "", "c'est une image ; attendu : town.toml, une liste CSV"),
        ("depot/enfants.xlsx", "enfants.csv", "c'est un classeur de tableur ; attendu : enfants.csv enregistré en CSV"),
        ("depot/Classeur1.xlsx", "", "c'est un classeur de tableur ; attendu : une liste enregistré en CSV"),
        ("depot/enfant.csv", "enfants.csv", "ce nom n'est pas celui d'une liste ; attendu : enfants.csv"),
        ("depot/enfants.txt", "enfants.csv", "c'est un texte ; attendu : enfants.csv"),
        ("depot/enfants.csv.part", "enfants.csv", "c'est un envoi inachevé"),
        ("depot/Facture de Léa.pdf", "", "ce PDF ne porte pas le numéro d'une facture"),
        ("depot/enfants", "enfants.csv", "ce nom n'est pas celui d'une liste"),
        ("depot/ville.rar", "", "c'est une archive d'une autre sorte ; attendu : un .zip"),
        ("depot/mystère.bin", "", "ce fichier n'est pas de ceux d'une ville ; attendu : town.toml"),
    ],
)
def test_anything_else_is_told_what_it_is(path: str, like: str, said: str) -> None:
    found = what_is(path)
    assert isinstance(found, Stray)
    assert found.like == like
    assert found.why.startswith(said)


@pytest.mark.parametrize(
    "path", ["depot/.DS_Store", "__MACOSX/x/enfants.csv", "depot/Thumbs.db", "depot/~$enfants.csv"]
)
def test_what_systems_leave_is_nothing(path: str) -> None:
    assert what_is(path) is None


def test_folders_of_the_drop_are_words() -> None:
    assert words_of("depot/enfants.csv") == frozenset()
    assert words_of("depot/accepter/enfants.csv") == {"accepter"}
    assert words_of("depot/Annuler/accepter/ville/enfants.csv") == {"annuler", "accepter"}
    assert words_of("depot/accepter") == frozenset()


@given(st.text(max_size=40), st.sampled_from(["csv", "CSV", "toml", "zip", "pdf", "svg", "xlsx", ""]))
def test_a_name_never_leaves_the_town_s_folder(stem: str, suffix: str) -> None:
    found = what_is(f"depot/{stem}.{suffix}")
    if isinstance(found, Named):
        assert found in {ARCHIVE, *map(Named, TOWN_FILES)} or found.name.removeprefix("pdf/").isascii()
        assert ".." not in found.name.split("/")
        assert "/" not in found.name.removeprefix("pdf/")
