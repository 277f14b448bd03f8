"""The directory of children in memory."""

from itertools import count

from chalicelib.rules.directory import Directory
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.services.outgoing_ports import KeptDirectory
from tests.fakes.instants import aware


class MemoryDirectory:
    """``DirectoryKeeper``. ``older`` are the versions that S3 would still keep."""

    def __init__(self, directory: Directory | None = None) -> None:
        self.kept = KeptDirectory(directory, "0") if directory else None
        self.older: list[Directory] = []
        self._versions = count(1)

    def read(self) -> Directory:
        if self.kept is None:
            raise Unavailable("directory.read: no import has written it yet")
        return self.kept.directory

    def find(self) -> KeptDirectory | None:
        return self.kept

    def write(self, directory: Directory, over: KeptDirectory | None) -> None:
        aware(directory.made_at)
        if self.kept and self.kept.directory == directory:
            return
        if (self.kept and self.kept.version) != (over and over.version):
            raise StaleWrite("directory.write")
        self.older += [self.kept.directory] if self.kept else []
        self.kept = KeptDirectory(directory, str(next(self._versions)))

    def delete_older(self) -> None:
        self.older.clear()
