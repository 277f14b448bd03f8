"""The tax certificate on paper: what the tax office wants to read of the care of young children, on A4."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.adapters.pdf_letterhead import UNDER_WINDOW_MM, folds, in_the_window, sender
from chalicelib.adapters.pdf_sheet import LINE_MM, MARGIN_MM, WIDTH_MM, Sheet
from chalicelib.rules.certificate import Certificate, CertifiedChild
from chalicelib.rules.families import Family
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town

PADDING_MM = 1.5
COLUMNS = (("Enfant", 60.0, "L"), ("Date de naissance", 34.0, "L"), ("Activité", 50.0, "L"), ("Payé en {}", 30.0, "R"))
"""Columns of the table: title, width in millimetres, and the side on which the text stands (L or R)."""
TOTAL = "Total"
LAW = "Frais de garde des enfants de moins de six ans : article 200 quater B du code général des impôts"
NOTES = (
    "Les repas, les pénalités et les suppléments ne sont pas compris.",
    "Avant de déclarer, déduisez les aides que vous avez reçues pour cette garde : celles de la CAF, de la MSA ou de "
    "votre employeur. La mairie ne les connaît pas.",
    "Chaque payeur a sa propre attestation, qui ne dit que ce qu'il a payé lui-même. Gardez-la : l'administration "
    "fiscale peut la demander.",
)


class CertificatePdf:
    """``CertificateRenderer``."""

    def render(self, certificate: Certificate, family: Family, town: Town, at: datetime) -> bytes:
        # fpdf2 and what it needs take long to load: only when a PDF is made.
        from chalicelib.adapters.tagged_pdf import TaggedPdf  # noqa: PLC0415

        title = f"Attestation fiscale {certificate.year}"
        pdf = TaggedPdf(title=f"{title} - {certificate.payer}", author=town.name, created=at)
        sheet = Sheet(pdf, f"{town.name} · {title}")
        sender(sheet, town, _issuer(town))
        folds(pdf)
        in_the_window(sheet, certificate.payer, family.address)
        sheet.y = max(sheet.y + 4, UNDER_WINDOW_MM)
        sheet.paragraph(title, kind="H1", size=16, bold=True)
        sheet.y += 2
        sheet.paragraph(LAW, bold=True)
        sheet.y += 4
        _sentence(sheet, certificate, town)
        _table(sheet, certificate)
        _total(sheet, certificate)
        _notes(sheet, certificate)
        _signature(sheet, town, at)
        return pdf.to_bytes()


def _issuer(town: Town) -> Iterator[str]:
    """Who attests: the public body, its SIRET if the town told it, and whom to ask."""
    yield from (text for text in (town.legal.identity, town.legal.address) if text != town.name)
    if town.payment.siret:
        yield f"SIRET {town.payment.siret}"
    office = town.office
    yield from (office.name, " · ".join(part for part in (office.phone, office.email) if part))


def _sentence(sheet: Sheet, certificate: Certificate, town: Town) -> None:
    paid, payer = f"frais de garde effectivement payés en {certificate.year}", certificate.payer
    if certificate.children:
        said = f"{town.name} atteste des {paid} par {payer} pour les enfants ci-dessous :"
    else:
        said = f"{town.name} atteste que {payer} n'a, à ce jour, pas de {paid}."
    sheet.paragraph(said, size=10.5)
    sheet.y += 3


def _table(sheet: Sheet, certificate: Certificate) -> None:
    if not certificate.children:
        return
    with sheet.pdf.group("Table"):
        with sheet.pdf.group("TR"):
            _titles(sheet, certificate.year)
        for child in certificate.children:
            for label, amount in _rows_of(child):
                _row(sheet, certificate.year, child, label, amount)
            sheet.rule()


def _rows_of(child: CertifiedChild) -> Iterator[tuple[str, Cents]]:
    """Each activity, and the child's total when there are several."""
    yield from ((one.label, one.amount) for one in child.paid)
    if len(child.paid) > 1:
        yield TOTAL, child.total


def _titles(sheet: Sheet, year: int, *, again: bool = False) -> None:
    """Write the titles of the columns. With ``again``, on a later page, they are only decoration."""
    sheet.box(sheet.y, LINE_MM + 2 * PADDING_MM)
    sheet.face(8.5, bold=True)
    x = MARGIN_MM
    for title, width, align in COLUMNS:
        with sheet.pdf.artifact() if again else sheet.pdf.element("TH"):
            sheet.lines([title.format(year)], x, sheet.y + PADDING_MM, width, align=align)
        x += width
    sheet.y += LINE_MM + 2 * PADDING_MM


def _row(sheet: Sheet, year: int, child: CertifiedChild, label: str, amount: Cents) -> None:
    """Every row says the whole: a screen reader, or a person who copies one, needs no other."""
    texts = (child.name, f"{child.birth:%d/%m/%Y}", label, in_words(amount))
    bold = label == TOTAL
    sheet.face(9.5, bold=bold)
    cells = [sheet.wrapped(text, width - 2) for text, (_, width, _) in zip(texts, COLUMNS, strict=True)]
    height = max(map(len, cells)) * LINE_MM + PADDING_MM
    if not sheet.room(height):
        sheet.next_page()
        _titles(sheet, year, again=True)
        sheet.face(9.5, bold=bold)
    x = MARGIN_MM
    with sheet.pdf.group("TR"):
        for cell, (_, width, align) in zip(cells, COLUMNS, strict=True):
            with sheet.pdf.element("TD"):
                sheet.lines(cell, x, sheet.y + PADDING_MM / 2, width, align=align)
            x += width
    sheet.y += height


def _total(sheet: Sheet, certificate: Certificate) -> None:
    height = LINE_MM + 2 * PADDING_MM + 1
    if not sheet.room(height):
        sheet.next_page()
    sheet.y += 1
    sheet.box(sheet.y, height)
    sheet.face(11, bold=True)
    said = f"Frais de garde effectivement payés en {certificate.year} : {in_words(certificate.total)}"
    with sheet.pdf.element("P"):
        sheet.lines([said], MARGIN_MM, sheet.y + PADDING_MM + 0.5, WIDTH_MM, align="R")
    sheet.y += height + 6


def _notes(sheet: Sheet, certificate: Certificate) -> None:
    for note in NOTES:
        sheet.paragraph(note)
        sheet.y += 1
    if certificate.without_birth:
        sheet.paragraph(
            f"Date de naissance inconnue de la mairie, garde non comptée ici : {', '.join(certificate.without_birth)}. "
            "Donnez-la à la mairie : l'attestation sera refaite."
        )
    sheet.y += 6


def _signature(sheet: Sheet, town: Town, at: datetime) -> None:
    """Where, when, and who signs: together on one page."""
    if not sheet.room(2 * LINE_MM):
        sheet.next_page()
    where = f"Fait à {town.certificates.place}, le" if town.certificates.place else "Fait le"
    sheet.paragraph(f"{where} {paris_day(at):%d/%m/%Y}")
    sheet.paragraph(town.certificates.signatory or town.legal.publisher, bold=True)
