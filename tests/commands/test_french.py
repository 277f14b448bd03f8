"""What a clerk reads of the command lines is French, however wrong the command, the files or the portal."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.commands import __main__ as every_command
from chalicelib.commands import export_files, import_town
from chalicelib.commands.french import MISUSED, NOT_UNDERSTOOD, in_french
from chalicelib.commands.import_town import FAULTY, NOT_DONE
from tests.english import english_in
from tests.intake.folder import LISTS, TOWN, a_folder

MAINS = [import_town.main, export_files.main]
WORDS = st.sampled_from(
    ["x", "--verifier", "--verifier=1", "--a", "--jour", "--jour=12", "--nope", "-z", "--", "", "--annuler-les-departs"]
)
CHECKED = {"DEMO_NOW": "2026-11-23T08:00"}
NASTY = [
    "0001-01-01", "31/12/9999 24:00", "2026-12-01T10:30:61", "9" * 5000, "999999999999999999,99", "1e9", "²", "٣", "½",
    "x" * 200, '"', '""', "\\", "\t", "\n", "\u202e", ";", "#REF!", "=1+1", "NULL", "a b", "é",
]  # fmt: skip
INVOICES = {
    "factures": "numero;famille;emise_le;echeance;libelle;regie;total;reference\n"
    "2026-026-000335;f-1;2026-10-31;30/11/2026;CANTINE;RÉGIE;1234,50;2026-T5-00-26000335\n",
    "lignes": "facture;quoi;enfant;quantite;prix_unitaire;montant\n2026-026-000335;Repas;James;4;308,63;1234,50\n",
    "reglements": "facture;payeur;date;montant;moyen\n2026-026-000335;X;2026-11-02;12,00;cheque\n",
    "contrepassations": "facture;autorisation;date\n2026-026-000335;A1;2026-11-02\n",
}
FILES = {**{name.removesuffix(".csv"): text for name, text in LISTS.items()}, **INVOICES}


def checked(folder: Path) -> tuple[int, list[str]]:
    """Exit status of ``--verifier``, and the lines that it printed."""
    out, error = io.StringIO(), io.StringIO()
    status = import_town.main([str(folder), "--verifier"], CHECKED, out, error)
    return status, [*out.getvalue().splitlines(), *error.getvalue().splitlines()]


def english_of(lines: list[str]) -> list[str]:
    return [line for line in lines if english_in(line)]


@pytest.mark.parametrize("main", MAINS)
@given(words=st.lists(WORDS, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_wrong_command_is_told_in_french(
    words: list[str], main: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    out, error = io.StringIO(), io.StringIO()
    try:
        status = main(["/nowhere", *words], {}, out, error)
    except SystemExit as ended:
        status = int(ended.code or 0)
    printed = capsys.readouterr()
    lines = "".join((out.getvalue(), error.getvalue(), printed.out, printed.err)).splitlines()
    assert status in {0, MISUSED}, "0: an abbreviation of --aide"
    assert english_of(lines) == []
    assert not [line for line in lines if NOT_UNDERSTOOD in line], "argparse says what has no words here"


@pytest.mark.parametrize("main", MAINS)
def test_help_is_french(main: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--aide"], {}, io.StringIO(), io.StringIO())
    assert english_of(capsys.readouterr().out.splitlines()) == []


def test_what_argparse_may_say_one_day_is_not_handed_on() -> None:
    assert in_french("something that nobody expected") == NOT_UNDERSTOOD


def test_an_unknown_command_is_told_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert every_command.main(["importer"]) == MISUSED
    assert english_of(capsys.readouterr().err.splitlines()) == []


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_cell_holds_is_told_in_french(data: st.DataObject, tmp_path: Path) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    lines = [line.split(";") for line in FILES[name].splitlines()]
    row = data.draw(st.integers(0, len(lines) - 1))
    lines[row][data.draw(st.integers(0, len(lines[row]) - 1))] = data.draw(st.sampled_from(NASTY))
    status, said = checked(a_folder(tmp_path, **{**FILES, name: "\n".join(";".join(line) for line in lines) + "\n"}))
    assert (status in {0, FAULTY}, english_of(said)) == (True, [])


@pytest.mark.parametrize("name", ["y" * 300, "é" * 200, "a\\u0000b", "a\\nb", "../x.svg", "."])
def test_a_crest_by_any_name_is_told_in_french(name: str, tmp_path: Path) -> None:
    status, said = checked(a_folder(tmp_path, town=f'blason = "{name}"\n{TOWN}'))
    assert (status, len(said), english_of(said)) == (FAULTY, 3, [])


def test_a_file_that_the_system_does_not_read_is_told_in_french(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "familles.csv").unlink()
    (folder / "familles.csv").symlink_to("/proc/self/mem")  # Opens; a first read fails, as on a disk that is gone.
    status, (said,) = checked(folder)
    assert status == NOT_DONE
    assert said.startswith("Un fichier ne peut être ni lu ni écrit.")
    assert said.endswith("Relancez la même commande : ce qui est fait est fait.")


def test_what_the_portal_says_is_quoted_for_its_operators(tmp_path: Path) -> None:
    error = io.StringIO()
    assert import_town.main([str(a_folder(tmp_path))], {}, io.StringIO(), error) == MISUSED
    assert error.getvalue().splitlines() == [
        "Un réglage manque ou n'est pas valable.",
        "Pour l'exploitant du portail : « the environment variable PORTAL_STAGE is missing or empty »",
    ]
