"""A clerk is shown a line of a file the same way wherever it is shown."""

import pytest

from chalicelib.intake.files.faults import MOST_ONE_BY_ONE, Fault, Faults, FileLine
from chalicelib.intake.report import NotTaken

TEXT = "la classe est vide ; attendu : un texte"


@pytest.mark.parametrize(
    ("where", "shown"), [(FileLine("enfants.csv", 12), "enfants.csv:12"), (FileLine("pdf/x.pdf", 0), "pdf/x.pdf")]
)
def test_file_then_line_then_text(where: FileLine, shown: str) -> None:
    assert {where.says(TEXT), str(Fault(where, TEXT)), str(NotTaken(where, TEXT))} == {f"{shown}: {TEXT}"}


@pytest.mark.parametrize("how_many", [1, MOST_ONE_BY_ONE, MOST_ONE_BY_ONE + 1])
def test_faults_alone_and_together(how_many: int) -> None:
    faults = Faults()
    for line in range(12, 12 + how_many):
        faults.add(FileLine("enfants.csv", line), TEXT)
    *shown, _ = faults.lines()
    assert all(line.startswith("enfants.csv:") and TEXT in line for line in shown)
