"""``make erase``: of a family's documents nothing stays, and nothing of another's goes."""

import pytest

from infra.local.tables import create_buckets, create_tables
from infra.ops.items import erase_family
from infra.ops.secret_turns import make_missing
from infra.ops.stage import Stage
from tests.ops.towns import a_stage


@pytest.fixture
def stage(aws) -> Stage:
    """Families f-1 and f-10; each has a document of two versions, one that was deleted, and one beside it."""
    stage = a_stage(aws)
    create_tables(aws, stage.prefix)
    create_buckets(aws, stage.prefix)
    make_missing(stage)
    storage = stage.client("s3")
    storage.put_bucket_versioning(Bucket=stage.documents, VersioningConfiguration={"Status": "Enabled"})
    for family in ("f-1", "f-10"):
        stage.client("dynamodb").put_item(
            TableName=f"{stage.prefix}-families", Item={"family": {"S": family}, "part": {"S": "PROFILE"}}
        )
        for name in ("1.pdf", "1.pdf", "1.pdf.old", "gone.pdf"):
            storage.put_object(Bucket=stage.documents, Key=f"factures/{family}/{name}", Body=b"%PDF")
        storage.delete_object(Bucket=stage.documents, Key=f"factures/{family}/gone.pdf")
    return stage


def left(stage: Stage) -> list[str]:
    """A key for each version and each mark of a deletion."""
    told = stage.client("s3").list_object_versions(Bucket=stage.documents)
    return sorted(one["Key"] for one in (*told.get("Versions", []), *told.get("DeleteMarkers", [])))


def test_every_version_goes_also_of_what_was_deleted_before(stage):
    before = left(stage)
    erase_family(stage, "f-1")
    assert left(stage) == [key for key in before if key.startswith("factures/f-10/")]
    assert len(left(stage)) == 5
