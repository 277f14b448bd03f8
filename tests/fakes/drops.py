"""A drop folder in memory: a bucket that keeps versions."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from chalicelib.services.drop_ports import Dropped


@dataclass
class MemoryBox:
    """``DropBox``. ``objects``: the versions of each key, the oldest first."""

    objects: dict[str, list[tuple[Dropped, bytes]]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    made: int = 0

    def drop(self, key: str, content: bytes | str, at: datetime) -> Dropped:
        """What a clerk or a software does."""
        content = content.encode() if isinstance(content, str) else content
        self.made += 1
        tag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        one = Dropped(key, f"v{self.made}", tag, len(content), at)
        self.objects.setdefault(key, []).append((one, content))
        return one

    def dropped(self, folder: str) -> Sequence[Dropped]:
        found = []
        for key, versions in self.objects.items():
            if key.startswith(folder) and key not in self.hidden and not key.endswith("/"):
                one = versions[-1][0]
                before = tuple(older.version for older, _ in versions[:-1])
                found.append(Dropped(one.key, one.version, one.tag, one.size, one.at, before))
        return sorted(found, key=lambda one: (one.at, one.key))

    def fetch(self, one: Dropped, to: Path) -> bool:
        content = self._version(one)
        if content is None:
            return False
        to.write_bytes(content)
        return True

    def keep(self, one: Dropped, key: str) -> None:
        content = self._version(one)
        if content is not None and self.read(key) is None:
            self.drop(key, content, one.at)

    def remove(self, one: Dropped) -> None:
        gone = {*one.before, one.version}
        left = [kept for kept in self.objects.get(one.key, []) if kept[0].version not in gone]
        self.objects.pop(one.key, None)
        if left:
            self.objects[one.key] = left

    def hide(self, one: Dropped) -> None:
        self.hidden.append(one.key)

    def read(self, key: str) -> bytes | None:
        versions = self.objects.get(key)
        return versions[-1][1] if versions else None

    def write(self, key: str, content: bytes, kind: str) -> None:
        self.objects.pop(key, None)
        self.drop(key, content, datetime.now().astimezone())

    def download(self, key: str, to: Path) -> bool:
        content = self.read(key)
        if content is not None:
            to.write_bytes(content)
        return content is not None

    def upload(self, file: Path, key: str) -> None:
        self.write(key, file.read_bytes(), "")

    def clear(self, key: str) -> None:
        self.objects.pop(key, None)

    def _version(self, one: Dropped) -> bytes | None:
        return next((content for kept, content in self.objects.get(one.key, []) if kept.version == one.version), None)
