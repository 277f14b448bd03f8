"""Whatever name the import accepts can be booked for, chosen, opened, paid, exported and imported again."""

import re
import tempfile
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.attendance_pdf import AttendancePdf
from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.exports.attendance import ExportAttendance
from chalicelib.exports.payments import payments_of
from chalicelib.intake.files.sheets import cell_of
from chalicelib.intake.importing import Importer
from chalicelib.intake.invoices.putting import InvoiceImport
from chalicelib.intake.progress import Silence
from chalicelib.intake.report import IntakeReport
from chalicelib.intake.validating import BadFiles
from chalicelib.rules import ids
from chalicelib.services.day_bookings import BookingsAsOf
from chalicelib.services.recording import RecordPayments
from chalicelib.services.recounting import CountPlaces
from tests.clock import FixedClock, paris
from tests.exports.reading import cells_of
from tests.fakes import MemoryDirectory, MemoryIntake, memory_acting, memory_money
from tests.intake.folder import TOWN, a_folder
from tests.pages.client import PageClient
from tests.pages.conftest import World

NOW = paris("lundi 2026-11-23 08:00")
PAYING = TOWN.replace(
    "[ecoles]",
    '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\nen-ligne = "service-web"\nmoyens = []\n\n'
    '[regimes]\nsans-porc = "Sans porc"\n\n[ecoles]',
).replace(
    "[calendrier]",
    '[activites.centre]\nnom = "Centre"\nsemaine-scolaire = ["mercredi", "vendredi"]\n'
    'reserver = "la veille à 10:00"\nreserver-par = "semaine"\n\n[calendrier]',
)
EMAIL = "jamie.bond@server.fr"
names = st.from_regex(ids.NAME, fullmatch=True)
others = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=70).filter(
    lambda text: not re.fullmatch(ids.NAME, text.strip())
)


def lists_of(world: World, directory: MemoryDirectory) -> ExportAttendance:
    bookings = BookingsAsOf(
        plannings=world.plannings,
        feed=world.plannings,
        clock=world.clock,
        pause=lambda seconds: world.clock.forward(seconds=seconds),
    )
    return ExportAttendance(bookings=bookings, directory=directory, town=world.towns, render=AttendancePdf())


