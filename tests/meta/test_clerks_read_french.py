"""Whoever imports a town's files reads French: our sentences are, and no sentence of a library is handed on."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.english import english_in

CHALICELIB = Path(__file__).parents[2] / "chalicelib"
READ_BY_CLERKS = sorted([*CHALICELIB.glob("intake/**/*.py"), *CHALICELIB.glob("commands/*.py")])
SPEAK_FRENCH = {"Aside", "NotUnderstood", "UnreadableFile", "BadCrest", "BadToml", "BadArchive", "ArgumentTypeError"}
"""Our own exceptions whose text is French, as their docstrings say."""
HAND_ON = {
    # module of chalicelib: why it may look into the words of others
    "intake/files/toml_words.py": "puts tomllib's words into French",
}
ASKS = {
    # function that is given what was caught: why it may be
    "for_operators": "quotes it, as words of others",
    "_tell": "takes a refusal of ours, and asks for its faults or its reasons",
    "_stopped": "does the same",
}
FACTS = {
    "attempt", "attempts", "closed", "closing", "due", "errno", "filename", "invoice", "left", "lines", "part",
    "payment", "point", "saved", "start", "why",
}  # fmt: skip
"""Attributes of exceptions that are no sentence."""
_SQL = ("SELECT ", "INSERT ", "CREATE ", "DELETE ", "UPDATE ", "PRAGMA ", "UNION ", "WITH ", "WHERE ", "ORDER ")


def sentences_of(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each string that may be shown; the values inside a text are left out."""
    match node:
        case ast.JoinedStr():
            yield node.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in node.values)
        case ast.Constant(value=str(text)):
            yield node.lineno, text
        case _:
            for child in _read_on(node):
                yield from sentences_of(child)


def _read_on(node: ast.AST) -> Iterator[ast.AST]:
    """What may be shown of ``node``: no documentation, no key of a table, no pattern, no text of an exception of
    others (the test of the words that are handed on holds that nobody shows it)."""
    match node:
        case ast.Expr(value=ast.Constant()):
            pass
        case ast.Dict():
            yield from node.values
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"))):
            pass
        case ast.Raise(exc=ast.Call(func=ast.Name(id=kind))) if kind not in SPEAK_FRENCH:
            pass
        case _:
            yield from ast.iter_child_nodes(node)


def english_sentences(source: str) -> list[tuple[int, str]]:
    said = ((line, text) for line, text in sentences_of(ast.parse(source)) if " " in text.strip())
    return [(line, text) for line, text in said if not text.lstrip().startswith(_SQL) and english_in(text)]


def words_handed_on(source: str) -> list[int]:
    """Lines that show an exception's own words, when it is not one of ours that speak French."""
    handlers = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler) and node.name)
    return sorted(line for handler in handlers if not _speaks_french(handler.type) for line in _shown(handler))


def _speaks_french(caught: ast.expr | None) -> bool:
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return all(isinstance(kind, ast.Name) and kind.id in SPEAK_FRENCH for kind in kinds)


def _shown(handler: ast.ExceptHandler) -> Iterator[int]:
    """Where the text of what was caught is taken: put into a text, given to a function, or by ``args``."""
    for node in ast.walk(handler):
        match node:
            case ast.FormattedValue(value=ast.Name(id=name)) if name == handler.name:
                yield node.lineno
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == handler.name:
                yield from () if attribute in FACTS else (node.lineno,)
            case ast.Call(func=function, args=given) if _name(function) not in ASKS:
                yield from (node.lineno for one in given if _name(one) == handler.name)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def name_of(path: Path) -> str:
    return str(path.relative_to(CHALICELIB))


@pytest.mark.parametrize("path", READ_BY_CLERKS, ids=name_of)
def test_every_sentence_is_french(path: Path) -> None:
    assert english_sentences(path.read_text()) == []


@pytest.mark.parametrize("path", READ_BY_CLERKS, ids=name_of)
def test_the_words_of_libraries_are_not_handed_on(path: Path) -> None:
    assert bool(words_handed_on(path.read_text())) == (name_of(path) in HAND_ON)


@pytest.mark.parametrize(
    "source",
    [
        'fault("the line is not readable")',
        'fault(f"« {name} » is missing")',
        'EXPECTED = "a number from 0"',
        'def f():\n    "Documentation."\n    return f"{n} rows could not be read"',
    ],
)
def test_a_new_english_sentence_is_seen(source: str) -> None:
    assert len(english_sentences(source)) == 1


def test_documentation_sql_and_what_is_quoted_are_not_sentences() -> None:
    source = '"The rules of it."\nX = 1\n"""What it is."""\nY = "SELECT id FROM it"\nfault("« not a date » est vide")'
    assert english_sentences(source) == []


@pytest.mark.parametrize(
    "shown", ["str(error)", 'f"illisible : {error}"', "error.args[0]", "error.msg", "words_of(error)"]
)
def test_words_that_are_handed_on_are_seen(shown: str) -> None:
    assert words_handed_on(f"try:\n    f()\nexcept csv.Error as error:\n    fault({shown})") == [4]
    assert words_handed_on(f"try:\n    f()\nexcept NotUnderstood as error:\n    fault({shown})") == []
