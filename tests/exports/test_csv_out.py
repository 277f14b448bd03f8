"""What leaves as CSV: no spreadsheet runs or changes it, and the import reads it back as it was."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from chalicelib.exports.csv_out import CHUNK_CHARACTERS, Bare, Reference, csv_bytes, csv_chunks
from chalicelib.exports.folder import write_whole
from chalicelib.intake.files.charsets import UnreadableFile, encoding_of
from chalicelib.intake.files.columns import Columns
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.files.sheets import rows_of
from tests.exports.reading import cells_of

ROOT = Path(__file__).parents[2]
ONLY_TEXT = re.compile(r'="(?:[^"]|"")*"')


def read_back(content: bytes) -> list[str]:
    """The column « b » of a file, as the import reads it."""
    with TemporaryDirectory() as folder:
        path = write_whole(Path(folder) / "liste.csv", [content])
        try:
            encoding_of(path)
        except UnreadableFile:
            reject()  # It looks like what two character sets make of one text: the portal never took such a text.
        faults = Faults()
        found = [row["b"] for row in rows_of(path, Columns(("a", "b")), faults)]
        assert list(map(str, faults)) == []
        return found


def _as_kept(text: str) -> str:
    """A text as the portal keeps any: without spaces around, accents joined to their letters."""
    return unicodedata.normalize("NFC", text).strip()


signs = st.characters(codec="utf-8", exclude_categories=["C"]) | st.sampled_from("=\"+-@;'#\t\n0123456789")
texts = st.text(signs, min_size=1, max_size=30).map(_as_kept).filter(bool)
DOUBTFUL = (
    *(
        "=1+1",
        "+33 1 02",
        "-",
        "@home",
        "＝1",
        "007",
        "12345678901234",
        "1E5",
        "3-4",
        "1 mars",
        "#REF!",
        "NULL",
        "Null",
    ),
    *("Null", "None", "vrai", '=1"&HYPERLINK("x")&"', '="007"', "'=1", "a;b", 'a "b"', "a\nb", "1/2", "2026-11-25"),
)
doubtful = st.sampled_from(DOUBTFUL)


@given(texts | doubtful)
def test_any_text_goes_out_and_comes_back(text: str) -> None:
    for cell in (text, Reference(text)):
        assert read_back(csv_bytes(("a", "b"), [("ligne", cell)])) == [text]


@given(st.lists(texts | doubtful | texts.map(Reference), max_size=5))
def test_no_formula_is_alive(texts: list[str]) -> None:
    """A formula with nothing but a text in it computes nothing."""
    for row in cells_of(csv_bytes(["x"] * len(texts), [texts]))[1:]:
        for cell in row:
            assert not cell.lstrip().startswith(("+", "-", "@", "＝", "＋", "－", "＠"))
            assert not cell.lstrip().startswith("=") or ONLY_TEXT.fullmatch(cell)


@pytest.mark.parametrize("cell", ["Bond", "CM1", "6e A", "2013-026-000335", "2013T50026000335", "f-12", "12", "", "É"])
def test_what_no_spreadsheet_changes_leaves_as_it_is(cell: str) -> None:
    assert cells_of(csv_bytes(["x", "y"], [[cell, "z"]]))[1] == [cell, "z"]


def test_references_keep_their_zeros_and_figures_are_figures() -> None:
    content = csv_bytes(["code", "montant"], [[Reference("007"), Bare("-4,24")], [Reference("12"), Bare("")]])
    assert content == b'\xef\xbb\xbfcode;montant\r\n"=""007""";-4,24\r\n"=""12""";\r\n'


def test_a_long_list_is_never_whole_in_memory() -> None:
    rows = (["x" * 100, str(number)] for number in range(10_000))
    sizes = [len(chunk) for chunk in csv_chunks(["a", "b"], rows)]
    assert len(sizes) > 10
    assert max(sizes) < CHUNK_CHARACTERS + 200


def test_a_file_that_failed_leaves_the_one_before(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    path = write_whole(tmp_path / "liste.csv", [b"whole"])
    with pytest.raises(RuntimeError):
        write_whole(path, broken())
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("liste.csv", b"whole")]
    assert path.stat().st_mode & 0o777 == 0o600


def test_csv_is_written_in_one_place() -> None:
    writers = [path.name for path in (ROOT / "chalicelib").rglob("*.py") if "csv.writer" in path.read_text()]
    assert writers == ["csv_out.py"]
