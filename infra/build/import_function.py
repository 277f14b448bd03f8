"""The function that imports dropped files: its own zip, more memory and time than the others, and what wakes it.

Chalice cannot package it (``on_s3_event`` needs a deployment by Chalice itself), so it stands here whole. S3 tells
EventBridge of each object of ``depot/``, and every five minutes it looks by itself: at what waited for a companion, and
at what an ended run left.
"""

from infra.build.beside import Zip, beside
from infra.build.function import Resource

LOGICAL = "ImportFiles"
HANDLER = "chalicelib.drops.receive"
MEMORY = 3008
"""Megabytes. Lambda gives CPU by memory: this much has nearly two, and hashes of codes take most of an import."""
SECONDS = 900
DISK = 6144
"""Megabytes of ``/tmp``: what was dropped, the same unpacked, and the lists staged in SQLite."""
RULES: dict[str, Resource] = {
    "FilesDropped": {
        "Description": "Files were dropped in depot/: they are imported",
        "EventPattern": {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [{"Ref": "DocumentsBucket"}]},
                "object": {"key": [{"prefix": "depot/"}]},
            },
        },
    },
    "LookAtDrops": {
        "Description": ("What lies in depot/ is looked at again: what waits for a companion, what an ended run left"),
        "ScheduleExpression": "rate(5 minutes)",
    },
}


def import_function(code: Zip) -> Resource:
    """The function, what wakes it, and the right to wake it."""
    properties = {
        "Handler": HANDLER,
        "MemorySize": MEMORY,
        "Timeout": SECONDS,
        "EphemeralStorage": {"Size": DISK},
    }
    return beside(LOGICAL, code, properties, {"PORTAL_DROP_MEGABYTES": {"Ref": "DropMegabytes"}}, RULES)
