"""Addresses that must not be written to: found for their family, erased with it, lifted by a command."""

import json
from pathlib import Path

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID

from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.settings import Settings
from chalicelib.storage.database import Database
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from infra.ops.addresses import unsuppress
from infra.ops.personal_data import erase_family, export_family
from infra.ops.stage import CannotOperate, Stage
from tests.builders import BOND, a_family
from tests.clock import paris
from tests.stand_in import PEPPER, REGION

NOW = paris("lundi 2026-11-23 10:00")
TOWNS, ADDED, SOMEBODYS = "Jamie.Bond@server.fr", "james@server.fr", "somebody@server.fr"


@pytest.fixture
def outbox(moto_database: Database) -> DynamoOutbox:
    DynamoIntakeStore(moto_database).put_families([a_family(email=TOWNS)])
    added = NoticeSettings(wanted=True, extra=(Address(ADDED, AddressState.CONFIRMED),))
    DynamoNoticeStore(moto_database).save(BOND, added)
    outbox = DynamoOutbox(moto_database, PEPPER)
    for email in (TOWNS, ADDED, SOMEBODYS):
        outbox.suppress(email, "bounce", NOW)
    return outbox


@pytest.fixture
def stage(outbox: DynamoOutbox, moto_settings: Settings) -> Stage:
    stage = Stage("prod", REGION, {"TablePrefix": moto_settings.tables}, owner=DEFAULT_ACCOUNT_ID)
    here = {"LocationConstraint": REGION}
    stage.client("s3").create_bucket(Bucket=stage.documents, CreateBucketConfiguration=here)
    stage.client("ssm").put_parameter(Name=f"/{moto_settings.tables}/secrets/pepper", Value=PEPPER, Type="SecureString")
    return stage


def test_no_address_stands_in_clear_and_each_goes_after_a_year(outbox: DynamoOutbox, stage: Stage) -> None:
    items = stage.client("dynamodb").scan(TableName=f"{stage.prefix}-outbox")["Items"]
    assert len(items) == 3
    assert "server.fr" not in str(items).lower()
    assert {int(item["expires"]["N"]) for item in items} == {int(paris("mercredi 2027-11-24 10:00").timestamp())}


def test_a_family_s_own_are_given_and_erased_with_it(outbox: DynamoOutbox, stage: Stage, tmp_path: Path) -> None:
    export_family(stage, BOND, tmp_path)
    assert len(json.loads((tmp_path / f"{BOND}.json").read_text())["outbox"]) == 2
    erase_family(stage, BOND)
    assert outbox.suppressed([TOWNS, ADDED, SOMEBODYS]) == {SOMEBODYS}


def test_one_is_lifted_by_its_address_whatever_its_case(outbox: DynamoOutbox, stage: Stage) -> None:
    assert unsuppress(stage, TOWNS.upper()) == "bounce, 2026-11-23T09:00:00.000000Z"
    assert outbox.suppressed([TOWNS, ADDED]) == {ADDED}
    with pytest.raises(CannotOperate, match="is not suppressed"):
        unsuppress(stage, TOWNS)
