"""The directory of children: one compressed object in the bucket of the documents."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import MISSING, answering, code_of, documents_client
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import child_id, diet_id, school_id
from chalicelib.rules.instants import instant_text
from chalicelib.services.outgoing_ports import KeptDirectory

KEY = "annuaire/enfants.json.gz"
FORMAT = 1
"""Whoever raises it goes on reading the one before: an import keeps from it what the lists do not say."""
COLUMNS = ("id", "first_name", "last_name", "school", "class_name")
OVERTAKEN = {"PreconditionFailed", "ConditionalRequestConflict", *MISSING}


class S3DirectoryStore:
    """``DirectoryKeeper``. Its version is S3's ETag: the MD5 of an object that was written in one piece."""

    def __init__(self, *, region: str, bucket: str, endpoint: str = "") -> None:
        self.bucket = bucket
        self.client = documents_client(region=region, endpoint=endpoint)

    def read(self) -> Directory:
        found = self.find()
        if found is None:
            raise Unavailable("directory.read: no import has written it yet")
        return found.directory

    def find(self) -> KeptDirectory | None:
        with answering("directory.find"):
            try:
                answer = self.client().get_object(Bucket=self.bucket, Key=KEY)
                content = answer["Body"].read()
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
        return KeptDirectory(loaded(content), answer["ETag"].strip('"'))

    def write(self, directory: Directory, over: KeptDirectory | None) -> None:
        content = dumped(directory)
        condition = {"IfMatch": f'"{over.version}"'} if over else {"IfNoneMatch": "*"}
        with answering("directory.write"):
            try:
                self.client().put_object(
                    Bucket=self.bucket, Key=KEY, Body=content, ContentType="application/gzip", **condition
                )
            except ClientError as error:
                if code_of(error) not in OVERTAKEN:
                    raise
                if self._tag() != hashlib.md5(content, usedforsecurity=False).hexdigest():
                    raise StaleWrite("directory.write") from error
                # The first try was done and its answer was lost: what is there is what was to be written.

    def delete_older(self) -> None:
        with answering("directory.delete_older"):
            pages = self.client().get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self.bucket, Prefix=KEY):
                for one in page.get("Versions", []):
                    if not one["IsLatest"]:
                        self.client().delete_object(Bucket=self.bucket, Key=KEY, VersionId=one["VersionId"])

    def _tag(self) -> str:
        try:
            head = self.client().head_object(Bucket=self.bucket, Key=KEY)
        except ClientError as error:
            if code_of(error) in MISSING:
                return ""
            raise
        return str(head["ETag"]).strip('"')


def dumped(directory: Directory) -> bytes:
    """Gzipped JSON, column by column: like stands beside like, which compresses to a third of rows. The same directory
    always gives the same bytes."""
    children = [directory.children[name] for name in sorted(directory.children)]
    read = {
        "format": FORMAT,
        "made_at": instant_text(directory.made_at),
        **{name: [getattr(child, name) for child in children] for name in COLUMNS},
        # Few children have one: a row's number is shorter than a column of nothing.
        "diet": {str(row): child.diet for row, child in enumerate(children) if child.diet},
        "pai": [row for row, child in enumerate(children) if child.pai],
    }
    text = json.dumps(read, ensure_ascii=False)
    return gzip.compress(text.encode(), mtime=0)


def loaded(content: bytes) -> Directory:
    """Raises Unavailable for what another version of the portal wrote."""
    read = json.loads(gzip.decompress(content))
    if read.get("format") != FORMAT:
        raise Unavailable(f"directory.find: format {read.get('format')!r}, expected {FORMAT}")
    diets, health = read["diet"], frozenset(read["pai"])
    children = [
        _child(row, diets.get(str(number)), pai=number in health)
        for number, row in enumerate(zip(*(read[name] for name in COLUMNS), strict=True))
    ]
    return Directory(datetime.fromisoformat(read["made_at"]), {child.id: child for child in children})


def _child(row: tuple[Any, ...], diet: str | None, *, pai: bool) -> ListedChild:
    fields: Mapping[str, Any] = dict(zip(COLUMNS, row, strict=True))
    return ListedChild(
        id=child_id(fields["id"]),
        first_name=fields["first_name"],
        last_name=fields["last_name"],
        school=school_id(fields["school"]),
        class_name=fields["class_name"],
        diet=diet_id(diet) if diet else None,
        pai=pai,
    )
