"""A text that is no TOML is a French sentence with its line, whatever ``tomllib`` says of it."""

import ast
import inspect
import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.intake.files.toml_words import NOT_TOML, BadToml, in_french, parsed
from tests.english import english_in
from tests.intake.folder import TOWN
from tests.present import present

DAMAGE = st.text(alphabet="[]{}\"'=#.,\\\n\t\r\x00ux 19-:Tég_+", max_size=6)


def sentences_of_tomllib() -> set[str]:
    """How each sentence that ``tomllib`` may say begins, as its source has them."""
    tree = ast.parse(inspect.getsource(present(inspect.getmodule(tomllib.loads))))
    said = [
        node.args[-1]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"suffixed_err", "TOMLDecodeError"}
    ]
    begins = [text.values[0] if isinstance(text, ast.JoinedStr) else text for text in said]
    return {str(text.value) for text in begins if isinstance(text, ast.Constant)}


def test_tomllib_has_the_sentences_that_are_looked_for() -> None:
    assert {"Unterminated string", "Invalid value", "Cannot declare "} <= sentences_of_tomllib()


@pytest.mark.parametrize("said", sorted(sentences_of_tomllib()))
def test_each_sentence_of_tomllib_has_words(said: str) -> None:
    assert in_french(said) != NOT_TOML
    assert english_in(in_french(said)) == []


def test_a_sentence_of_a_later_tomllib_is_not_handed_on() -> None:
    assert in_french("Nobody said this before (at line 1, column 2)") == NOT_TOML


@given(at=st.integers(0, len(TOWN)), cut=st.integers(0, 4), damage=DAMAGE)
@example(at=0, cut=0, damage="a = 2026-02-30\n")
@example(at=0, cut=0, damage='a = "\\q"\n')
def test_whatever_is_damaged_is_said_in_french(at: int, cut: int, damage: str) -> None:
    try:
        parsed(TOWN[:at] + damage + TOWN[at + cut :])
    except BadToml as bad:
        assert english_in(str(bad)) == []
        assert 1 <= bad.line <= TOWN.count("\n") + 7


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        pytest.param("a = 1\nb = " + "9" * 5000, 2, "un nombre a trop de chiffres", id="Python reads it not"),
        pytest.param("a = 1\nb = 0x" + "9" * 5000, 2, "un nombre a trop de chiffres", id="Python writes it not"),
        pytest.param("a = [{ b = 9999999999999999999 }]", 1, "un nombre a trop de chiffres", id="no table keeps it"),
        pytest.param("a = " + "[" * 3000 + "]" * 3000, 1, "trop de crochets", id="too deep"),
        pytest.param("a = 2026-02-30", 1, "cette date n'existe pas", id="no such day"),
        pytest.param('a = "C:\\Photos"', 1, "une barre inversée est seule", id="a path of Windows"),
        pytest.param("[a\n", 1, "il manque « ] »", id="an open title"),
    ],
)
def test_what_is_wrong_is_said_where_it_shows(text: str, line: int, why: str) -> None:
    with pytest.raises(BadToml) as bad:
        parsed(text)
    assert (bad.value.line, str(bad.value).startswith(f"le fichier n'est pas bien formé : {why}")) == (line, True)
