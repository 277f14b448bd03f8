"""Creates the tables and the bucket that ``infra/resources.yaml`` declares, on a stand-in: no second definition."""

from functools import lru_cache
from typing import Any

from botocore.config import Config
from botocore.session import get_session

from infra.declared import buckets_of, tables_of
from infra.local.stage import ACCOUNT

UNDERSTOOD = {
    "TableName",
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
    "SSESpecification",
    "Tags",
}
LEFT_TO_AWS = {
    # A stand-in is thrown away whole, so nothing is protected, kept or restored. It deletes expired counters by the
    # machine's clock, which would empty those of a demo that takes place in 2015.
    "DeletionProtectionEnabled",
    "PointInTimeRecoverySpecification",
    "TimeToLiveSpecification",
}


def create_tables(endpoint: str, prefix: str, region: str = "eu-west-3") -> None:
    """Create every table on the stand-in at ``endpoint``; when it is empty, on moto, in this process.

    Raises ValueError for a property that this module does not know.
    """
    client = _client("dynamodb", endpoint, region)
    for name, properties in tables_of(prefix).items():
        unknown = properties.keys() - UNDERSTOOD - LEFT_TO_AWS
        if unknown:
            raise ValueError(f"{name}: {sorted(unknown)} must be understood or left to AWS")
        request = {one: value for one, value in properties.items() if one in UNDERSTOOD}
        # CloudFormation and the API name the same switch differently.
        request["SSESpecification"] = {"Enabled": request["SSESpecification"]["SSEEnabled"]}
        client.create_table(**request)


def create_buckets(endpoint: str, prefix: str, region: str = "eu-west-3") -> None:
    """Create every bucket, which keeps versions, on the stand-in at ``endpoint``; when it is empty, on moto, in this
    process."""
    client = _client("s3", endpoint, region)
    for name in buckets_of(prefix, ACCOUNT):
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


@lru_cache
def _client(service: str, endpoint: str, region: str) -> Any:
    return get_session().create_client(
        service,
        region,
        endpoint_url=endpoint or None,
        config=Config(retries={"mode": "standard"}, s3={"addressing_style": "path"}),
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - a stand-in takes any
    )
