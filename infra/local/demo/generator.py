"""Writes the demo town's folder: its hand-written ``town.toml`` and the four lists, row by row."""

import csv
import itertools
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chalicelib.intake.files.columns import OF_A_CHILD, OF_A_FAMILY
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.planning import PlaceKey, closed_because, place_key, places
from chalicelib.rules.town import Town
from infra.local.demo import details
from infra.local.demo.invoices import DemoInvoice, invoices_of, plain
from infra.local.demo.people import DemoChild, DemoFamily, Enrolled, bond, drawn, martin

HERE = Path(__file__).parent
TITLES = {
    "familles.csv": ("identifiant", "payeur", "code_payeur", "email", "avertir", "avertir_aussi", *OF_A_FAMILY),
    "enfants.csv": ("identifiant", "famille", "code_enfant", "prenom", "nom", "ecole", "classe", *OF_A_CHILD),
    "inscriptions.csv": ("enfant", "activite", "du", "au", "lecture_seule"),
    "reservations.csv": ("famille", "enfant", "activite", "date", "action", "canal", "saisie_le"),
    "factures.csv": ("numero", "famille", "emise_le", "echeance", "libelle", "regie", "total", "mise_en_ligne"),
    "lignes.csv": ("facture", "quoi", "enfant", "quantite", "prix_unitaire", "montant"),
    "reglements.csv": ("facture", "payeur", "date", "montant", "moyen"),
}
CHANNELS = ("mairie", "telephone", "courrier", "guichet")
MANUAL_BOOKINGS = (date(2015, 12, 23), date(2015, 12, 24))
MANUAL_WRITTEN_ON = date(2015, 12, 18)
LAST_KNOWN_DAY = date(2028, 8, 31)
"""The last day of the official school holidays that the import knows."""
COMBINED = {"petites-vac-repas", "etude", "garderie-soir"}
"""The generator leaves these to parents, so that no list breaks a combination."""

Write = Callable[..., Any]


