"""What an import asks of AWS: a first one the writes, an unchanged one next to nothing, however large the town."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import boto3
import pytest

from chalicelib.intake.importing import Importer
from chalicelib.intake.progress import Silence
from chalicelib.settings import Settings
from chalicelib.wiring_intake import build_intake
from infra.local.demo.generator import write_town
from tests import stand_in
from tests.aws_calls import counted
from tests.stand_in import REGION

TODAY = date(2026, 11, 25)


@pytest.fixture
def settings() -> Iterator[Settings]:
    with stand_in.moto_town() as town:
        place = {"LocationConstraint": REGION}
        boto3.client("s3", region_name=REGION).create_bucket(Bucket="documents", CreateBucketConfiguration=place)
        yield replace(town, bucket="documents", demo_now=f"{TODAY}T08:00")


def importer(settings: Settings) -> Importer:
    """moto's transactions are not atomic under threads."""
    return replace(build_intake(settings), workers=1)


def calls_of(settings: Settings, folder: Path) -> Counter[str]:
    with counted() as calls:
        importer(settings)(folder, Silence(), accepting=True)
    return Counter(calls.names)


def lines(path: Path) -> int:
    return len(path.read_text().splitlines()) - 1


def test_a_first_import_looks_at_invoices_a_hundred_items_at_a_time(settings: Settings, tmp_path: Path) -> None:
    write_town(tmp_path, TODAY, families=12, bookings=12)
    calls = calls_of(settings, tmp_path)
    invoices = lines(tmp_path / "factures.csv")
    assert invoices >= 12
    looks = "five about the town and the import itself; its credit note, its cancellation and its row « en ligne » look"
    assert calls["dynamodb:GetItem"] <= 10, looks
    assert calls["s3:PutObject"] == invoices + 1, "each PDF, and the directory of children"
    assert calls["dynamodb:Query"] <= 2 * invoices + 2, "before each PDF, the credit of its family"
    assert calls["dynamodb:BatchGetItem"] <= 12 + 2, "invoices in two batches; each notice asks for its addresses"


def test_an_unchanged_import_costs_the_same_however_large_the_town(settings: Settings, tmp_path: Path) -> None:
    """Until a page of a scan or a hundred items are full: then one call more."""
    small, large = tmp_path / "small", tmp_path / "large"
    unchanged = []
    for folder, families in ((small, 6), (large, 18)):
        write_town(folder, TODAY, families=families, bookings=5 * families)
        calls_of(settings, folder)
        unchanged.append(calls_of(settings, folder))
    of_small, of_large = unchanged
    assert of_small == of_large
    assert of_large["dynamodb:Scan"] <= 3, "codes, families, and enrolments for the preview"
    assert of_large.total() <= 16
    assert not {"dynamodb:TransactWriteItems", "dynamodb:UpdateItem", "s3:PutObject", "s3:HeadObject"} & of_large.keys()
