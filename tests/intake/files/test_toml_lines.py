"""Faults of town.toml name the right line, however the file is written."""

import tomllib

from chalicelib.intake.files.toml_lines import TomlLines

TEXT = '''\
# nom = "comment"
nom = "a # b"  # c
message = """
[no]
nom = "not a key"
"""
a.b = 1
[t."x y"]
d = [
  { x = 1, y = "]" },

  # comment
  { x = 2 },
]
n = [[1,
  2], [3]]
[[p.q]]
z = 'it"s'
[[p.q]]
z = 2
[p.q.sub]
k = 1979-05-27T07:32:00
'''


def test_every_key_has_its_line() -> None:
    tomllib.loads(TEXT)
    lines = TomlLines(TEXT)
    expected = {
        ("nom",): 2,
        ("message",): 3,
        ("a", "b"): 7,
        ("t", "x y"): 8,
        ("t", "x y", "d"): 9,
        ("t", "x y", "d", 0, "y"): 10,
        ("t", "x y", "d", 1, "x"): 13,
        ("t", "x y", "n", 0, 1): 16,
        ("t", "x y", "n", 1): 16,
        ("p", "q", 0, "z"): 18,
        ("p", "q", 1, "z"): 20,
        ("p", "q", 1, "sub", "k"): 22,
    }
    assert {path: lines.line(path) for path in expected} == expected


def test_a_missing_key_is_where_its_table_is() -> None:
    lines = TomlLines(TEXT)
    assert lines.line(("p", "q", 1, "sub", "nothing")) == 21
    assert lines.line(("nothing", "at", "all")) == 1
