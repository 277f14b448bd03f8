"""The drop folder on S3: each version of an object is read, copied and deleted as itself. On moto, with versions."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.adapters.drop_box import S3DropBox
from chalicelib.rules.errors import Unavailable
from chalicelib.services.leasing import LeaseLost
from tests.stand_in import client, moto_town


@pytest.fixture
def box() -> Iterator[S3DropBox]:
    with moto_town() as settings:
        yield S3DropBox(region=settings.region, bucket=settings.bucket)


def put(box: S3DropBox, key: str, text: str) -> None:
    client("s3").put_object(Bucket=box.bucket, Key=key, Body=text.encode())


def versions(box: S3DropBox, prefix: str = "") -> list[tuple[str, bool]]:
    found = client("s3").list_object_versions(Bucket=box.bucket, Prefix=prefix).get("Versions", [])
    return [(one["Key"], one["IsLatest"]) for one in found]


def test_what_lies_there_is_whole_objects_oldest_first(box: S3DropBox) -> None:
    for key in ("depot/b.csv", "depot/a.csv", "depot/accepter/", "factures/f-1/1.pdf"):
        put(box, key, key)
    box.client().create_multipart_upload(Bucket=box.bucket, Key="depot/unfinished.csv")
    found = box.dropped("depot/")
    assert {one.key for one in found} == {"depot/a.csv", "depot/b.csv"}
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert found[0].size == len("depot/a.csv")


def test_pages_of_many(box: S3DropBox, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        put(box, f"depot/{number}.csv", "x")
    original = box.client().list_object_versions
    monkeypatch.setattr(box.client(), "list_object_versions", lambda **asked: original(**asked, MaxKeys=2))
    assert len(box.dropped("depot/")) == 5


def test_the_version_that_was_seen_is_the_one_that_is_read_and_moved(box: S3DropBox, tmp_path: Path) -> None:
    put(box, "depot/enfants.csv", "old")
    (seen,) = box.dropped("depot/")
    put(box, "depot/enfants.csv", "newer")
    assert box.fetch(seen, tmp_path / "x")
    assert (tmp_path / "x").read_text() == "old"
    box.keep(seen, "traites/1/enfants.csv")
    assert box.read("traites/1/enfants.csv") == b"old"
    box.remove(seen)
    (left,) = box.dropped("depot/")
    assert left.size == len("newer")


def test_no_older_version_comes_back_to_light(box: S3DropBox) -> None:
    for text in ("first", "second", "third"):
        put(box, "depot/enfants.csv", text)
    (seen,) = box.dropped("depot/")
    assert len(seen.before) == 2
    box.remove(seen)
    assert (box.dropped("depot/"), versions(box)) == ((), [])
    box.remove(seen)


def test_a_copy_is_made_once_and_of_what_is_there(box: S3DropBox) -> None:
    put(box, "depot/enfants.csv", "x")
    (seen,) = box.dropped("depot/")
    box.keep(seen, "traites/1/enfants.csv")
    box.keep(seen, "traites/1/enfants.csv")
    assert len(versions(box, "traites/")) == 1
    box.remove(seen)
    box.keep(seen, "traites/1/enfants.csv")
    box.keep(seen, "traites/2/enfants.csv")
    assert box.read("traites/2/enfants.csv") is None


def test_what_is_too_big_is_only_out_of_sight(box: S3DropBox) -> None:
    put(box, "depot/gros.zip", "x")
    (seen,) = box.dropped("depot/")
    box.hide(seen)
    box.hide(seen)
    assert box.dropped("depot/") == ()
    assert versions(box) == [("depot/gros.zip", False)]
    put(box, "depot/gros.zip", "smaller")
    box.hide(seen)
    assert len(box.dropped("depot/")) == 1


def test_small_objects(box: S3DropBox, tmp_path: Path) -> None:
    assert box.read("courant/etat.json") is None
    assert not box.download("courant/enfants.csv", tmp_path / "x")
    box.write("courant/etat.json", b"{}", "application/json")
    assert box.read("courant/etat.json") == b"{}"
    (tmp_path / "x").write_text("y")
    box.upload(tmp_path / "x", "courant/enfants.csv")
    assert box.download("courant/enfants.csv", tmp_path / "z")
    assert (tmp_path / "z").read_text() == "y"
    box.clear("courant/etat.json")
    box.clear("courant/etat.json")
    assert box.read("courant/etat.json") is None


def test_nothing_is_written_without_the_lease(box: S3DropBox, tmp_path: Path) -> None:
    put(box, "depot/enfants.csv", "x")
    (seen,) = box.dropped("depot/")
    (tmp_path / "x").touch()

    def lost() -> None:
        raise LeaseLost("import.lease")

    fenced = S3DropBox(region="eu-west-3", bucket=box.bucket, guard=lost)
    writes: tuple[Callable[[], object], ...] = (
        lambda: fenced.keep(seen, "traites/1/enfants.csv"),
        lambda: fenced.remove(seen),
        lambda: fenced.hide(seen),
        lambda: fenced.write("courant/etat.json", b"", ""),
        lambda: fenced.upload(tmp_path / "x", "courant/x"),
        lambda: fenced.clear("depot/enfants.csv"),
    )
    for write in writes:
        with pytest.raises(LeaseLost):
            write()
    assert versions(box) == [("depot/enfants.csv", True)]


def test_a_bucket_that_does_not_answer_is_unavailable() -> None:
    with moto_town() as settings, pytest.raises(Unavailable):
        S3DropBox(region=settings.region, bucket="nothing").dropped("depot/")
