"""The bucket of a stage's zips and templates, and the template as this stage gets it."""

import hashlib
import json
import re

from botocore.exceptions import ClientError

from infra.build.__main__ import BUCKET
from infra.ops.kept import with_static_names
from infra.ops.stage import Stage

SNAPSHOT = re.compile(r"\b((?:APIHandlerVersion|RestAPIDeployment)[0-9a-f]{10})[0-9a-f]{0,8}\b")
NEVER_EXPIRES = {
    "Rules": [
        {
            "ID": "unfinished",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
}
"""A rollback needs the zip of the version before, however old it is. A version's two have thirty
megabytes, and are kept for ever."""


def artifacts(stage: Stage) -> str:
    """The bucket; it is made when it is missing. Its settings are written each time, in case a run ended before they
    were."""
    storage, name = stage.client("s3"), stage.artifacts
    try:
        storage.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        storage.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": stage.region})
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    storage.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
    storage.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=NEVER_EXPIRES)
    return name


def put_template(stage: Stage, bucket: str, template: str) -> str:
    """Store the template and return its address: CloudFormation takes 51,200 bytes in a request, and the template has
    more."""
    key = f"{stage.name}/template.json"
    stage.client("s3").put_object(Bucket=bucket, Key=key, Body=template.encode())
    host = stage.endpoint or f"https://s3.{stage.region}.amazonaws.com"
    return f"{host}/{bucket}/{key}"


def of_stage(stage: Stage, built: str, bucket: str, parameters: dict[str, str]) -> str:
    """The built template for this stage: with the place of its zip, and the names of what it keeps."""
    made = with_static_names(json.loads(built.replace(BUCKET, bucket)), stage)
    return of_now(json.dumps(made), parameters)


def of_now(template: str, parameters: dict[str, str]) -> str:
    """The template, with names of the API's published version and deployment that depend on the parameters too.

    Each is a snapshot, and SAM names it by the code and the template alone. Without this, a change of parameters alone
    (the environment; whether API Gateway's own address answers) would never reach parents.
    """
    seed = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:8]
    return SNAPSHOT.sub(rf"\g<1>{seed}", template)
