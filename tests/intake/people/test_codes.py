"""What codes open once lists were imported, and what becomes of those that the lists replace."""

from pathlib import Path

import pytest

from chalicelib.rules.ids import FamilyId
from chalicelib.services.accounts import WrongCodes
from chalicelib.services.keyed_hashes import login_key
from tests.intake.folder import LISTS, a_folder, with_line
from tests.intake.memory_portal import F1, PEPPER, Portal, without


def test_the_codes_open_the_family(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    assert portal.sign_in(" 008 ", "golden-eye 7").child == "c-8"
    stored = repr(portal.store.login_store.logins)
    assert "G0" not in stored
    assert "GOLD" not in stored


def test_a_code_that_the_lists_replace_stops_working(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    familles = LISTS["familles.csv"].replace("GOLDENEYE7", "SKYFALL2012")
    enfants = without("enfants.csv", "c-8")
    report = portal.load(
        a_folder(
            tmp_path,
            familles=familles,
            enfants=enfants,
            inscriptions=without("inscriptions.csv", "c-8"),
            reservations=without("reservations.csv", "c-8"),
        )
    )
    assert (report.logins.changed, report.logins_removed, report.logins.unchanged) == (1, 1, 1)
    for child_code in ("007", "008"):
        with pytest.raises(WrongCodes):
            portal.sign_in(child_code, "GOLDENEYE7")
    assert portal.sign_in("007", "SKYFALL2012").child == "c-7"
    assert portal.family().session_epoch == 1, "sessions that the old code opened are over"
    assert portal.family(FamilyId("f-2")).session_epoch == 0


def test_codes_that_did_not_change_are_not_hashed_again(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    before = dict(portal.store.login_store.logins)
    line = "c-3;f-2;033;Zoé;PETIT;prevert;"
    report = portal.load(a_folder(tmp_path, **with_line("enfants", line)))
    after = portal.store.login_store.logins
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {(login_key(PEPPER, "033"), "f-2")}
    assert report.logins.added == 1


def test_children_of_a_family_share_one_hash(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    logins = portal.store.login_store.logins.values()
    assert len({login.secret for login in logins if login.family == F1}) == 1
    assert len({login.secret for login in logins}) == 2


def test_codes_that_move_to_another_child_open_that_child(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    swapped = LISTS["enfants.csv"].replace(";007;", ";x;").replace(";008;", ";007;").replace(";x;", ";008;")
    report = portal.load(a_folder(tmp_path, enfants=swapped))
    assert (report.logins.changed, report.logins_removed) == (2, 0)
    assert portal.sign_in("007", "GOLDENEYE7").child == "c-8"
