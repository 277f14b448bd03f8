"""A run that would change too much stops before it writes anything, and goes through when it is asked to."""

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commands.import_town import BRAKED, DONE, main
from chalicelib.intake.brakes import MOST_RENUMBERED_SHOWN, SHARE_OF_CODES, Braked, Loss, reasons
from chalicelib.intake.progress import Silence
from chalicelib.rules.brakes import Brakes
from chalicelib.settings import Settings
from chalicelib.storage.database import Database
from tests.intake.folder import LISTS, TOWN, a_folder
from tests.intake.memory_portal import Portal, snapshot, without

ALWAYS_PASSES = Brakes().count
ZEROS_LOST = {"enfants": LISTS["enfants.csv"].replace(";00", ";")}


def a_town(families: int, *, code: str = "PEUPLIER", enrolled: int | None = None) -> dict[str, str]:
    """Lists of ``families`` with a child each, of which the first ``enrolled`` (all) eat at school."""
    numbers = range(100, 100 + families)
    titles = {name: text.splitlines(keepends=True)[0] for name, text in LISTS.items()}
    return {
        "familles": titles["familles.csv"] + "".join(f"f-{n};X;{code}{n};\n" for n in numbers),
        "enfants": titles["enfants.csv"] + "".join(f"c-{n};f-{n};{n};A;B;mallerin;\n" for n in numbers),
        "inscriptions": titles["inscriptions.csv"] + "".join(f"c-{n};cantine;;;\n" for n in numbers[:enrolled]),
        "reservations": titles["reservations.csv"],
    }


