"""The four lists -> the staging database. Each row is checked alone here; ``checks`` looks at all of them together."""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from chalicelib.intake.emails import email_fault
from chalicelib.intake.files.cells import LOOSE, Cells
from chalicelib.intake.files.columns import Columns, Titles
from chalicelib.intake.files.faults import Faults, plain, words
from chalicelib.intake.files.listing import Listing
from chalicelib.intake.people.details import (
    address_of,
    birth_of,
    diet_of,
    direct_debit_of,
    pai_of,
)
from chalicelib.intake.people.past import Past
from chalicelib.rules.codes import (
    SHORTEST_OF_DIGITS,
    SHORTEST_PAYER_CODE,
    has_other_letters,
    normal_code,
    rewritten_by_a_spreadsheet,
    weakness,
)
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.notices import MOST_EXTRA
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town

Id = TypeVar("Id")
REWRITTEN = (
    "a été réécrit par un tableur ; attendu : le code d'origine, dans une colonne au format « Texte », "
    'ou écrit ="0123456789"'
)
FAMILIES, CHILDREN, ENROLMENTS, BOOKINGS = "familles.csv", "enfants.csv", "inscriptions.csv", "reservations.csv"
CHANNELS = {"mairie": "mairie", "telephone": "telephone", "courrier": "courrier", "guichet": "guichet"}
ACTIONS = {"inscription": 1, "annulation": 0}
TAKE_IT_OUT = "attendu : ôter cette ligne"


class PeopleLists(Listing):
    """Stages the lists of ``folder``. ``town`` is None when town.toml is wrong: then its names are not checked.

    ``past`` is asked about activities that the town does not have. Without ``codes_needed``, families may have no payer
    code yet.
    """

    def __init__(
        self,
        folder: Path,
        town: Town | None,
        database: sqlite3.Connection,
        faults: Faults,
        now: datetime,
        *,
        titles: Titles,
        past: Past,
        codes_needed: bool = True,
    ) -> None:
        super().__init__(folder, town, database, faults, now, titles=titles)
        self.codes_needed = codes_needed
        self.past = past
        self.today = paris_day(now)
        self.schools = names_of({school.id: school.label for school in town.schools.values()}) if town else {}
        self.activities = names_of({a.id: a.label for a in town.activities.values()}) if town else {}
        self.diets = names_of(town.diets) if town else None

    def stage(self, progress: Callable[[str], None]) -> None:
        """Read every list. ``progress`` gets the name of each file at its beginning."""
        for file in (
            (FAMILIES, self._family),
            (CHILDREN, self._child),
            (ENROLMENTS, self._enrolment),
            (BOOKINGS, self._booking),
        ):
            if file[0] != BOOKINGS or (self.folder / BOOKINGS).exists():
                self._read(file, progress)

    def stage_families(self, progress: Callable[[str], None]) -> None:
        self._read((FAMILIES, self._family), progress)

    def stage_children(self, progress: Callable[[str], None]) -> None:
        self._read((CHILDREN, self._child), progress)

    def columns_of(self, name: str) -> Columns:
        columns = super().columns_of(name)
        return columns if self.codes_needed or name != FAMILIES else columns.without("code_payeur")

    def _family(self, cells: Cells) -> None:
        family, payer = cells.identifier("identifiant"), cells.person("payeur")
        code, email = cells.text("code_payeur", needed=self.codes_needed), cells.text("email", needed=False)
        if code and (wrong := _wrong_with_payer_code(code, (family, payer, *payer.split()))):
            cells.fault(f"le code payeur {wrong}")
        if email and (wrong := email_fault(email)):
            cells.fault(wrong)
        self._insert(
            cells,
            "INSERT OR IGNORE INTO families VALUES (?, ?, ?, ?, ?, ?, ?)",
            (family, cells.row.where.line, payer, normal_code(code), email, address_of(cells), direct_debit_of(cells)),
            ("SELECT line FROM families WHERE id = ?", (family,)),
            f"la famille « {family} » est déjà",
        )
        self._notices(cells, family)

    def _notices(self, cells: Cells, family: str) -> None:
        """Who is told of new invoices, as an older service knew it: parents change it themselves later."""
        wanted, others = cells.yes("avertir"), re.split(r"[\s,]+", cells.row["avertir_aussi"])
        emails = [email for email in others if email]
        for email in emails:
            if wrong := email_fault(email):
                cells.fault(wrong)
        if len(emails) > MOST_EXTRA:
            cells.fault(f"« avertir_aussi » a {len(emails)} adresses ; attendu : {MOST_EXTRA} au plus")
        if emails and not wanted:
            cells.fault("« avertir_aussi » demande « avertir » ; attendu : avertir = oui")
        if wanted and cells.good:
            self.database.execute("INSERT INTO notices VALUES (?, ?)", (family, " ".join(emails)))

    def _child(self, cells: Cells) -> None:
        child, family, code = cells.identifier("identifiant"), cells.identifier("famille"), cells.text("code_enfant")
        first_name, last_name = cells.person("prenom"), cells.person("nom")
        school = self._school(cells)
        if code and (wrong := _wrong_with_child_code(code)):
            cells.fault(f"le code enfant « {code} » {wrong}")
        self._insert(
            cells,
            "INSERT OR IGNORE INTO children VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                cells.row.where.line,
                child,
                family,
                code,
                normal_code(code),
                first_name,
                last_name,
                school,
                cells.text("classe", needed=False),
                birth_of(cells, self.today),
                diet_of(cells, self.diets, ", ".join(self.town.diets) if self.town else ""),
                pai_of(cells),
            ),
            ("SELECT line FROM children WHERE id = ? AND family = ?", (child, family)),
            f"l'enfant « {child} » de la famille « {family} » est déjà",
        )

    def _enrolment(self, cells: Cells) -> None:
        child, activity = cells.identifier("enfant"), self._activity(cells)
        first, last = cells.day("du", needed=False), cells.day("au", needed=False)
        if first and last and last < first:
            cells.fault(f"le dernier jour ({last:%d/%m/%Y}) est avant le premier ({first:%d/%m/%Y}) ; attendu : après")
        self._insert(
            cells,
            "INSERT OR IGNORE INTO enrolments VALUES (?, ?, ?, ?, ?, ?)",
            (
                child,
                activity,
                cells.row.where.line,
                first and first.isoformat(),
                last and last.isoformat(),
                cells.yes("lecture_seule"),
            ),
            ("SELECT line FROM enrolments WHERE child = ? AND activity = ?", (child, activity)),
            f"l'enfant « {child} » est inscrit à « {activity} »",
        )

    def _booking(self, cells: Cells) -> None:
        family, child, activity = cells.identifier("famille"), cells.identifier("enfant"), self._booked_activity(cells)
        day, written = cells.day("date"), cells.written_at("saisie_le", self.now)
        channel = cells.one_of("canal", CHANNELS, ", ".join(CHANNELS))
        booked = cells.one_of("action", ACTIONS, " ou ".join(ACTIONS)) if cells.row["action"] else 1
        if not (day and written):
            return
        at, whole_day = written
        key = (family, child, activity, day.isoformat(), at.isoformat())
        if not self._is_in_calendar(cells, day, key):
            return
        self._insert(
            cells,
            "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, cells.row.where.line, booked, channel, whole_day),
            (
                "SELECT line FROM events WHERE family = ? AND child = ? AND activity = ? AND day = ? AND at = ?",
                key,
            ),
            "la même case est déjà, saisie au même moment,",
        )

    def _is_in_calendar(self, cells: Cells, day: date, key: tuple[str | None, ...]) -> bool:
        """Whether the line is to be judged.

        A day before the calendar is history, which the office's software goes on exporting. A day after it that the
        published calendar had is set aside; any other day is a fault.
        """
        if self.town is None or self.town.calendar.first <= day <= self.town.calendar.last:
            return True
        first, last = self.town.calendar.first, self.town.calendar.last
        if day < first:
            self.database.execute("INSERT INTO old_events VALUES (?)", (cells.row.where.line,))
            return False
        if self.past.had_day(day):
            why = f"le {day:%d/%m/%Y} est après le dernier jour du calendrier ({last:%d/%m/%Y}) ; {TAKE_IT_OUT}"
            self.database.execute("INSERT OR IGNORE INTO past_events VALUES (?, ?, ?, ?, ?, ?)", (*key, why))
            return True
        cells.fault(f"le {day:%d/%m/%Y} est après le calendrier ; attendu : le {last:%d/%m/%Y} au plus tard")
        return False

    def _school(self, cells: Cells) -> str | None:
        if self.town is None:
            return cells.text("ecole")
        return cells.one_of("ecole", self.schools, f"une école de town.toml ({', '.join(self.town.schools)})")

    def _booked_activity(self, cells: Cells) -> str | None:
        """The activity of the row, which may be one that the town no longer has: ``past_checks`` decides about such
        lines."""
        if self.town and cells.row["activite"] and cells.meaning("activite", self.activities) is None:
            return cells.meaning("activite", self._past_activities) or self._activity(cells)
        return self._activity(cells)

    @cached_property
    def _past_activities(self) -> Mapping[str, ActivityId]:
        return names_of(self.past.activities)

    def _activity(self, cells: Cells) -> str | None:
        if self.town is None:
            return cells.text("activite")
        return cells.one_of(
            "activite", self.activities, f"une activité de town.toml ({', '.join(self.town.activities)})"
        )


