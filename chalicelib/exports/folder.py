"""A folder of the disk in which files appear whole or not at all."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from chalicelib.rules.errors import NotFound

PIECE_BYTES = 1024 * 1024


class Folder:
    """``Shelf`` on a disk. Only its owner may read the files."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        write_whole(self.path / name, chunks)

    def read(self, name: str) -> Iterator[bytes]:
        if not self.has(name):
            raise NotFound(name)
        with (self.path / name).open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)


def write_whole(path: Path, chunks: Iterable[bytes]) -> Path:
    """Write a file under another name beside ``path``, then give it its own: who looks meanwhile sees the old one, or
    none. When ``chunks`` fails, nothing is left of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        aside = Path(file.name)
        try:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())  # A name must never outlive the bytes that it stands for.
        except BaseException:
            aside.unlink()
            raise
    os.replace(aside, path)  # noqa: PTH105 - atomic, which is the point
    return path
