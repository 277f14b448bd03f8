"""The line of each key of a TOML text: ``tomllib`` reads values and forgets where they were.

``tomllib`` has already read the text, so it is well formed, and this scan only follows its shape.
"""

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:\\.|[^"\\\n])*"|'
    r"'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}\n#]+")
_KEY = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._newlines = 0
        self._counted_to = 0

    def run(self) -> dict[Path, int]:
        base: Path = ()
        while self._skip_blank():
            if self.text[self.at] == "[":
                base = self._header()
            else:
                self._pair(base)
        return self.lines

    def _skip_blank(self) -> bool:
        """Move past spaces, line ends and comments; False at the end of the text."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def _line(self) -> int:
        self._newlines += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._newlines + 1

    def _header(self) -> Path:
        line = self._line()
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        names = self._dotted("]")
        self.at += 1 if several else 0
        path = self._inside(names[:-1]) + names[-1:]
        if several:
            self.lines.setdefault(path, line)
            path = (*path, self._counts.get(path, 0))
            self._counts[path[:-1]] = self._counts.get(path[:-1], 0) + 1
        self.lines.setdefault(path, line)
        return path

    def _inside(self, names: Path) -> Path:
        """``names``, with the number of the last ``[[element]]`` wherever an element is meant."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _dotted(self, end: str) -> Path:
        """Read a key such as ``a."b c".d``, and go past ``end``."""
        names: list[str] = []
        while found := _KEY.match(self.text, self.at):
            name = found.group(1)
            names.append(name[1:-1] if name[0] in "\"'" else name)
            self.at = found.end() + 1
            if self.text[found.end()] == end:
                break
        return tuple(names)

    def _pair(self, base: Path) -> None:
        line = self._line()
        path = base + self._dotted("=")
        for length in range(len(base) + 1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        opening = self.text[self.at]
        if opening == "[":
            self._items(path, "]")
        elif opening == "{":
            self._items(path, "}")
        else:
            found = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1

    def _items(self, path: Path, closing: str) -> None:
        """Read the elements of an array, or the pairs of an inline table."""
        self.at += 1
        number = 0
        while self._skip_blank() and self.text[self.at] != closing:
            if self.text[self.at] == ",":
                self.at += 1
            elif closing == "}":
                self._pair(path)
            else:
                self.lines.setdefault((*path, number), self._line())
                self._value((*path, number))
                number += 1
        self.at += 1


class TomlLines:
    """``line(path)`` is the line of a key, or of the nearest thing around it that is written in the file."""

    def __init__(self, text: str) -> None:
        self._lines: Mapping[Path, int] = _Scan(text).run()

    def line(self, path: Path) -> int:
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1
