"""A folder of the disk in which files appear whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, chunks: Iterable[bytes]) -> Path:
    """Write a file under another name beside ``path``, then give it its own: who looks meanwhile sees the old one, or
    none. Only its owner may read it. When ``chunks`` fails, nothing is left of it."""
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