def stopped(portal: Portal, folder: Path) -> list[str]:
    """What the run that stops says; it wrote nothing."""
    before = snapshot(portal)
    with pytest.raises(Braked) as braked:
        portal.load(folder)
    assert snapshot(portal) == before
    return list(braked.value.reasons)


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash takes 43 ms, and towns of a hundred families have a hundred."""
    monkeypatch.setattr("hashlib.scrypt", lambda secret, *, salt, **_: hashlib.sha256(salt + secret).digest())


def test_codes_whose_zeros_were_lost_stop_the_run(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    folder = a_folder(tmp_path, **ZEROS_LOST)
    assert stopped(portal, folder) == [
        "3 codes sur 3 changeraient : ceux que les parents ont ne marcheraient plus (2 familles)"
    ]
    assert portal.sign_in("007", "GOLDENEYE7").child == "c-7"
    assert portal.accept(folder).logins.added == 3
    assert portal.sign_in("7", "GOLDENEYE7").child == "c-7"


def test_the_new_code_of_one_family_passes(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    familles = LISTS["familles.csv"].replace("GOLDENEYE7", "SKYFALL2012")
    assert portal.load(a_folder(tmp_path, familles=familles)).logins.changed == 2


def test_nothing_stops_a_first_import_nor_the_same_one(portal: Portal, quick_hashes: None, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path, **a_town(50)))
    assert portal.load(a_folder(tmp_path, **a_town(50))).nothing_changed


def test_an_empty_list_stops_the_run(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    empty = {name.removesuffix(".csv"): text.splitlines(keepends=True)[0] for name, text in LISTS.items()}
    assert stopped(portal, a_folder(tmp_path, **empty)) == [
        "2 familles sur 2 ne seraient plus dans les listes : la liste est vide",
        "3 enfants sur 3 ne seraient plus dans les listes (2 familles) : la liste est vide",
        "4 inscriptions sur 4 s'arrêteraient (2 familles) : la liste est vide",
    ]
    only = {"inscriptions": empty["inscriptions"], "reservations": empty["reservations"]}
    assert stopped(portal, a_folder(tmp_path, **only)) == [
        "4 inscriptions sur 4 s'arrêteraient (2 familles) : la liste est vide"
    ]


def test_children_families_and_enrolments_that_leave_in_numbers_stop_the_run(
    portal: Portal, quick_hashes: None, tmp_path: Path
) -> None:
    portal.load(a_folder(tmp_path, **a_town(100)))
    assert stopped(portal, a_folder(tmp_path, **a_town(100 - ALWAYS_PASSES - 1))) == [
        "21 familles sur 100 ne seraient plus dans les listes",
        "21 enfants sur 100 ne seraient plus dans les listes",
        "21 inscriptions sur 100 s'arrêteraient",
    ]
    assert stopped(portal, a_folder(tmp_path, **a_town(100, enrolled=100 - ALWAYS_PASSES - 1))) == [
        "21 inscriptions sur 100 s'arrêteraient"
    ]
    portal.load(a_folder(tmp_path, **a_town(100 - ALWAYS_PASSES)))


def test_an_enrolment_that_ends_is_one_that_leaves(portal: Portal, quick_hashes: None, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path, **a_town(30)))
    lists = a_town(30)
    lists["inscriptions"] = lists["inscriptions"].replace(";cantine;;;", ";cantine;;22/11/2026;")
    assert stopped(portal, a_folder(tmp_path, **lists)) == ["30 inscriptions sur 30 s'arrêteraient"]
    lists["inscriptions"] = lists["inscriptions"].replace("22/11/2026", "23/11/2026")
    assert stopped(portal, a_folder(tmp_path, **lists)) == ["30 inscriptions sur 30 changeraient de dates"]


def test_names_that_all_change_stop_the_run(portal: Portal, quick_hashes: None, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path, **a_town(30)))
    lists = a_town(30)
    lists["enfants"] = lists["enfants"].replace(";A;B;", ";B;A;")
    assert stopped(portal, a_folder(tmp_path, **lists)) == ["30 enfants sur 30 changeraient de nom ou d'école"]


def test_another_towns_folder_stops_the_run(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    town = TOWN.replace('nom = "Ville de démo"', 'nom = "Autre ville"')
    assert stopped(portal, a_folder(tmp_path, town=town)) == [
        "la ville s'appellerait « Autre ville », et s'appelle « Ville de démo » : est-ce le bon dossier ?"
    ]
    portal.load(a_folder(tmp_path, town=TOWN.replace("Ville de démo", "VILLE DE DEMO")))


def test_a_calendar_that_ends_sooner_stops_the_run(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    assert stopped(portal, a_folder(tmp_path, town=TOWN.replace("2027-07-02", "2027-06-30"))) == [
        "le calendrier finirait le 30/06/2027, et finit le 02/07/2027 : est-ce le fichier de cette année ?"
    ]
    portal.load(a_folder(tmp_path, town=TOWN.replace("2027-07-02", "2027-07-05")))


def braked_at(count: int, percent: int) -> str:
    return f"{TOWN}\n[freins]\nnombre = {count}\npourcent = {percent}\n"


def test_a_town_sets_its_own_brakes(portal: Portal, quick_hashes: None, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path, town=braked_at(2, 1), **a_town(100)))
    families, *_ = stopped(portal, a_folder(tmp_path, town=braked_at(2, 1), **a_town(97)))
    assert families == "3 familles sur 100 ne seraient plus dans les listes"


def test_a_file_cannot_loosen_its_own_brakes(portal: Portal, quick_hashes: None, tmp_path: Path) -> None:
    """What is published holds until the next import, which the preview of this one says."""
    portal.load(a_folder(tmp_path, **a_town(100)))
    loose = a_folder(tmp_path, town=braked_at(1000, 100), **a_town(70))
    assert len(stopped(portal, loose)) == 3
    shown: list[str] = []
    portal.run(
        a_folder(tmp_path, town=braked_at(1000, 100), **a_town(100)), Silence(), show=lambda p: shown.extend(p.lines())
    )
    assert shown[-1] == (
        "  Ville : ses freins seront, dès l'import suivant, à 1000 et 100\xa0% (ils sont à 20 et 5\xa0%)"
    )
    portal.load(a_folder(tmp_path, town=braked_at(1000, 100), **a_town(70)))


def test_enrolments_that_are_over_are_not_missed(portal: Portal, quick_hashes: None, tmp_path: Path) -> None:
    lists = a_town(30)
    lists["inscriptions"] = lists["inscriptions"].replace(";cantine;;;", ";cantine;;22/11/2026;")
    portal.load(a_folder(tmp_path, **lists))
    portal.load(a_folder(tmp_path, **a_town(30, enrolled=1)))


def test_a_child_who_moves_and_an_activity_that_ends_pass(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    moved = LISTS["enfants.csv"].replace("c-7;f-1", "c-7;f-2")
    lists = {"enfants": moved, "reservations": without("reservations.csv", "c-7")}
    portal.load(a_folder(tmp_path, **lists, inscriptions=without("inscriptions.csv", "c-7")))


RENUMBERED = {name: LISTS[f"{name}.csv"].replace("f-1;", "f-10;") for name in ("familles", "enfants", "reservations")}


def test_a_family_that_gets_another_identifier_stops_the_run(
    portal: Portal, quick_hashes: None, tmp_path: Path
) -> None:
    """However few they are: its invoices stay under the old one, which no code would open."""
    portal.load(a_folder(tmp_path))
    folder = a_folder(tmp_path, **RENUMBERED)
    said = (
        "la famille « f-1 » semble avoir changé d'identifiant (« f-10 ») : ses factures et son historique resteraient "
        "sous « f-1 », sans code pour les ouvrir ; gardez l'identifiant « f-1 »"
    )
    assert said in stopped(portal, folder)
    lines = portal.accept(folder).lines()
    assert any(
        "« f-1 » a changé d'identifiant (« f-10 ») : ses factures et son historique sont sous « f-1 », "
        "et plus aucun code ne les ouvre" in line
        for line in lines
    )
    assert portal.sign_in("007", "GOLDENEYE7").family == "f-10"


def test_one_renumbered_family_of_many_stops_the_run(portal: Portal, quick_hashes: None, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path, **a_town(50)))
    lists = {name: text.replace("f-120;", "f-920;") for name, text in a_town(50).items()}
    (reason,) = stopped(portal, a_folder(tmp_path, **lists))
    assert "la famille « f-120 » semble avoir changé d'identifiant (« f-920 »)" in reason
    portal.accept(a_folder(tmp_path, **lists))
    assert portal.load(a_folder(tmp_path, **lists)).nothing_changed


def test_many_renumbered_families_are_cut(portal: Portal, quick_hashes: None, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path, **a_town(20)))
    lists = {name: text.replace("f-1", "f-9") for name, text in a_town(20).items()}
    said = [reason for reason in stopped(portal, a_folder(tmp_path, **lists)) if "identifiant" in reason]
    assert len(said) == MOST_RENUMBERED_SHOWN + 1
    assert said[-1] == f"… et {20 - MOST_RENUMBERED_SHOWN} autres familles qui semblent avoir changé d'identifiant"


def loss(*, lost: int, on_portal: int = 100, families: int = 2, listed: int = 100) -> Loss:
    return Loss("code sur {on_portal}", "codes sur {on_portal}", lost, on_portal, families, listed, SHARE_OF_CODES)


@pytest.mark.parametrize(
    ("changes", "brakes"),
    [
        ({"lost": 0, "on_portal": 0}, False),
        ({"lost": 0, "on_portal": 0, "listed": 0}, False),
        ({"lost": 20, "on_portal": 100}, False),
        ({"lost": 21, "on_portal": 100}, True),
        ({"lost": 21, "on_portal": 420}, False),
        ({"lost": 22, "on_portal": 420}, True),
        ({"lost": 1, "on_portal": 2}, True),
        ({"lost": 1, "on_portal": 3}, False),
        ({"lost": 3, "on_portal": 3, "families": 1}, False),
        ({"lost": 3, "on_portal": 3, "families": 1, "listed": 0}, True),
    ],
)
def test_how_much_is_too_much(changes: dict[str, int], brakes: bool) -> None:
    assert loss(**changes).brakes is brakes


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 50))
def test_losing_more_never_brakes_less(lost: int, more: int, families: int) -> None:
    on_portal = lost + more
    least, most = (
        loss(lost=lost, on_portal=on_portal, families=families),
        loss(lost=on_portal, on_portal=on_portal, families=families),
    )
    assert most.brakes or not least.brakes
    assert bool(reasons([least])) is least.brakes


def test_the_command_says_what_it_would_do_and_how_to_go_on(
    tmp_path: Path, moto_settings: Settings, moto_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.intake.importing.WRITING_THREADS", 1)
    environ = {
        "DEMO_NOW": "2026-11-23T08:00",
        "PORTAL_STAGE": "local",
        "AWS_REGION": moto_settings.region,
        "PORTAL_TABLES": moto_settings.tables,
        "PORTAL_BUCKET": moto_settings.bucket,
        "PORTAL_SESSION_SECRET": moto_settings.session_secret,
        "PORTAL_PEPPER": moto_settings.pepper,
        "PORTAL_SENDER": moto_settings.sender,
    }

    def run(*options: str) -> tuple[int, str, str]:
        out, error = io.StringIO(), io.StringIO()
        return main([str(tmp_path), *options], environ, out, error), out.getvalue(), error.getvalue()

    a_folder(tmp_path)
    assert run()[0] == DONE
    a_folder(tmp_path, **ZEROS_LOST)
    status, out, error = run("--verifier")
    assert (status, error) == (BRAKED, "")
    assert "Cet import s'arrêterait avant d'écrire : il changerait trop de choses d'un coup.\n" in out
    assert "peuvent être importés" not in out
    status, out, error = run()
    assert (status, out.splitlines()) == (
        BRAKED,
        ["Par rapport au portail :", "  Codes d'accès : 3 ajoutés, 3 supprimés"],
    )
    assert error.splitlines() == [
        "Arrêté avant d'écrire : cet import changerait trop de choses d'un coup.",
        "  3 codes sur 3 changeraient : ceux que les parents ont ne marcheraient plus (2 familles)",
        "Si les fichiers sont justes, relancez avec --accepter-les-changements (make import … ACCEPTER=oui).",
    ]
    status, out, _ = run("--accepter-les-changements")
    assert status == DONE
    assert "Codes d'accès : 3 ajoutés, 0 modifié, 0 inchangé, 3 supprimés" in out
