"""A later invoice says on paper what its family has to its credit."""

import io

from pypdf import PdfReader

from chalicelib.rules.ids import InvoiceNumber
from tests.intake.invoices.desk import Desk
from tests.intake.invoices.test_events import CANCELLED, INVOICE, NOTE, ONE, OTHER, PAID, rows

LATER = InvoiceNumber("2026-027-000001")
FREE = (NOTE, "-4,24")
"""A credit note that corrects no invoice: the family keeps it."""


def paper(desk: Desk, number: InvoiceNumber) -> str:
    """The words of an invoice's PDF, with plain spaces."""
    [pdf] = [content for (_, of), content in desk.pdfs.pdfs.items() if of == number]
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_a_later_invoice_shows_the_credit(desk: Desk) -> None:
    desk.load(**rows(ONE, FREE))
    desk.load(**rows(ONE, FREE, (LATER, "12,00")))
    assert f"Avoir n° {NOTE} : 4,24 € encore à votre crédit." in paper(desk, LATER)
    assert "crédit" not in paper(desk, INVOICE) + paper(desk, NOTE), "they came before"


def test_a_later_invoice_shows_what_is_left_alone(desk: Desk) -> None:
    desk.load(**rows(ONE, FREE))
    desk.load(
        **rows(ONE, FREE, (OTHER, "3,00")),
        reglements=f"facture;payeur;date;montant;moyen;reference\n{OTHER};Jamie BOND;2026-11-20;3,00;avoir;{NOTE}\n",
    )
    desk.load(**rows(ONE, FREE, (OTHER, "3,00"), (LATER, "12,00")))
    assert f"Avoir n° {NOTE} : 1,24 € encore à votre crédit." in paper(desk, LATER)


def test_the_credit_of_another_family_is_not_shown(desk: Desk) -> None:
    desk.load(**rows((NOTE, "-4,24", "", "", "", "f-2"), (LATER, "12,00")))
    assert "crédit" not in paper(desk, LATER)


def test_credit_that_the_same_import_gives_away_is_not_shown(desk: Desk) -> None:
    desk.load(**rows(ONE, (NOTE, "-4,24", "", INVOICE), (LATER, "12,00")))
    assert desk.holder(INVOICE).remaining == 576
    assert "crédit" not in paper(desk, LATER)


def test_the_credit_of_an_invoice_that_was_paid_is_shown(desk: Desk) -> None:
    desk.load(**rows(ONE), **PAID)
    desk.load(**rows(ONE, (NOTE, "-4,24", "", INVOICE)))
    desk.load(**rows(ONE, (NOTE, "-4,24", "", INVOICE), (LATER, "12,00")))
    assert f"Avoir n° {NOTE} : 4,24 € encore à votre crédit." in paper(desk, LATER)


def test_an_invoice_that_comes_cancelled_asks_for_nothing_on_paper(desk: Desk) -> None:
    desk.load(**rows(CANCELLED))
    assert "À payer" not in paper(desk, INVOICE)
    assert "Pour payer" not in paper(desk, INVOICE)
    assert desk.load(**rows(CANCELLED)).nothing_changed
