"""``make run``'s drop folder: what is put into a plain folder goes into the stand-in's bucket, and the reports come
back beside it. The rest of the way is the deployed one's: the same handler reads the same bucket."""

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

DROP, RETURNED = "depot", ("traites", "rejetes", "en-attente")
SETTLED = 1.0
"""Seconds for which a file must not have changed: a program may still be writing it."""


class DropFolder:
    """A job of the local town: it moves files from ``folder``/depot into the bucket, has them received, and brings
    what became of them into ``folder``/traites and the like."""

    def __init__(self, folder: Path, bucket: str, receive: Callable[[Callable[[], float]], None]) -> None:
        self.folder = folder
        self.bucket = bucket
        self.receive = receive
        shutil.rmtree(folder, ignore_errors=True)  # The town is a new one at each start.
        (folder / DROP).mkdir(parents=True)

    def __call__(self, seconds_left: Callable[[], float]) -> None:
        self._send()
        # As on Lambda: fifteen minutes each time, unless the run ends.
        self.receive(lambda: 900.0 if seconds_left() else 0.0)
        self._bring_back()

    @property
    def _client(self) -> Any:
        return boto3.client("s3", endpoint_url=os.environ.get("PORTAL_AWS_ENDPOINT") or None)

    def _send(self) -> None:
        for path in sorted((self.folder / DROP).rglob("*")):
            if path.is_file() and path.stat().st_mtime + SETTLED < _now():
                key = path.relative_to(self.folder).as_posix()
                self._client.upload_file(str(path), self.bucket, key)
                path.unlink()

    def _bring_back(self) -> None:
        for folder in RETURNED:
            there = set()
            for one in self._client.list_objects_v2(Bucket=self.bucket, Prefix=f"{folder}/").get("Contents", []):
                path = self.folder / one["Key"]
                there.add(path)
                if not path.is_file() or path.stat().st_size != one["Size"]:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    self._client.download_file(self.bucket, one["Key"], str(path))
            for gone in {path for path in (self.folder / folder).rglob("*") if path.is_file()} - there:
                with contextlib.suppress(FileNotFoundError):
                    gone.unlink()


def _now() -> float:
    from chalicelib.adapters.clock import SystemClock  # noqa: PLC0415 - boto3 alone is needed until then

    return SystemClock().now().timestamp()
