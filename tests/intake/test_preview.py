"""What an import would change of what is online is said first, and alone when only that is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.intake.preview import Preview
from chalicelib.intake.progress import Silence
from tests.intake.folder import LISTS, TOWN, a_folder
from tests.intake.living import LivingTown, quick_hashes
from tests.intake.memory_portal import Portal, snapshot, without

CLOSED = TOWN + 'fermetures = [{ motif = "Grève", jour = 2026-12-01 }]\n'


@pytest.fixture(autouse=True, scope="module")
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    portal = Portal()
    portal.load(a_folder(tmp_path))
    return portal


def seen(portal: Portal, folder: Path) -> list[str]:
    """The sentences; nothing is written."""
    before = snapshot(portal)
    found = portal.run.look(folder, Silence()).preview.sentences
    assert snapshot(portal) == before
    return list(found)


def test_the_same_folder_changes_nothing(portal: Portal, tmp_path: Path) -> None:
    assert seen(portal, a_folder(tmp_path)) == []
    assert Preview(()).lines() == ["Par rapport au portail : familles, enfants, codes et inscriptions ne changent pas."]


def test_a_first_import_adds_everything(tmp_path: Path) -> None:
    assert seen(Portal(), a_folder(tmp_path)) == [
        "Familles : 2 ajoutées",
        "Enfants : 3 ajoutés",
        "Codes d'accès : 3 ajoutés",
        "Inscriptions : 4 ajoutées",
    ]


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        (
            {
                "enfants": without("enfants.csv", "c-7"),
                "inscriptions": without("inscriptions.csv", "c-7"),
            },
            ["Enfants : 1 part (James BOND (c-7))", "Inscriptions : 1 s'arrête"],
        ),
        ({"enfants": LISTS["enfants.csv"].replace("James", "Jim")}, ["Enfants : 1 change de nom ou d'école"]),
        ({"familles": LISTS["familles.csv"].replace("CERISIER22", "MIRABELLE3")}, ["Codes d'accès : 1 change"]),
        (
            {"inscriptions": LISTS["inscriptions.csv"].replace("31/12/2026", "30/12/2026")},
            ["Inscriptions : 1 change de dates"],
        ),
        ({"town": CLOSED}, ["Réservations : 1 tomberait sur un jour fermé"]),
        (
            {"town": CLOSED.replace(" }]", ", annuler = true }]")},
            ["Réservations : 1 serait annulée par la mairie, la famille prévenue"],
        ),
        (
            {"town": TOWN.replace("2027-07-02", "2027-07-05")},
            ["Ville : son calendrier finira le 05/07/2027 et non le 02/07/2027"],
        ),
    ],
)
def test_each_change_is_a_sentence(portal: Portal, tmp_path: Path, lists: dict[str, str], said: list[str]) -> None:
    assert seen(portal, a_folder(tmp_path, **lists)) == said


def test_a_look_says_what_would_stop_the_run(portal: Portal, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, enfants=LISTS["enfants.csv"].replace(";00", ";"))
    (reason,) = portal.run.look(folder, Silence()).stopped_by
    assert reason.startswith("3 codes sur 3 changeraient")


def test_an_import_shows_it_before_it_writes(tmp_path: Path) -> None:
    town = LivingTown()
    shown: list[tuple[str, ...]] = []

    def show(preview: Preview) -> None:
        assert town.store.current_town() is None
        shown.append(preview.sentences)

    town.run(a_folder(tmp_path), Silence(), show=show)
    assert shown[0][0] == "Familles : 2 ajoutées"
