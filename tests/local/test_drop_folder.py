"""The local town's drop folder: files go into the bucket once they are whole, reports come back beside them."""

import os
import time
from datetime import timedelta
from pathlib import Path
from unittest import mock

from chalicelib.settings import Settings
from chalicelib.wiring_drops import receive_drops
from infra.local.drop_folder import DropFolder
from tests.stand_in import client, moto_town


def an_old(path: Path, text: str) -> Path:
    """A file that nobody has touched for a while."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (time.time() - 10, time.time() - 10))
    return path


def test_what_is_whole_is_received_and_the_report_comes_back(tmp_path: Path) -> None:
    with moto_town() as settings:
        job = DropFolder(tmp_path / "town", settings.bucket, lambda _left: quickly(settings))
        photo = an_old(tmp_path / "town" / "depot" / "accepter" / "plage.jpg", "x")
        job(lambda: 60.0)
        assert not photo.exists()
        (report,) = (tmp_path / "town" / "rejetes").rglob("rapport.txt")
        assert "accepter/plage.jpg : c'est une image" in report.read_text()
        assert (report.parent / "accepter" / "plage.jpg").read_text() == "x"
        client("s3").delete_object(Bucket=settings.bucket, Key=report.relative_to(tmp_path / "town").as_posix())
        job(lambda: 60.0)
        assert not report.exists(), "the folder shows what is in the bucket"


def test_what_is_still_written_waits(tmp_path: Path) -> None:
    with moto_town() as settings:
        job = DropFolder(tmp_path, settings.bucket, lambda _left: None)
        young = tmp_path / "depot" / "enfants.csv"
        young.write_text("identi")
        job(lambda: 60.0)
        assert young.exists()


def test_nothing_of_an_earlier_run_is_received(tmp_path: Path) -> None:
    an_old(tmp_path / "depot" / "enfants.csv", "x")
    with moto_town() as settings:
        DropFolder(tmp_path, settings.bucket, lambda _left: None)
    assert list((tmp_path / "depot").iterdir()) == []


def quickly(settings: Settings) -> None:
    """Without the seconds for which more files are waited for."""
    with mock.patch("chalicelib.intake.drop.receiving.QUIET", timedelta(0)):
        receive_drops(settings, lambda: 900.0)
