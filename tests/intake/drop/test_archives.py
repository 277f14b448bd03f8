"""Zips as they come: whole, cut, too big, locked, and made to do harm. Nothing is written outside of the folder."""

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.intake.drop.archives import BadArchive, Limits, Unpacked, unpack
from tests.intake.folder import LISTS, TOWN

SMALL = Limits(most_bytes=2_000_000, most_unpacked=2_000_000, most_files=5)


def zipped(at: Path, files: dict[str, bytes | str], **options: int) -> Path:
    with zipfile.ZipFile(at, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = options.get("mode", 0o100644) << 16
            archive.writestr(entry, content)
    return at


def refused(tmp_path: Path, archive: Path, limits: Limits = SMALL) -> str:
    (tmp_path / "town").mkdir()
    with pytest.raises(BadArchive) as bad:
        unpack(archive, tmp_path / "town", limits)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "town"], "nothing beside"
    return str(bad.value.args[0])


def test_a_town_s_folder(tmp_path: Path) -> None:
    files = {"ville/town.toml": TOWN, "ville/Enfants.CSV": LISTS["enfants.csv"], "ville/pdf/2026-1.pdf": "%PDF-"}
    archive = zipped(tmp_path / "a.zip", {**files, "ville/.DS_Store": "x", "ville/photo.jpg": "x"})
    (tmp_path / "town").mkdir()
    found = unpack(archive, tmp_path / "town", Limits())
    assert found.names == ("town.toml", "enfants.csv", "pdf/2026-1.pdf")
    assert [path for path, _ in found.strays] == ["ville/photo.jpg"]
    assert (tmp_path / "town" / "enfants.csv").read_text() == LISTS["enfants.csv"]


def test_a_zip_that_was_cut_in_half(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"enfants.csv": LISTS["enfants.csv"] * 50}).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[: len(whole) // 2])
    assert refused(tmp_path, tmp_path / "a.zip").startswith("le zip est coupé ou abîmé")


def test_a_zip_with_a_wrong_byte(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"enfants.csv": LISTS["enfants.csv"] * 50})
    content = bytearray(archive.read_bytes())
    content[80] ^= 0xFF
    archive.write_bytes(content)
    assert refused(tmp_path, archive).startswith("le zip est coupé ou abîmé")


@pytest.mark.parametrize(
    "name", ["../enfants.csv", "/etc/enfants.csv", "a/../../enfants.csv", "..\\enfants.csv", "C:\\enfants.csv"]
)
def test_a_name_that_leaves_its_folder(tmp_path: Path, name: str) -> None:
    assert "sort de son dossier" in refused(tmp_path, zipped(tmp_path / "a.zip", {name: b"x"}))


def test_a_link(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"enfants.csv": "/etc/passwd"}, mode=stat.S_IFLNK | 0o777)
    assert "contient un lien" in refused(tmp_path, archive)


@pytest.mark.parametrize("other", ["Enfants.CSV", "ville/enfants.csv", "enfants (1).csv"])
def test_a_list_twice(tmp_path: Path, other: str) -> None:
    assert "deux fois enfants.csv" in refused(tmp_path, zipped(tmp_path / "a.zip", {"enfants.csv": "a", other: "b"}))


def test_a_password(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"enfants.csv": "x"})
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    assert "mot de passe" in refused(tmp_path, archive)


def test_too_many_files(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {f"{n}.pdf": b"x" for n in range(6)})
    assert "contient 6 fichiers ; attendu : 5 au plus" in refused(tmp_path, archive)


def test_too_much_in_all(tmp_path: Path) -> None:
    noise = bytes((n * n * 7 + n // 3) % 251 for n in range(1_200_000))
    archive = zipped(tmp_path / "a.zip", {"1.pdf": noise, "2.pdf": noise})
    assert "trop une fois décompressé ; attendu : 2 Mo au plus" in refused(tmp_path, archive)


def test_a_bomb(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"enfants.csv": b"0" * 1_900_000})
    assert "démesuré une fois décompressé" in refused(tmp_path, archive)


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("enfants.csv", "x")
    zipped(tmp_path / "a.zip", {"b.zip": inner.getvalue()})
    (tmp_path / "town").mkdir()
    found = unpack(tmp_path / "a.zip", tmp_path / "town", SMALL)
    assert (found.names, [stray.why for _, stray in found.strays]) == (
        (),
        ["c'est un zip dans un zip ; attendu : les fichiers eux-mêmes"],
    )


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 400), byte=st.integers(0, 255), cut=st.integers(0, 400))
@example(at=-46, byte=0x86, cut=0)
def test_any_damage_is_a_sentence(tmp_path: Path, at: int, byte: int, cut: int) -> None:
    archive = zipped(tmp_path / "a.zip", {"ville/enfants.csv": LISTS["enfants.csv"], "ville/town.toml": "x" * 90})
    content = bytearray(archive.read_bytes())
    content[at % len(content)] = byte
    archive.write_bytes(content[: len(content) - cut % len(content)])
    (tmp_path / "town").mkdir(exist_ok=True)
    try:
        found = unpack(archive, tmp_path / "town", SMALL)
    except BadArchive:
        return
    assert isinstance(found, Unpacked)
