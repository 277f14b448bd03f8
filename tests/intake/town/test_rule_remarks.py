"""Rules that depend on dates and change nothing, or close a day before it opens: a remark with its line."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from tests.intake.folder import a_folder, line_of, town_with

TODAY = date(2026, 11, 23)


def remarks_of(folder: Path, *lines: str) -> tuple[str, list[str]]:
    """The file whose canteen has these lines instead of « reserver », and what is remarked of it."""
    faults, text = Faults(), town_with(reserver="\n".join(lines))
    assert read_town(a_folder(folder, town=text), faults, TODAY), list(faults)
    return text, faults.remarks.lines()


CASES = [
    pytest.param(
        'reserver = [{ regle = "la veille à 9h" }, { des = 2028-01-01, regle = "la veille à 8h" }]',
        "la règle de « reserver » dès le 01/01/2028 commence après le dernier jour du calendrier (02/07/2027)",
        id="a rule that comes too late",
    ),
    pytest.param(
        'exceptions = [{ jour = 2026-12-25, reserver = "l\'avant-veille à 9h" }]',
        "l'exception (25/12/2026 au 25/12/2026) n'a aucun jour ouvert",
        id="an exception on a closed day",
    ),
    pytest.param(
        'ouvre-avant = "1 jour"',
        "s'ouvrent après leur délai et ne se réservent jamais en ligne, par exemple le 23/11/2026 (ouvert le "
        "22/11/2026 00:00, délai le 19/11/2026 10:00) ; attendu : « ouvre-avant » plus grand que le délai",
        id="days that open after their deadline",
    ),
]


@pytest.mark.parametrize(("line", "said"), CASES)
def test_a_rule_without_effect_is_remarked_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    rule = () if line.startswith("reserver") else ('reserver = "4 jours avant à 10:00"',)
    text, remarks = remarks_of(tmp_path, *rule, line)
    assert any(said in one and f"town.toml:{line_of(text, line)}:" in one for one in remarks), remarks


TABLE = '{ lundi = "jeudi 10:00", mardi = "jeudi 10:00", jeudi = "mardi 10:00" }'


@pytest.mark.parametrize(
    "lines",
    [
        (f'reserver = [{{ regle = {TABLE} }}, {{ des = 2027-01-04, regle = "la veille à 9h" }}]',),
        (f"reserver = {TABLE}", 'exceptions = [{ jour = 2026-12-17, reserver = "3 jours avant à 9h" }]'),
    ],
    ids=["dated", "with an exception"],
)
def test_a_table_within_other_rules_is_looked_at_as_any(tmp_path: Path, lines: tuple[str, ...]) -> None:
    text, remarks = remarks_of(tmp_path, *lines)
    (said,) = remarks[1:]
    assert f"town.toml:{line_of(text, lines[0])}: « reserver » n'a pas de délai pour « vendredi »" in said


@pytest.mark.parametrize(
    "lines",
    [
        ('reserver = [{ regle = "la veille à 9h" }, { des = 2027-01-04, regle = "2 jours avant à 8h" }]',),
        ('reserver = "la veille à 9h"', 'exceptions = [{ jour = 2026-12-17, annuler = "3 jours avant à 9h" }]'),
        ('reserver = "la veille à 9h"', 'ouvre-avant = "3 mois"'),
        # Monday opens in time, and a week follows its first day.
        ('reserver = "jeudi de la semaine précédente à 24:00"', 'ouvre-avant = "5 jours"', 'reserver-par = "semaine"'),
    ],
    ids=["dated", "exception", "advance", "weeks"],
)
def test_a_rule_with_an_effect_is_not(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert remarks_of(tmp_path, *lines)[1] == []


def test_single_days_that_open_too_late_are_counted(tmp_path: Path) -> None:
    _, remarks = remarks_of(tmp_path, 'reserver = "jeudi de la semaine précédente à 24:00"', 'ouvre-avant = "5 jours"')
    assert "jours s'ouvrent après leur délai" in remarks[1]
