"""Files that leave, in the town's bucket: an object is there whole or not at all, as S3 makes it with its last byte."""

import tempfile
from collections.abc import Iterable, Iterator

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import MISSING, LazyClient, answering, code_of
from chalicelib.rules.errors import NotFound, Unavailable

IN_MEMORY_BYTES = 4 * 1024 * 1024
"""A longer file is gathered on the disk: a month's billing has as many lines as the town has meals."""
PIECE_BYTES = 1024 * 1024
KINDS = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf", "gz": "application/gzip"}


class S3Shelf:
    """``Shelf``: the objects under ``folder`` (``exports/2026-11-25/``)."""

    def __init__(self, client: LazyClient, bucket: str, folder: str) -> None:
        self.client = client
        self.bucket = bucket
        self.folder = folder

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        if not self.bucket:
            raise Unavailable("shelf.put: PORTAL_BUCKET is not set")
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as file:
            for chunk in chunks:
                file.write(chunk)
            file.seek(0)
            kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
            with answering("shelf.put"):
                self.client().put_object(Bucket=self.bucket, Key=f"{self.folder}{name}", Body=file, ContentType=kind)

    def read(self, name: str) -> Iterator[bytes]:
        with answering("shelf.read"):
            try:
                found = self.client().get_object(Bucket=self.bucket, Key=f"{self.folder}{name}")
            except ClientError as error:
                if code_of(error) in MISSING:
                    raise NotFound(name) from error
                raise
            while piece := found["Body"].read(PIECE_BYTES):
                yield piece

    def has(self, name: str) -> bool:
        with answering("shelf.has"):
            try:
                self.client().head_object(Bucket=self.bucket, Key=f"{self.folder}{name}")
            except ClientError as error:
                if code_of(error) in MISSING:
                    return False
                raise
        return True

    def remove(self, name: str) -> None:
        with answering("shelf.remove"):
            self.client().delete_object(Bucket=self.bucket, Key=f"{self.folder}{name}")
