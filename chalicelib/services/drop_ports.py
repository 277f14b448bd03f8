"""The drop folder of a town: what ``intake.drop`` needs from the world. ``adapters.drop_box`` implements it on S3."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from chalicelib.values import Value


class Dropped(Value):
    """One object that was dropped: exactly this version of it. ``tag`` names its content, ``size`` is in bytes.

    ``at`` is when it came (aware UTC; of an upload in parts, when the upload began). ``before`` are versions of the
    same key that it replaced before anybody read them.
    """

    key: str
    version: str
    tag: str
    size: int
    at: datetime
    before: tuple[str, ...] = ()


class DropBox(Protocol):
    """Whole objects only: S3 shows an upload when all of it is there. Every call raises Unavailable."""

    def dropped(self, folder: str) -> Sequence[Dropped]:
        """What lies in ``folder`` (``depot/``) now, oldest first."""
        ...

    def fetch(self, one: Dropped, to: Path) -> bool:
        """Write its content to a file; False when this version is gone."""
        ...

    def keep(self, one: Dropped, key: str) -> None:
        """Copy it to ``key``, unless the copy is there already, and see that the copy is whole. When neither is there,
        somebody deleted it: nothing is done."""
        ...

    def remove(self, one: Dropped) -> None:
        """Delete this version and those before it for good. A version that came meanwhile stays, and is what lies
        there then."""
        ...

    def hide(self, one: Dropped) -> None:
        """Take an object out of sight that is too big to copy: it stays as an old version for as long as the bucket
        keeps those. Nothing is done when another version came meanwhile."""
        ...

    def read(self, key: str) -> bytes | None:
        """The content of a small object; None when there is none."""
        ...

    def write(self, key: str, content: bytes, kind: str) -> None:
        """Write a small object over what is there. ``kind`` is its media type."""
        ...

    def download(self, key: str, to: Path) -> bool:
        """Write the object's content to a file; False when there is none."""
        ...

    def upload(self, file: Path, key: str) -> None: ...

    def clear(self, key: str) -> None:
        """Delete an object, also one that is not there."""
        ...
