"""AWS is believed by its own roots alone; the treasury by those of the system."""

import shutil
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore import httpsession

from chalicelib.adapters.payfip import PayFip
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import idop
from infra.build.certificates import BUNDLE, ROOTS, keep_the_roots_of_aws
from infra.build.lock import LOCK, read_lock
from infra.build.sam import CannotBuild

THEIRS = Path(botocore.__file__).parent / BUNDLE.name


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / BUNDLE).parent.mkdir()
    shutil.copy(THEIRS, tmp_path / BUNDLE)
    return tmp_path


def common_names(bundle: Path) -> list[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bundle)
    named: list[Any] = [one["subject"] for one in context.get_ca_certs()]
    return sorted(str(value) for subject in named for ((name, value),) in subject if name == "commonName")


def test_the_bundle_holds_the_roots_of_aws_and_no_other(tree: Path) -> None:
    keep_the_roots_of_aws(tree)
    assert common_names(tree / BUNDLE) == sorted(ROOTS)
    assert (tree / BUNDLE).read_text(encoding="utf-8").count("BEGIN") == 5


def test_a_root_that_botocore_brings_no_more_stops_the_build(tree: Path) -> None:
    whole = (tree / BUNDLE).read_text(encoding="utf-8")
    (tree / BUNDLE).write_text(whole.replace('# Label: "Amazon Root CA 3"', '# Label: "Another"'), encoding="utf-8")
    with pytest.raises(CannotBuild, match="Amazon Root CA 3"):
        keep_the_roots_of_aws(tree)


def test_botocore_reads_that_file_in_the_zip() -> None:
    """It would read certifi's instead if a wheel of the zip brought it along."""
    assert "certifi" not in {wheel.name for wheel in read_lock(LOCK)}
    assert Path(httpsession.DEFAULT_CA_BUNDLE) == THEIRS


def test_the_treasury_is_believed_by_the_roots_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: loaded.append("the system's"))
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **given: loaded.append(f"{given}"))
    with socket.create_server(("127.0.0.1", 0)) as treasury:

        def hang_up() -> None:
            treasury.accept()[0].close()

        hangs_up = threading.Thread(target=hang_up)
        hangs_up.start()
        provider = PayFip(f"https://127.0.0.1:{treasury.getsockname()[1]}", test=True)
        with pytest.raises(Unavailable):
            provider.result_of(idop("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"))
        hangs_up.join()
    assert loaded == ["the system's"]