def write_town(folder: Path, today: date, families: int = 200, bookings: int | None = None) -> None:
    """Fill ``folder`` with a town as it is on ``today``. ``bookings`` (default ten per family) is what the list holds;
    fewer when the calendar has no more room."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "blason.svg", folder / "blason.svg")
    year = school_year(today)
    text = (HERE / "town.toml").read_text()
    (folder / "town.toml").write_text(_until(min(year[1], LAST_KNOWN_DAY), text))
    faults = Faults()
    town = read_town(folder, faults, today)
    if town is None:
        raise ValueError("\n".join(map(str, faults)))
    everybody = itertools.chain([bond(), martin()], drawn(families, year))
    with ExitStack() as files:
        lists = {name: _open(files, folder / name) for name in TITLES}
        book = _Bookings(
            town=town,
            today=today,
            year=year,
            write=lists["reservations.csv"],
            families=families,
            bookings=bookings,
        )
        billed = random.Random(5)  # noqa: S311 - amounts to show
        for family in everybody:
            _write_family(family, lists, year[0])
            book(family)
            for invoice in invoices_of(family, today, billed):
                _write_invoice(invoice, lists)


def _until(last: date, town: str) -> str:
    """The text of town.toml with a calendar that ends on ``last``, without the closures and openings after it."""
    rows = re.split(r"(?m)^(?=  \{ motif)|(?=^\])", re.sub(r"(?m)^dernier-jour = .*$", f"dernier-jour = {last}", town))
    first_day = re.compile(r"  \{ motif.*? (?:du|jour) = (\d{4}-\d{2}-\d{2})")
    return "".join(row for row in rows if not (found := first_day.match(row)) or date.fromisoformat(found[1]) <= last)


def school_year(today: date) -> tuple[date, date]:
    """The school year to show on ``today``: from May, parents book the next one too."""
    first = today.year if today.month >= 9 else today.year - 1
    return date(first, 9, 1), date(first + (2 if 5 <= today.month <= 8 else 1), 8, 31)


def _open(files: ExitStack, path: Path) -> Write:
    """What a French spreadsheet would write: semicolons, a BOM, CRLF."""
    file = files.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
    write: Write = csv.writer(file, delimiter=";").writerow
    write(TITLES[path.name])
    return write


def _write_family(family: DemoFamily, lists: dict[str, Write], first: date) -> None:
    for payer in family.payers:
        told = ("oui" if family.told else "non", " ".join(family.told))
        lists["familles.csv"]((*payer, *told, *details.of_family(payer[0])))
    for child in family.children:
        for name, *_ in family.payers:
            who = (child.id, name, child.code, child.first_name, child.last_name, child.school, child.class_name)
            lists["enfants.csv"]((*who, *details.of_child(child.id, first)))
        for one in child.enrolled:
            lists["inscriptions.csv"](
                (child.id, one.activity, one.first or "", one.last or "", "oui" if one.read_only else "non")
            )


def _write_invoice(invoice: DemoInvoice, lists: dict[str, Write]) -> None:
    lists["factures.csv"]((*invoice.facts, plain(invoice.total), f"{invoice.issued_on} 18:00"))
    for line in invoice.lines:
        lists["lignes.csv"]((invoice.number, *line.facts, plain(line.price), plain(line.amount)))
    if invoice.paid:
        payer, on, means = invoice.paid
        lists["reglements.csv"]((invoice.number, payer, on, plain(invoice.total), means))


class _Bookings:
    """Spreads bookings over December 2015 or the weeks around today, within the places of each activity."""

    def __init__(
        self,
        *,
        town: Town,
        today: date,
        year: tuple[date, date],
        write: Write,
        families: int,
        bookings: int | None,
    ) -> None:
        self.town = town
        self.today = today
        self.year = year
        self.write = write
        self.left = 10 * families if bookings is None else bookings
        self.families = families
        self.dice = random.Random(11)  # noqa: S311 - days to show
        self.taken: Counter[PlaceKey] = Counter()
        self.open_days: dict[tuple[str, str, bool], list[date]] = {}

    def __call__(self, family: DemoFamily) -> None:
        name = family.payers[0][0]
        if name == "f-bond":
            self._manual_bookings(name)
            return
        if name == "f-martin":
            return
        quota = -(-self.left // max(1, self.families))
        self.families -= 1
        channel = self.dice.choice(CHANNELS)
        written = 0
        for child, day, activity in self._choices(family):
            if written == quota:
                break
            if self._takes_a_place(child, activity, day):
                self.write((name, child.id, activity, day, "", channel, self._written_on(day)))
                written += 1
        self.left -= written

    def _manual_bookings(self, family: str) -> None:
        """What the manual's page shows as booked; a town on an earlier day does not know it yet."""
        if self.today <= MANUAL_WRITTEN_ON:
            return
        for day in MANUAL_BOOKINGS:
            self.write(
                (family, "c-007", "petites-vac-matin", day, "inscription", "mairie", f"{MANUAL_WRITTEN_ON} 10:30")
            )
        self.left -= len(MANUAL_BOOKINGS)

    def _choices(self, family: DemoFamily) -> Iterator[tuple[DemoChild, date, str]]:
        """The slots of the family, the nearest days first, each child in turn."""
        slots = [
            (rank, child, day, one.activity)
            for child in family.children
            for one in child.enrolled
            if one.activity not in COMBINED
            for rank, day in enumerate(self._days(one, child.school))
        ]
        slots.sort(key=lambda slot: (slot[0], slot[1].id, slot[3]))
        return ((child, day, activity) for _, child, day, activity in slots)

    def _days(self, enrolled: Enrolled, school: str) -> list[date]:
        """Open days of an enrolment: from early December 2015, or from a fortnight before today; then earlier ones."""
        old = enrolled.last is not None and enrolled.last < self.year[0]
        key = (enrolled.activity, school, old)
        if key not in self.open_days:
            first, last = (date(2015, 9, 1), date(2016, 8, 31)) if old else self.year
            near = date(2015, 12, 1) if old else self.today - timedelta(days=14)
            activity = self.town.activities[ActivityId(enrolled.activity)]
            calendar = self.town.calendar
            days = [
                day
                for day in (first + timedelta(days=n) for n in range((min(last, calendar.last) - first).days + 1))
                if closed_because(self.town, activity, SchoolId(school), day) is None
            ]
            self.open_days[key] = [d for d in days if d >= near] + [d for d in reversed(days) if d < near]
        return self.open_days[key]

    def _takes_a_place(self, child: DemoChild, activity: str, day: date) -> bool:
        described = self.town.activities[ActivityId(activity)]
        key = place_key(described, SchoolId(child.school), day)
        if key is None:
            return True
        if self.taken[key] >= places(described, key):
            return False
        self.taken[key] += 1
        return True

    def _written_on(self, day: date) -> str:
        """When the office wrote the booking down: never after today, the same day for a whole month."""
        on = min(day.replace(day=1) - timedelta(days=5), self.today - timedelta(days=3))
        return f"{on.isoformat()} 09:15"
