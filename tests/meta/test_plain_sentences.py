"""Docstrings are sentences of their own, in an order of words that a reader of any language knows."""

import re
from pathlib import Path

from tests.meta.test_documentation import ROOT, docstrings, parsed, sources

CONTINUES = re.compile(r"(?:For (?:which|whom)|To whom?|Whose|Nor|But for) ")
"""How a docstring begins that is only the end of a sentence, whose beginning is the name above it."""
INVERTED = re.compile(
    r"\b(?:nor|only then) (?:is|are|was|were|does|do|did|may|can|has|have)\b|\bbe (?:it|they) ", re.IGNORECASE
)
"""« Only then is it told », « nor does it tell »: the verb before its subject."""


def not_plain(text: str) -> bool:
    return bool(CONTINUES.match(text) or INVERTED.search(text))


def places(path: Path) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{line}" for line, text in docstrings(parsed(path)) if not_plain(text)]


def test_docstrings_are_plain_sentences() -> None:
    assert [place for path in sources() if path.parts[-2] != "meta" for place in places(path)] == []


def test_what_is_not_plain_is_caught() -> None:
    assert not_plain("For which the treasury is asked.")
    assert not_plain("It counts. Nor does it forget.")
    assert not_plain("Only then is the town published.")
    assert not_plain("The counters, be they full or not.")
    assert not not_plain("For the log. It never tells an address, nor a name.")
