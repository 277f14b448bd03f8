"""Invoices, their lines, the town's payments and the folder of PDFs -> the staging database. Each row is checked
alone."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property

from chalicelib.intake.files.cells import Cells
from chalicelib.intake.files.listing import Listing
from chalicelib.intake.invoices.money_rows import PAYMENTS
from chalicelib.intake.invoices.payment_rows import stage_payment
from chalicelib.intake.invoices.pdf_files import stage_pdfs
from chalicelib.intake.invoices.row_says import cancelled_of, corrects_of, means_of
from chalicelib.intake.people.lists import names_of
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.invoices import InvoiceLine, bare_reference, reference_of
from chalicelib.rules.letters import plain
from chalicelib.rules.money import in_words, price_in_words

INVOICES, LINES = "factures.csv", "lignes.csv"
ANY_COLLECTOR_CODE = "00"
_SLUG_PART = re.compile(r"[a-z0-9]+")
_REFERENCE = re.compile(r"\d{4}(?:-[A-Z0-9]+)+")


class InvoiceLists(Listing):
    """Stages the invoices of ``folder``. ``town`` is None when town.toml is wrong: then no references are made."""

    def stage(self, progress: Callable[[str], None]) -> None:
        """Read the files that exist: a town may send none of them. ``progress`` gets the name of each."""
        for file in ((INVOICES, self._invoice), (LINES, self._line), (PAYMENTS, self._payment)):
            if (self.folder / file[0]).exists():
                self._read(file, progress)
        stage_pdfs(self.folder, self.database, self.faults)

    def _invoice(self, cells: Cells) -> None:
        number, family = cells.identifier("numero"), cells.identifier("famille")
        issued, due = cells.day("emise_le"), cells.day("echeance")
        label, regie, total = cells.text("libelle"), cells.text("regie"), cells.amount("total")
        published = cells.past_instant("mise_en_ligne", self.now) if cells.row["mise_en_ligne"] else self.now
        reference = self._reference(cells, number)
        if issued and due and due < issued:
            cells.fault(f"l'échéance ({due:%d/%m/%Y}) est avant l'émission ({issued:%d/%m/%Y}) ; attendu : après")
        more = (cancelled_of(cells), corrects_of(cells, number, total), means_of(cells))
        if not (cells.good and issued and due and published):
            return
        values = (number, cells.row.where.line, family, reference, reference.replace("-", ""), _debt(number))
        facts = (issued.isoformat(), due.isoformat(), label, regie, total, published.isoformat())
        self._insert(
            cells,
            "INSERT OR IGNORE INTO invoices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, *facts, *more),
            ("SELECT line FROM invoices WHERE number = ?", (number,)),
            f"la facture « {number} » est déjà",
        )

    def _reference(self, cells: Cells, number: str) -> str:
        """The payment reference of the row. It is made from the number when the file gives none; empty after a
        fault."""
        given = cells.text("reference", needed=False)
        if given:
            if not _is_reference(given):
                cells.fault(f"la référence « {given} » n'est pas comprise ; attendu par exemple : 2026-T5-00-26000335")
            return given
        if self.town is None or not number:
            return ""
        code = self.town.payment.collector_code
        if not code:
            cells.fault(
                "la référence manque ; attendu : « code-recette » dans [paiement] de town.toml, ou la référence"
            )
            return ""
        try:
            return reference_of(number, code)
        except ValueError:
            cells.fault(
                f"le numéro « {number} » ne donne pas de référence ; "
                "attendu : un numéro comme 2026-026-000335, ou la colonne « reference »"
            )
            return ""

    def _line(self, cells: Cells) -> None:
        invoice, what, child = cells.identifier("facture"), cells.text("quoi"), cells.text("enfant", needed=False)
        quantity, price = cells.quantity("quantite"), cells.price("prix_unitaire")
        amount = cells.amount("montant")
        care = (
            cells.text("jours", needed=False),
            self._activity(cells),
            cells.identifier("identifiant_enfant") if cells.row["identifiant_enfant"] else "",
        )
        if quantity is None or price is None or amount is None or not cells.good:
            return
        if wrong := _far_off(InvoiceLine(what, child, quantity, price, amount)):
            self.faults.remarks.add(cells.row.where, wrong)
        self.database.execute(
            "INSERT INTO invoice_lines VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (cells.row.where.line, invoice, what, child, str(quantity), str(price), amount, *care),
        )

    def _activity(self, cells: Cells) -> str:
        """The activity of the line, empty when it says none. One that the town does not have is kept as a slug:
        ``care_remarks`` tells of it."""
        said = cells.text("activite", needed=False)
        known = cells.meaning("activite", self._activities) if said else None
        return str(known or "-".join(_SLUG_PART.findall(plain(said))))

    @cached_property
    def _activities(self) -> Mapping[str, ActivityId]:
        return names_of({one.id: one.label for one in self.town.activities.values()}) if self.town else {}

    def _payment(self, cells: Cells) -> None:
        stage_payment(cells, self.database, self.now)


def _far_off(line: InvoiceLine) -> str:
    """What looks wrong with the amount of a line; empty when the town's rounding explains it."""
    if not line.is_far_off:
        return ""
    exact = price_in_words(line.quantity * line.unit_price)
    count = f"{line.quantity.normalize():f}".replace(".", ",")
    return (
        f"le montant est {in_words(line.amount)} et {count} × {price_in_words(line.unit_price)} font {exact} : "
        "la facture montre ce montant ; vérifiez-le"
    )


def _is_reference(text: str) -> bool:
    """Whether the text looks like a reference, and the treasury takes it without its dashes."""
    try:
        return bool(_REFERENCE.fullmatch(text) and bare_reference(text))
    except ValueError:
        return False


def _debt(number: str) -> str:
    """What different numbers share when they are one debt to the treasury: ``026-000335`` and ``26-000335`` of the same
    year."""
    try:
        return reference_of(number, ANY_COLLECTOR_CODE)
    except ValueError:
        return number
