"""A family's whole folders of PDFs in S3: they are given to the family, or erased with their old versions. Only
operators' commands use this module and have the rights to it."""

from collections.abc import Iterator
from typing import Any

from chalicelib.adapters.aws import answering, documents_client
from chalicelib.adapters.pdf_store import folders_of
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import FamilyId


class S3FamilyDocuments:
    """``FamilyDocuments``."""

    def __init__(self, *, region: str, bucket: str, endpoint: str = "") -> None:
        self.bucket = bucket
        self.client = documents_client(region=region, endpoint=endpoint)

    def of(self, family: FamilyId) -> Iterator[tuple[str, bytes]]:
        with answering("documents.of"):
            pages = self.client().get_paginator("list_objects_v2")
            for folder in folders_of(family):
                for page in pages.paginate(Bucket=self.bucket, Prefix=folder):
                    for one in page.get("Contents", []):
                        yield one["Key"], self.client().get_object(Bucket=self.bucket, Key=one["Key"])["Body"].read()

    def erase(self, family: FamilyId) -> None:
        with answering("documents.erase"):
            for folder in folders_of(family):
                delete_versions(self.client(), self.bucket, folder)


def versions(client: Any, bucket: str, folder: str = "") -> Iterator[tuple[list[Any], list[Any]]]:
    """Page by page: versions of documents, and the marks that delete some of them."""
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=folder):
        yield page.get("Versions", []), page.get("DeleteMarkers", [])


def delete_versions(client: Any, bucket: str, folder: str = "") -> None:
    """Delete every version of every document in ``folder`` (``factures/f-1/``, or the whole bucket), also of documents
    that were deleted before. Raises Unavailable with the name of one that stays."""
    for there, markers in versions(client, bucket, folder):
        gone = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in (*there, *markers)]
        if not gone:
            continue
        told = client.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
        for refused in told.get("Errors", [])[:1]:
            why = refused.get("Message", refused["Code"])
            raise Unavailable(f"{refused['Key']} of {bucket} was not deleted: {why}")