def _wrong_with_payer_code(code: str, names: tuple[str, ...]) -> str | None:
    """Why the code cannot be the family's secret. The answer has no letter of the code, because anybody may read it."""
    if wrong := _not_a_code(code):
        return wrong
    if weak := weakness(code, names):
        return (
            f"{weak} ; attendu : {SHORTEST_PAYER_CODE} lettres et chiffres au moins, "
            f"ou {SHORTEST_OF_DIGITS} chiffres, sans suite ni nom, "
            "car c'est lui qui protège la famille"
        )
    return None


def _wrong_with_child_code(code: str) -> str | None:
    """What is wrong with a child code. It identifies and is no secret, so it may be short."""
    return _not_a_code(code) or (None if normal_code(code) else "n'a ni lettre ni chiffre ; attendu par exemple : 007")


def _not_a_code(cell: str) -> str | None:
    if rewritten_by_a_spreadsheet(cell):
        return REWRITTEN
    if has_other_letters(cell):
        return "a des lettres d'un autre alphabet ; attendu : lettres de A à Z et chiffres"
    return None


def names_of(labels: Mapping[Id, str]) -> dict[str, Id]:
    """What a clerk may write for each thing: its label, or its identifier, which has priority.

    What stands between words may differ too (``SACRE COEUR``), as long as only one thing has that name.
    """
    loose = Counter(words(label) for label in labels.values())
    alike = {LOOSE + words(label): name for name, label in labels.items() if words(label) and loose[words(label)] == 1}
    return alike | {plain(label): name for name, label in labels.items()} | {str(name): name for name in labels}
