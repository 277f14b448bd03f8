"""``make erase``: of a family's documents nothing stays, and nothing of another's goes; not while money is between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.rules.ids import FamilyId
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.database import Database
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from infra.local.tables import create_buckets, create_tables
from infra.ops.personal_data import erase_family
from infra.ops.secret_turns import make_missing
from infra.ops.stage import CannotOperate, Stage
from tests.builders import a_family, a_payment, an_attempt, an_invoice
from tests.money import at_the_desk
from tests.ops.towns import a_stage


def database_of(stage: Stage) -> Database:
    return Database(region=stage.region, prefix=stage.prefix, endpoint=stage.endpoint)


@pytest.fixture
def stage(aws: str) -> Stage:
    """Families f-1 and f-10; each has a document of two versions, one that was deleted, and one beside it."""
    stage = a_stage(aws)
    create_tables(aws, stage.prefix)
    create_buckets(aws, stage.prefix)
    make_missing(stage)
    storage = stage.client("s3")
    intake = DynamoIntakeStore(database_of(stage))
    storage.put_bucket_versioning(Bucket=stage.documents, VersioningConfiguration={"Status": "Enabled"})
    for family in ("f-1", "f-10"):
        intake.put_families([replace(a_family(), id=FamilyId(family))])
        for name in ("1.pdf", "1.pdf", "1.pdf.old", "gone.pdf"):
            storage.put_object(Bucket=stage.documents, Key=f"factures/{family}/{name}", Body=b"%PDF")
        storage.delete_object(Bucket=stage.documents, Key=f"factures/{family}/gone.pdf")
    return stage


def left(stage: Stage) -> list[str]:
    """A key for each version and each mark of a deletion."""
    told = stage.client("s3").list_object_versions(Bucket=stage.documents)
    return sorted(one["Key"] for one in (*told.get("Versions", []), *told.get("DeleteMarkers", [])))


def test_every_version_goes_also_of_what_was_deleted_before(stage: Stage) -> None:
    before = left(stage)
    erase_family(stage, "f-1")
    assert left(stage) == [key for key in before if key.startswith("factures/f-10/")]
    assert len(left(stage)) == 5


def test_while_money_is_between_it_says_so_and_nothing_goes(stage: Stage) -> None:
    invoices, attempts = DynamoInvoiceStore(database_of(stage)), DynamoAttemptStore(database_of(stage))
    owed, begun = (replace(an_invoice(f"2013-026-00000{number}"), family=FamilyId("f-1")) for number in (1, 2))
    invoices.put(owed, ())
    invoices.put(begun, ())
    now = datetime.now(UTC)
    attempt = an_attempt(begun, now - timedelta(minutes=5))
    attempts.begin(attempt, begun, None)
    attempts.opened(attempt, "idop-1", now)
    at_the_desk(DynamoBook(database_of(stage)), invoices, begun.number, a_payment(begun.remaining))
    before = left(stage)
    with pytest.raises(CannotOperate) as refused:
        erase_family(stage, "f-1")
    assert str(refused.value) == (
        f"f-1 owes {owed.number} and has a payment under way for {begun.number}: "
        "nothing was erased, run it again when that is settled"
    )
    assert left(stage) == before
