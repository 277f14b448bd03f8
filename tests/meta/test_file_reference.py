"""What the file reference and the régie's page show is taken by the import that they describe."""

import io
import re
from pathlib import Path

import pytest

from chalicelib.commands.import_town import main
from chalicelib.exports import bank_days, journal_file, slip_file
from chalicelib.exports.book_words import KINDS
from chalicelib.exports.payments import MEANS, OTHER, PAID
from chalicelib.exports.points_file import HEADS, WHATS
from tests.meta.blocks import blocks

ROOT = Path(__file__).parents[2]
FILE_REFERENCE, FOR_THE_REGIE = ROOT / "docs" / "fichiers.md", ROOT / "docs" / "regie.md"


def town_toml() -> str:
    """The TOML blocks of the file reference, one after the other: a whole town."""
    return "\n".join(content for language, content, _ in blocks(FILE_REFERENCE.read_text()) if language == "toml")


def lists() -> dict[str, str]:
    """The CSV blocks, by the names that the line before each one's text begins with."""
    found: dict[str, str] = {}
    for language, content, before in blocks(FILE_REFERENCE.read_text()):
        headings = re.findall(r"^(?:`\w+\.csv`(?:, )?)+", before, re.MULTILINE)
        if headings and not language:
            found |= zip(re.findall(r"`(.+?)`", headings[-1]), content.split("\n\n"), strict=True)
    return found


def documented_town(folder: Path, **changes: str) -> Path:
    """The town of the file reference as a folder; ``changes`` replaces the value of keys of town.toml."""
    text = town_toml()
    for key, value in changes.items():
        text, count = re.subn(rf"(?m)^{key.replace('_', '-')} = .*$", f"{key.replace('_', '-')} = {value}", text)
        assert count, key
    (folder / "town.toml").write_text(text)
    (folder / "blason.svg").write_bytes((ROOT / "infra" / "local" / "demo" / "blason.svg").read_bytes())
    for name, content in lists().items():
        (folder / name).write_text(content)
    return folder


def checked(folder: Path) -> tuple[str, str]:
    """What ``python -m chalicelib.commands import --verifier`` says of a folder, and what it finds wrong with it."""
    out, error = io.StringIO(), io.StringIO()
    main([str(folder), "--verifier"], {"DEMO_NOW": "2026-11-24T08:00"}, out, error)
    return out.getvalue(), error.getvalue()


def verified(folder: Path) -> str:
    return checked(folder)[1]


def test_the_file_reference_shows_every_list() -> None:
    assert set(lists()) == {
        "familles.csv", "enfants.csv", "inscriptions.csv", "reservations.csv", "factures.csv", "lignes.csv",
        "reglements.csv", "contrepassations.csv", "remboursements.csv", "decisions.csv",
    }  # fmt: skip


def test_the_town_of_the_file_reference_is_taken_without_a_remark(tmp_path: Path) -> None:
    assert checked(documented_town(tmp_path)) == ("Aucune erreur : ces fichiers peuvent être importés.\n", "")


@pytest.mark.parametrize("value", ["true", "false"])
def test_a_documented_switch_is_taken_both_ways(tmp_path: Path, value: str) -> None:
    assert verified(documented_town(tmp_path, reference_longue=value)) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hors_periodes", '"ouvert"'),
        ("reserver_par", '"jour"'),
        ("ouvre_avant", '"6 semaines"'),
        ("ouvre_avant", '"45 jours à 08:00"'),
    ],
)
def test_what_else_a_rule_may_say_is_taken(tmp_path: Path, key: str, value: str) -> None:
    assert verified(documented_town(tmp_path, **{key: value})) == ""


@pytest.mark.parametrize("heads", [PAID, HEADS], ids=["payments of a day", "to check"])
def test_the_columns_of_what_goes_out_are_told(heads: tuple[str, ...]) -> None:
    assert ";".join(heads) in {content.strip() for _, content, _ in blocks(FOR_THE_REGIE.read_text())}


@pytest.mark.parametrize("told", sorted({*KINDS.values(), *WHATS.values(), *MEANS.values(), OTHER}))
def test_the_words_of_what_goes_out_are_told(told: str) -> None:
    assert told in FOR_THE_REGIE.read_text()


@pytest.mark.parametrize("told", sorted({*journal_file.HEADS, *bank_days.HEADS, *slip_file.HEADS}))
def test_the_columns_of_the_regie_s_books_are_told(told: str) -> None:
    assert f"`{told}`" in FOR_THE_REGIE.read_text()


def deadlines(title: str = "un délai") -> list[str]:
    """Every sentence of the first column of a table of the file reference, as it is written there."""
    _, _, table = FILE_REFERENCE.read_text().partition(f"| {title} (")
    rows = [line for line in table.partition("\n\n")[0].splitlines() if re.match(r"\| `", line)]
    return [shown for row in rows for shown in re.findall(r"`([^`]+)`", row.split("|")[1]) if shown[0] in '"{[']


@pytest.mark.parametrize("deadline", deadlines())
def test_every_documented_deadline_is_taken(tmp_path: Path, deadline: str) -> None:
    assert verified(documented_town(tmp_path, annuler=deadline)) == ""


@pytest.mark.parametrize("sending", deadlines("un envoi"))
def test_every_documented_sending_is_taken(tmp_path: Path, sending: str) -> None:
    assert verified(documented_town(tmp_path, envois=f"[{sending}]")) == ""


def test_there_are_documented_deadlines_and_sendings() -> None:
    assert len(deadlines()) >= 10
    assert len(deadlines("un envoi")) >= 8


def test_a_wrong_example_is_caught(tmp_path: Path) -> None:
    assert "zone" in verified(documented_town(tmp_path, zone='"D"'))
