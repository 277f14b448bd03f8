"""A list alone is completed with what was imported last, by whatever way."""

from pathlib import Path

from chalicelib.intake.drop.keeping import keep
from chalicelib.intake.drop.receiving import DropRun
from tests.intake.drop.desk import Desk, a_town
from tests.intake.folder import LISTS, a_folder

CORRECTED = LISTS["enfants.csv"].replace("James", "Jim")


def test_an_operator_s_import_is_what_completes_a_list(tmp_path: Path) -> None:
    (tmp_path / "unpacked").mkdir()
    desk = Desk(tmp_path / "unpacked")
    folder = a_folder(tmp_path / "town")
    desk.portal.load(folder)
    keep(desk.box, folder, desk.clock.now())
    desk.drop(**{"enfants.csv": CORRECTED})
    assert desk.run() == DropRun(accepted=1)
    assert desk.portal.family().children[0].first_name == "Jim"


def test_a_list_that_was_dropped_before_an_operator_s_import_is_older(tmp_path: Path) -> None:
    (tmp_path / "unpacked").mkdir()
    desk = a_town(tmp_path / "unpacked")
    desk.drop(**{"enfants.csv": CORRECTED})
    desk.later(minutes=1)
    keep(desk.box, a_folder(tmp_path / "town"), desk.clock.now())
    assert desk.run() == DropRun(refused=1)
    assert "plus ancien que enfants.csv déjà importé" in desk.told("rejetes")
