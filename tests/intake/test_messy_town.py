"""A town of 400 families with every kind of mess: how often its clerk has to come back, and what is stored at last."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles, validated
from infra.local.demo.generator import write_town
from tests.clock import paris
from tests.intake.messy import Mess, MessyTown, puts, rewrites, takes

NOW = paris("mercredi 2026-11-25 09:00")
FAMILIES, CHILDREN, ENROLMENTS, BOOKINGS = "familles.csv", "enfants.csv", "inscriptions.csv", "reservations.csv"
MESSES = (
    Mess("a code that became a number", FAMILIES, puts("code_payeur", "1,23457E+11")),
    Mess("a code that got decimals", FAMILIES, puts("code_payeur", "12345678,0")),
    Mess("a column that was too narrow", FAMILIES, puts("code_payeur", "########")),
    Mess("a code of one character", FAMILIES, puts("code_payeur", "0000000000")),
    Mess("a code that is a run", FAMILIES, puts("code_payeur", "ABCDEFGH")),
    Mess("a code that is short", FAMILIES, puts("code_payeur", "K7")),
    Mess("no code", FAMILIES, puts("code_payeur", "")),
    Mess("a broken link", FAMILIES, puts("payeur", "#N/A")),
    Mess("an e-mail with a comma", FAMILIES, puts("email", "a.b@server,fr")),
    Mess("an e-mail with two addresses", FAMILIES, puts("email", "a@server.fr b@server.fr")),
    Mess("an identifier with a slash", FAMILIES, rewrites("identifiant", "^f-", "f/")),
    Mess("the same family twice", FAMILIES, takes("identifiant")),
    Mess("accents encoded twice", CHILDREN, puts("prenom", "NoÃ©mie")),
    Mess("accents lost", CHILDREN, puts("prenom", "No?mie")),
    Mess("a formula", CHILDREN, puts("nom", "=A2&B2")),
    Mess("a missing value", CHILDREN, puts("prenom", "NULL")),
    Mess("an unknown family", CHILDREN, puts("famille", "f-99999")),
    Mess("an unknown school", CHILDREN, puts("ecole", "pasteur")),
    Mess("no school", CHILDREN, puts("ecole", "")),
    Mess("a label with other accents", CHILDREN, puts("ecole", "mallérin primaire"), rows=0, harmless=True),
    Mess("an unknown child", ENROLMENTS, puts("enfant", "c-99999")),
    Mess("an unknown activity", ENROLMENTS, puts("activite", "piscine")),
    Mess("a day that does not exist", ENROLMENTS, puts("du", "31/02/2027")),
    Mess("an end before its beginning", ENROLMENTS, puts("au", "2020-01-01")),
    Mess("neither yes nor no", ENROLMENTS, puts("lecture_seule", "peut-être")),
    Mess("a year of two digits", ENROLMENTS, rewrites("du", r"^20(\d\d)-(\d\d)-(\d\d)$", r"\3/\2/\1"), harmless=True),
    Mess("a day with midnight", ENROLMENTS, rewrites("du", r"^(.+)$", r"\1 00:00:00"), harmless=True),
    Mess("an unknown channel", BOOKINGS, puts("canal", "pigeon")),
    Mess("an unknown act", BOOKINGS, puts("action", "peut-être")),
    Mess("a day outside the calendar", BOOKINGS, puts("date", "2031-01-06")),
    Mess("an hour that does not exist", BOOKINGS, puts("saisie_le", "2026-11-02 25:00")),
    Mess("typed tomorrow", BOOKINGS, puts("saisie_le", "2026-12-24 10:00")),
    Mess("capitals and spaces", BOOKINGS, rewrites("canal", r"^(.+)$", r" \1 "), rows=20, harmless=True),
)
APPENDED = (
    Mess("a total", FAMILIES, puts("identifiant", "Total")),
    Mess("the titles once more", CHILDREN, lambda row, titles: row.update(titles)),
)
AIM = 2
"""How often the clerk comes back with mended files."""


def stored(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every staged row of the folder, without the line from which it came. Raises BadFiles."""
    with validated(folder, NOW, Silence()) as files:
        return {name: _rows(files.lists, name) for name in ("families", "children", "enrolments", "events")}


def _rows(lists: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    names = [row[1] for row in lists.execute(f"PRAGMA table_info({table})")]
    kept = ", ".join(name for name in names if name not in {"line", "rank"})
    return sorted(lists.execute(f"SELECT {kept} FROM {table}"), key=repr)  # noqa: S608 - our own names


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("messy")
    write_town(folder, date(2026, 11, 25), 400)
    return folder


def test_a_messy_town_is_clean_after_two_round_trips(town: Path) -> None:
    clean = stored(town)
    messy = MessyTown(town, [mess for mess in MESSES if mess.rows], APPENDED, seed=3)
    harmless = {mess.name for mess in MESSES if mess.harmless and mess.rows}
    trips = 0
    while True:
        try:
            found = stored(town)
            break
        except BadFiles as bad:
            trips += 1
            said = bad.faults.lines()
            assert messy.mend(said), said
    assert found == clean, "a wrong datum would be stored"
    assert messy.left == harmless, "what is left must mean the same"
    assert trips <= AIM
