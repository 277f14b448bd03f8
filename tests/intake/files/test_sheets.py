"""Lists as spreadsheets write them."""

from pathlib import Path

import pytest

from chalicelib.intake.files.columns import Columns
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.files.sheets import rows_of

COLUMNS = Columns(("identifiant", "code_payeur"), ("email",))
EXPECTED = [(2, {"identifiant": "f-1", "code_payeur": "É 007", "email": ""})]


def read(tmp_path: Path, content: bytes) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    path = tmp_path / "familles.csv"
    path.write_bytes(content)
    faults = Faults()
    rows = [(row.where.line, dict(row.cells)) for row in rows_of(path, COLUMNS, faults)]
    return rows, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("identifiant;code_payeur\nf-1;É 007\n".encode(), id="semicolons"),
        pytest.param("identifiant,code_payeur\nf-1,É 007\n".encode(), id="commas"),
        pytest.param("identifiant;code_payeur\nf-1;É 007".encode("utf-8-sig"), id="BOM, no line end"),
        pytest.param("identifiant;code_payeur\nf-1;É 007\n".encode("cp1252"), id="Windows-1252"),
        pytest.param("identifiant;code_payeur\nf-1;E\u0301 007\n".encode(), id="accents apart from their letters"),
        pytest.param("identifiant;code_payeur\r\nf-1;É 007\r\n".encode(), id="CRLF"),
        pytest.param("identifiant;code_payeur\nf-1;É 007\n\n;;\n \n".encode(), id="empty lines at the end"),
        pytest.param("IDENTIFIANT ; Code-Payeur;;\n f-1 ; É 007 ;;\n".encode(), id="capitals, spaces, empty columns"),
        pytest.param('"Identifiant";"Codé payeur"\n"f-1";"É 007"\n'.encode(), id="quotes, accents"),
        pytest.param("code_payeur;identifiant\nÉ 007;f-1\n".encode(), id="another order"),
        pytest.param('identifiant;code_payeur\nf-1;="É 007"\n'.encode(), id="a formula that keeps zeros"),
        pytest.param("identifiant;code_payeur;email\nf-1;É 007\n".encode(), id="a short row"),
    ],
)
def test_a_spreadsheets_habits_are_accepted(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == (EXPECTED, [])


def test_a_separator_line_is_accepted(tmp_path: Path) -> None:
    rows, faults = read(tmp_path, b"sep=,\r\nidentifiant,code_payeur\r\nf-1,x\r\n")
    assert (rows[0][0], faults) == (3, [])


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, b'identifiant;code_payeur\n\nf-1;"two\nlines"\nf-2;x\n')
    assert [line for line, _ in rows] == [3, 5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "familles.csv:1: le fichier est vide", id="empty"),
        pytest.param(b"\n\n", "familles.csv:1: le fichier est vide", id="only line ends"),
        pytest.param(
            b"identifiant;email\n",
            "familles.csv:1: il manque la colonne « code_payeur » ; attendu : identifiant, code_payeur, email",
            id="missing column",
        ),
        pytest.param(
            b"identifiant;code_payeur;Identifiant\n",
            "familles.csv:1: la colonne « identifiant » est là 2 fois",
            id="twice",
        ),
        pytest.param(
            b"identifiant;code_payeur\nf-1;x\nf-2;x;y\n",
            "familles.csv:3: il y a 3 colonnes ; attendu : 2",
            id="long row",
        ),
        pytest.param(
            b'identifiant;code_payeur\nf-1;x\nf-2;"x\n', "familles.csv:3: la ligne n'est pas lisible", id="open quote"
        ),
        pytest.param(
            "identifiant;code_payeur\n".encode("utf-16"), "familles.csv:1: le fichier est en « Unicode", id="UTF-16"
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    _, faults = read(tmp_path, content)
    assert any(fault.startswith(said) for fault in faults), faults


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    faults = Faults()
    assert list(rows_of(tmp_path / "familles.csv", COLUMNS, faults)) == []
    assert next(map(str, faults)).startswith("familles.csv:1: ce fichier manque")