class Town:
    """The pages of a town, and the import of its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World(clock=FixedClock(NOW))
        world = self.world
        store = MemoryIntake(families=world.families, logins=world.logins, plannings=world.plannings, town=world.towns)
        directory = MemoryDirectory()
        self.lists = lists_of(world, directory)
        self.run = Importer(
            directory=directory,
            store=store,
            plannings=world.plannings,
            places=CountPlaces(plannings=world.plannings, families=world.families, pause=lambda _: None),
            invoice_import=InvoiceImport(
                world.invoices,
                world.pdfs,
                InvoicePdf(),
                world.families,
                attempts=world.attempts,
                record=RecordPayments(invoices=world.invoices, book=world.book, clock=world.clock),
                clock=world.clock,
                book=world.book,
            ),
            notices=world.notices,
            acting=memory_acting(store, world.notices),
            money=memory_money(world.book, world.families, world.notices, world.clock),
            clock=world.clock,
            pepper="pepper",
            workers=1,
        )

    def load(self, family: str, child: str, numbers: list[str]) -> IntakeReport:
        invoices = [f"{n};{family};31/10/2026;30/11/2026;CANTINE;R;12,00;2026-T5-00-{k}" for k, n in enumerate(numbers)]
        lines = [f"{number};Repas;James;1;12,00;12,00;cantine;{child};3 novembre" for number in numbers]
        files = {
            "town": PAYING,
            "familles": ["identifiant;payeur;code_payeur;email", f"{family};Jamie BOND;CERISIER22;{EMAIL}"],
            "enfants": [
                "identifiant;famille;code_enfant;prenom;nom;ecole;classe;naissance;regime;pai",
                f"{child};{family};123;James;B;mallerin;CE1;01/02/2018;sans-porc;oui",
            ],
            "inscriptions": [
                "enfant;activite;du;au;lecture_seule",
                f"{child};cantine;01/09/2026;;non",
                f"{child};centre;;02/07/2027;",
                f"{child};mercredi;;;oui",
            ],
            "reservations": [
                "famille;enfant;activite;date;action;canal;saisie_le",
                f"{family};{child};mercredi;2026-12-02;inscription;mairie;2026-11-02 10:30",
            ],
            "factures": ["numero;famille;emise_le;echeance;libelle;regie;total;reference", *invoices],
            "lignes": [
                "facture;quoi;enfant;quantite;prix_unitaire;montant;activite;identifiant_enfant;jours",
                *lines,
            ],
        }
        written = {name: text if isinstance(text, str) else "\n".join(text) for name, text in files.items()}
        return self.run(a_folder(self.folder, **written), Silence(), accepting=True)  # The world had other families.

    def parent(self) -> PageClient:
        visitor = self.world.visitor()
        assert visitor.sign_in("123", "CERISIER22").status == 303
        return visitor


@settings(max_examples=8, deadline=None)
@given(names, names, st.lists(names, min_size=1, max_size=3, unique=True))
def test_what_the_import_accepts_can_be_lived_with(family: str, child: str, numbers: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder))
        assert town.load(family, child, numbers).all_taken
        parent = town.parent()
        booked(parent, child)
        expected(town, family, child)
        for number in numbers:
            paid(town, parent, number)
        written = cells_of(b"".join(payments_of(town.world.book, NOW.date())))
        assert sorted(cell_of(row[2]) for row in written[1:]) == sorted(numbers)
        assert town.load(family, child, numbers).nothing_changed


def booked(parent: PageClient, child: str) -> None:
    """A day, a week in one box; and what the parent reads of them, and of what the town booked, in her last changes."""
    for activity, when in (("cantine", "2026-12-01"), ("centre", "2026-W49")):
        page = parent.get(f"/planning?enfant={quote(child)}&semaine=2026-12-01&activite={activity}")
        cell = f"{child}~{activity}~{when}"
        assert cell in page.boxes()
        assert parent.follow(parent.save(page, cell)).heading == "1 modification enregistrée"
    changes = parent.get(f"/modifications?enfant={quote(child)}").main
    for said in ("Ma 01-12-2026 inscrit", "semaine du Lu 30-11-2026 (mer. 2, ven. 4) inscrit", "Me 02-12-2026 inscrit"):
        assert said in changes


def expected(town: Town, family: str, child: str) -> None:
    """The lists of the days that were just booked name child and family, and the diet that the town wrote."""
    for day, activity in ((date(2026, 12, 1), "Cantine"), (date(2026, 12, 2), "Centre")):
        (people, _, *sheets) = list(town.lists(day, town.world.clock.now()))
        rows = [[cell_of(cell) for cell in row] for row in cells_of(people.content)[1:]]
        (row,) = [row for row in rows if activity in row]
        assert {child, family, "Sans porc", "oui", "CE1"} <= set(row)
        assert sheets


def paid(town: Town, parent: PageClient, number: str) -> None:
    """Chosen, opened as a PDF, paid, its ticket read, after signing in on the way too."""
    page = parent.get("/factures")
    assert parent.get(f"/factures/{quote(number)}/pdf").status == 303
    recap = parent.follow(parent.post("/factures", csrf=page.hidden("csrf"), facture=number, email=EMAIL))
    assert f"Facture {number}" in recap.main
    (bank,) = {e.attrs["href"] for e in recap.page.all("a") if "Payer en ligne" in e.text}
    operation = parent.get(bank).headers["Location"].rpartition("/")[2]
    assert parent.get(f"/factures/{quote(number)}/paiement").status == 200
    town.world.treasury.says(operation, "P")
    town.world.clock.forward(seconds=5)  # The page above has just asked.
    assert town.world.visitor().post_raw("/payfip/notification", f"idop={operation}".encode()).status == 200
    assert number in parent.get(f"/factures/{quote(number)}/paiement").main
    stranger = town.world.visitor()
    asked = stranger.get(f"/factures/{quote(number)}/pdf").headers["Location"]
    destination = stranger.get(asked).hidden("vers")
    back = stranger.post("/", enfant="123", payeur="CERISIER22", vers=destination)
    assert back.headers["Location"] == f"/factures/{quote(number)}/pdf"


@settings(max_examples=25, deadline=None)
@given(others)
def test_another_text_is_refused_with_a_sentence(text: str) -> None:
    """By the import, and as an address."""
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder))
        with pytest.raises(BadFiles) as bad:
            town.load("f-1", "c-1", [text])
        assert any(str(fault).startswith("factures.csv:") for fault in bad.value.faults)
        assert town.world.parent().get(f"/factures/{quote(text, safe='')}/pdf").status == 404
