"""Writes the demo town's folder: its hand-written ``town.toml`` and the four lists, row by row."""

import csv
import itertools
import random
import re
import shutil
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from chalicelib.intake.files.columns import OF_A_CHILD, OF_A_FAMILY
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from infra.local.demo import details
from infra.local.demo.bookings import DemoBookings, Write
from infra.local.demo.invoices import DemoInvoice, invoices_of, plain
from infra.local.demo.people import DemoFamily, bond, drawn, martin

OF_AN_INVOICE = ("mise_en_ligne", "etat", "facture_corrigee", "moyen")
HERE = Path(__file__).parent
OF_CARE = ("activite", "identifiant_enfant")
TITLES = {
    "familles.csv": ("identifiant", "payeur", "code_payeur", "email", "avertir", "avertir_aussi", *OF_A_FAMILY),
    "enfants.csv": ("identifiant", "famille", "code_enfant", "prenom", "nom", "ecole", "classe", *OF_A_CHILD),
    "inscriptions.csv": ("enfant", "activite", "du", "au", "lecture_seule"),
    "reservations.csv": ("famille", "enfant", "activite", "date", "action", "canal", "saisie_le"),
    "factures.csv": ("numero", "famille", "emise_le", "echeance", "libelle", "regie", "total", *OF_AN_INVOICE),
    "lignes.csv": ("facture", "quoi", "enfant", "quantite", "prix_unitaire", "montant", *OF_CARE),
    "reglements.csv": ("facture", "payeur", "date", "montant", "moyen"),
}
LAST_KNOWN_DAY = date(2028, 8, 31)
"""The last day of the official school holidays that the import knows."""


def write_town(folder: Path, today: date, families: int = 200, bookings: int | None = None) -> None:
    """Fill ``folder`` with a town as it is on ``today``. ``bookings`` is what the list holds, fewer when the
    calendar has no more room; by default ten for a family, and a whole year of lunches for one in ten."""
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
        book = DemoBookings(
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
    lists["factures.csv"]((*invoice.facts, plain(invoice.total), f"{invoice.issued_on} 18:00", *invoice.events))
    for line in invoice.lines:
        lists["lignes.csv"]((invoice.number, *line.facts, plain(line.price), plain(line.amount), *line.care))
    if invoice.paid:
        payer, on, means = invoice.paid
        lists["reglements.csv"]((invoice.number, payer, on, plain(invoice.total), means))
