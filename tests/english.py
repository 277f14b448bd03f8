"""English that a clerk would read: words that French has not, outside what is quoted between guillemets."""

import re

ENGLISH = frozenset(
    """
    the this that these those it its is are was were be been being has have had do does did not no cannot can could
    should must may of to for from by with without at in into after before between and if when than then there too
    expected unexpected invalid illegal missing unknown unable found got required unrecognized ambiguous ignored
    failed error errors warning file files value values key keys line lines row rows string character characters
    such choose show help exit usage unclosed unterminated unescaped duplicate twice end document statement
    namespace overwrite declare mutate redefine behind exceeds limit long null bytes broken
    """.split()  # noqa: SIM905 - words are read and kept easier as text
)
"""No French word among them: ``on``, ``an``, ``a``, ``or``, ``me``, ``argument``, ``option``, ``date`` are left out."""
_QUOTED = re.compile(r"«[^»]*»")
_ADDRESS = re.compile(r"\S*[/@\\_=]\S*|\b[\w.-]+\.(?:csv|toml|pdf|xlsx?|py)\b|(?<!\w)--?\w[\w-]*")
"""Paths, addresses, names of files and of options: nobody's words."""
_WORD = re.compile(r"[^\W\d_]+")


def english_in(text: str) -> list[str]:
    """The English words of ``text``, in their order; none of what stands between « and »."""
    bare = _ADDRESS.sub(" ", _QUOTED.sub(" ", text))
    return [word for word in _WORD.findall(bare) if word.lower() in ENGLISH]
