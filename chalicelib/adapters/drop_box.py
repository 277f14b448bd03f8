"""The drop folder of a town in its bucket, which keeps versions: each is read, copied and deleted as itself."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import MISSING, answering, code_of, documents_client
from chalicelib.services.drop_ports import Dropped

GONE = {*MISSING, "NoSuchVersion", "405", "MethodNotAllowed"}
"""S3's words for a thing that is not there; the last two are for a mark of deletion."""
READ_SECONDS = 60
"""A big object is copied in one call, which S3 answers when it is done."""
CHUNK = 1 << 20


class S3DropBox:
    """``DropBox``. ``guard`` is called before each write, and raises what forbids it."""

    def __init__(
        self, *, region: str, bucket: str, endpoint: str = "", guard: Callable[[], None] = lambda: None
    ) -> None:
        self.bucket = bucket
        self.guard = guard
        self.client = documents_client(region=region, endpoint=endpoint, read_timeout=READ_SECONDS)

    def dropped(self, folder: str) -> tuple[Dropped, ...]:
        with answering("drop.dropped"):
            found = list(self._latest(folder))
        return tuple(sorted(found, key=lambda one: (one.at, one.key)))

    def _latest(self, folder: str) -> Iterator[Dropped]:
        older: dict[str, list[str]] = {}
        latest: list[Any] = []
        for one in self._versions(folder):
            if one["IsLatest"]:
                latest.append(one)
            else:
                older.setdefault(one["Key"], []).append(one["VersionId"])
        for one in latest:
            if not one["Key"].endswith("/"):  # What consoles make for an empty folder.
                # S3 lists the newest first; they are deleted from the oldest on, so that none comes back to light.
                before = tuple(reversed(older.get(one["Key"], [])))
                yield Dropped(
                    one["Key"], one["VersionId"], one["ETag"].strip('"'), one["Size"], one["LastModified"], before
                )

    def _versions(self, folder: str) -> Iterator[Any]:
        """Page by page by hand: botocore's own files on pages are not in the function's zip."""
        start: dict[str, str] = {}
        while True:
            page = self.client().list_object_versions(Bucket=self.bucket, Prefix=folder, **start)
            yield from page.get("Versions", [])
            if not page.get("IsTruncated"):
                return
            start = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    def fetch(self, one: Dropped, to: Path) -> bool:
        return self._to_file("drop.fetch", to, Key=one.key, VersionId=one.version)

    def download(self, key: str, to: Path) -> bool:
        return self._to_file("drop.download", to, Key=key)

    def _to_file(self, operation: str, to: Path, **what: str) -> bool:
        with answering(operation):
            try:
                body = self.client().get_object(Bucket=self.bucket, **what)["Body"]
            except ClientError as error:
                if code_of(error) in GONE:
                    return False
                raise
            with to.open("wb") as file:
                shutil.copyfileobj(body, file, CHUNK)
        return True

    def keep(self, one: Dropped, key: str) -> None:
        with answering("drop.keep"):
            if self._size(key) == one.size:
                return
            source = {"Bucket": self.bucket, "Key": one.key, "VersionId": one.version}
            self.guard()
            try:
                self.client().copy_object(Bucket=self.bucket, Key=key, CopySource=source)
            except ClientError as error:
                if code_of(error) in GONE:
                    return
                raise

    def remove(self, one: Dropped) -> None:
        with answering("drop.remove"):
            for version in (*one.before, one.version):
                self.guard()
                self.client().delete_object(Bucket=self.bucket, Key=one.key, VersionId=version)

    def hide(self, one: Dropped) -> None:
        with answering("drop.hide"):
            if self._head(one.key).get("VersionId", one.version) == one.version:
                self.guard()
                self.client().delete_object(Bucket=self.bucket, Key=one.key)

    def read(self, key: str) -> bytes | None:
        with answering("drop.read"):
            try:
                content: bytes = self.client().get_object(Bucket=self.bucket, Key=key)["Body"].read()
            except ClientError as error:
                if code_of(error) in GONE:
                    return None
                raise
        return content

    def write(self, key: str, content: bytes, kind: str) -> None:
        self.guard()
        with answering("drop.write"):
            self.client().put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=kind)

    def upload(self, file: Path, key: str) -> None:
        self.guard()
        with answering("drop.upload"), file.open("rb") as body:
            self.client().put_object(Bucket=self.bucket, Key=key, Body=body)

    def clear(self, key: str) -> None:
        with answering("drop.clear"):
            if self._head(key):  # Where versions are kept, deleting nothing leaves a mark each time.
                self.guard()
                self.client().delete_object(Bucket=self.bucket, Key=key)

    def _size(self, key: str) -> int:
        return int(self._head(key).get("ContentLength", -1))

    def _head(self, key: str) -> Any:
        try:
            return self.client().head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if code_of(error) in GONE:
                return {}
            raise
