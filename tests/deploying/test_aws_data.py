"""What botocore still knows in the zip: all that the code calls, the same on the wire, and nothing else."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.loaders import Loader
from botocore.session import Session, get_session

from chalicelib.adapters.pdf_store import S3PdfStore
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.storage.database import _connect
from infra.build.aws_data import OPERATIONS, OPERATIONS_OF_THE_IMPORT, keep_what_is_called, smaller_model
from infra.build.sam import CannotBuild
from tests.aws_calls import Answer, Attempt, intercepted
from tests.deploying.flows import CERTIFICATES, IMPORT, JOBS, ready_to_run

WHOLE = Path(botocore.__file__).parent / "data"
REGIONS = ("eu-west-3", "eu-central-1", "us-east-1", "ap-south-1")
ONLY_SIGNED = {("s3", "GetObject")}
"""Nothing is sent for it: the parent's browser follows the link."""


def data_of_the_zip(folder: Path) -> Path:
    for service in OPERATIONS:
        shutil.copytree(WHOLE / service, folder / service)
    for path in WHOLE.glob("*.json"):
        shutil.copy(path, folder)
    keep_what_is_called(folder)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_of_the_zip(tmp_path_factory.mktemp("data"))


def session_with(data: Path) -> Session:
    session = get_session()
    session.register_component("data_loader", Loader([str(data)], include_default_search_paths=False))
    return session


@pytest.fixture
def as_in_the_zip(small: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Called, it leaves the clients made from then on with the zip's data."""

    def make() -> None:
        for module in ("pynamodb.connection.base", "chalicelib.adapters.aws"):
            monkeypatch.setattr(f"{module}.get_session", lambda: session_with(small))
        _connect.cache_clear()

    yield make
    _connect.cache_clear()


@pytest.mark.parametrize("function", ["APIHandler", *JOBS])
def test_each_function_does_its_work_with_what_is_left(function: str, as_in_the_zip: Callable[[], None]) -> None:
    sent = called(function, as_in_the_zip)
    assert sent
    assert sent <= {(service, one) for service, operations in OPERATIONS.items() for one in operations}


def called(function: str, before: Callable[[], None]) -> set[tuple[str, str]]:
    found = set()

    def around(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        found.add((attempt.service, attempt.operation))
        return send()

    with ready_to_run(function) as (_, run):
        before()
        with intercepted(around):
            run()
    return found


def test_nothing_is_kept_that_no_function_calls() -> None:
    sent = {one for function in ("APIHandler", *JOBS) for one in called(function, lambda: None)}
    kept = {(service, one) for service, operations in OPERATIONS.items() for one in operations}
    assert kept == sent | ONLY_SIGNED


def test_the_import_s_zip_has_what_the_import_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_in_the_zip: Callable[[], None]
) -> None:
    data = tmp_path / "data"
    for service in OPERATIONS_OF_THE_IMPORT:
        shutil.copytree(WHOLE / service, data / service)
    for path in WHOLE.glob("*.json"):
        shutil.copy(path, data)
    keep_what_is_called(data, OPERATIONS_OF_THE_IMPORT)
    for path in data.rglob("paginators-*"):
        path.unlink()

    def before() -> None:
        as_in_the_zip()
        for module in ("pynamodb.connection.base", "chalicelib.adapters.aws"):
            monkeypatch.setattr(f"{module}.get_session", lambda: session_with(data))

    kept = {(service, one) for service, operations in OPERATIONS_OF_THE_IMPORT.items() for one in operations}
    assert called(IMPORT, before) | called(CERTIFICATES, before) == kept


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_each_service_is_where_the_whole_data_say(small: Path, service: str, region: str) -> None:
    def place(session: Session) -> tuple[Any, ...]:
        client = session.create_client(service, region, aws_access_key_id="x", aws_secret_access_key="y")
        told = client.meta
        return (told.endpoint_url, told.partition, told.config.signature_version, told.region_name)

    assert place(session_with(small)) == place(get_session())


def test_a_signed_link_is_the_same(as_in_the_zip: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")

    def link() -> str:
        store = S3PdfStore(region="eu-west-3", bucket="documents")
        return store.link(FamilyId("f-bond"), InvoiceNumber("2013-1")).partition("&X-Amz-Date")[0]

    whole = link()
    as_in_the_zip()
    assert link() == whole


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_every_shape_that_is_left_is_the_same_but_for_its_words(small: Path, service: str) -> None:
    whole, left = get_session().get_service_model(service), session_with(small).get_service_model(service)
    assert left.operation_names == sorted(OPERATIONS[service], key=whole.operation_names.index)
    for name in left.shape_names:
        ours, theirs = left.shape_for(name), whole.shape_for(name)
        assert (ours.type_name, ours.metadata) == (theirs.type_name, theirs.metadata)
        assert list(getattr(ours, "members", ())) == list(getattr(theirs, "members", ()))
    assert {one.name for one in left.error_shapes} == {one.name for one in whole.error_shapes}


def test_what_is_left_is_small(small: Path) -> None:
    assert (small / "endpoints.json").stat().st_size < 20_000
    assert sum(path.stat().st_size for path in small.rglob("service-2.json")) < 70_000


def test_an_operation_that_botocore_does_not_know_is_named() -> None:
    model: dict[str, Any] = {"operations": {"Query": {}}, "shapes": {}, "metadata": {}}
    with pytest.raises(CannotBuild, match=r"botocore's dynamodb has no operation Qurey: see OPERATIONS"):
        smaller_model(model, "dynamodb", frozenset({"Qurey"}))


def test_words_go_and_a_member_of_that_name_stays() -> None:
    model = {
        "metadata": {},
        "documentation": "<p>Words</p>",
        "operations": {"Get": {"input": {"shape": "Asked"}, "documentation": "words"}, "Put": {}},
        "shapes": {
            "Asked": {"type": "structure", "members": {"documentation": {"shape": "Text", "documentation": "words"}}},
            "Text": {"type": "string"},
            "Gone": {"type": "string"},
            "Refused": {"type": "structure", "exception": True, "members": {}},
        },
    }
    left = smaller_model(model, "any", frozenset({"Get"}))
    assert left["operations"] == {"Get": {"input": {"shape": "Asked"}}}
    assert left["shapes"]["Asked"]["members"] == {"documentation": {"shape": "Text"}}
    assert set(left["shapes"]) == {"Asked", "Text", "Refused"}
    assert "documentation" not in left
