"""Reads a TOML table key by key. Every wrong value is a fault with its line; reading goes on after it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from chalicelib.intake.files.deadline_words import NotUnderstood, day_of
from chalicelib.intake.files.faults import Faults, FileLine, nearest
from chalicelib.intake.files.toml_lines import Path, TomlLines

Value = TypeVar("Value")
KINDS: Mapping[type, str] = {
    str: "un texte entre guillemets",
    int: "un nombre entier, sans guillemets",
    bool: "true ou false",
    list: "une liste entre crochets",
    dict: "un tableau",
}


class Source:
    """The file that is read: the lines of its keys, and where its faults and remarks go."""

    def __init__(self, file: str, text: str, faults: Faults) -> None:
        self.file = file
        self.faults = faults
        self._lines = TomlLines(text)

    def at(self, path: Path) -> FileLine:
        return FileLine(self.file, self._lines.line(path))

    def fault(self, path: Path, text: str) -> None:
        self.faults.add(self.at(path), text)

    def remark(self, path: Path, text: str) -> None:
        self.faults.remarks.add(self.at(path), text)


class Table:
    """One table of the file. ``close`` reports the keys that nobody asked for: they are typing errors."""

    def __init__(self, read: Mapping[str, Any], path: Path, source: Source) -> None:
        self.read = read
        self.path = path
        self.source = source
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.read

    def fault(self, key: str, text: str) -> None:
        self.source.fault((*self.path, key) if key else self.path, text)

    def remark(self, key: str, text: str) -> None:
        self.source.remark((*self.path, key) if key else self.path, text)

    def text(self, key: str, *, needed: bool = True) -> str:
        """The text of ``key``, without spaces around it; empty when it is missing or wrong."""
        value = self._value(key, str, needed=needed)
        if needed and value is not None and not value.strip():
            self.fault(key, f"« {key} » est vide ; attendu : {KINDS[str]}")
        return (value or "").strip()

    def flag(self, key: str) -> bool:
        return bool(self._value(key, bool, needed=False))

    def whole(self, key: str, least: int = 0) -> int | None:
        value = self._value(key, int, needed=False)
        if value is not None and value < least:
            self.fault(key, f"« {key} = {value} » ; attendu : un nombre à partir de {least}")
            return None
        return value

    def day(self, key: str, *, needed: bool = True) -> date | None:
        """A day, written as a TOML date or as a text."""
        value = self.any(key, needed=needed)
        if value is None:
            return None
        if isinstance(value, str) or type(value) is date or (isinstance(value, datetime) and value.tzinfo is None):
            return self.understood(key, day_of, str(value).strip())
        self.fault(key, f"« {key} » n'est pas une date ; attendu sans guillemets : 2026-09-01")
        return None

    def span(self) -> tuple[date, date] | None:
        """The days « du … au … », or one single « jour »; None after a fault."""
        if "jour" in self:
            first = last = self.day("jour")
        else:
            first, last = self.day("du"), self.day("au")
        if first and last and last < first:
            self.fault(
                "au", f"le dernier jour ({last:%d/%m/%Y}) est avant le premier ({first:%d/%m/%Y}) ; attendu : après"
            )
            return None
        return (first, last) if first and last else None

    def texts(self, key: str) -> list[str]:
        """A list of texts; empty when it is missing."""
        return [text for text in self._list(key) if self._is(str, text, key)]

    def days(self, key: str) -> list[date]:
        return [day for day in self._list(key) if self._is(date, day, key)]

    def table(self, key: str, *, needed: bool = True) -> "Table | None":
        value = self._value(key, dict, needed=needed)
        return None if value is None else Table(value, (*self.path, key), self.source)

    def tables(self, key: str) -> list["Table"]:
        """A list of tables, written ``[[key]]`` or ``key = [{ … }]``."""
        listed = self._list(key)
        return [
            Table(read, (*self.path, key, number), self.source)
            for number, read in enumerate(listed)
            if self._is(dict, read, key)
        ]

    def named_tables(self) -> list[tuple[str, "Table"]]:
        """Every key of this table, with the table that is its value."""
        names = [name for name in self.read if self._value(name, dict, needed=True) is not None]
        return [(name, Table(self.read[name], (*self.path, name), self.source)) for name in names]

    def any(self, key: str, *, needed: bool = False) -> Any:
        """The value of ``key``, of any kind; None when it is missing."""
        self._asked.add(key)
        if key not in self.read and needed:
            self.fault(key, f"il manque « {key} »{self._where()}")
        return self.read.get(key)

    def understood(self, key: str, understand: Callable[[str], Value], text: str) -> Value | None:
        try:
            return understand(text)
        except NotUnderstood as error:
            self.fault(key, f"{key} : {error}")
            return None

    def leave(self, *keys: str) -> None:
        """Note keys that exist and cannot be judged, because of another fault."""
        self._asked.update(keys)

    def close(self) -> None:
        for key in self.read:
            if key not in self._asked:
                self.fault(key, f"« {key} » n'est pas connu{self._where()} ; {nearest(key, sorted(self._asked))}")

    def _list(self, key: str) -> list[Any]:
        return self._value(key, list, needed=False) or []

    def _value(self, key: str, kind: type[Value], *, needed: bool) -> Value | None:
        value = self.any(key, needed=needed)
        return value if value is not None and self._is(kind, value, key) else None

    def _is(self, kind: type, value: object, key: str) -> bool:
        # In Python a bool is an int and a datetime is a date; in a town's file they are not.
        right = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
        if right and not isinstance(value, datetime):
            return True
        self.fault(key, f"« {key} » n'est pas de la bonne forme ; attendu : {KINDS.get(kind, 'des dates 2026-09-01')}")
        return False

    def _where(self) -> str:
        names = [str(name) for name in self.path if isinstance(name, str)]
        return f" dans [{'.'.join(names)}]" if names else ""
