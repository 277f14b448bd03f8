"""The letters that give families their codes: one A4 page each, for an envelope with a window."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from chalicelib.adapters.pdf_letterhead import (
    ADDRESS_LEFT_MM,
    ADDRESS_WIDTH_MM,
    folds,
    in_the_window,
    sender,
)
from chalicelib.adapters.pdf_sheet import LINE_MM, MARGIN_MM, WIDTH_MM, Sheet
from chalicelib.rules.access_letters import AccessLetter
from chalicelib.rules.new_codes import in_groups
from chalicelib.rules.town import Town

UNDER_FOLD_MM = 101.0
CODE_POINTS, CODE_SPACING_POINTS, CODE_BOX_MM = 26.0, 4.0, 20.0


class AccessLetters:
    """``LetterRenderer``. ``portal`` is the address that the letters tell parents to open."""

    def __init__(self, portal: str) -> None:
        self.portal = portal

    def render(self, letters: Iterable[AccessLetter], town: Town, day: date) -> bytes:
        """A tagged PDF with one page for each letter, which are dated ``day``. There is at least one letter."""
        # fpdf2 and what it needs take long to load: loaded only when a PDF is made.
        from chalicelib.adapters.tagged_pdf import TaggedPdf  # noqa: PLC0415

        pdf = TaggedPdf(
            title=f"{town.name} - codes du portail parents",
            author=town.name,
            created=datetime.combine(day, time(), UTC),
        )
        for letter in letters:
            sheet = Sheet(pdf)
            sender(sheet, town, (town.legal.address, town.office.name))
            folds(pdf)
            in_the_window(sheet, letter.payer, letter.address)
            _words(sheet, letter, town, day, self.portal)
        return pdf.to_bytes()


def _words(sheet: Sheet, letter: AccessLetter, town: Town, day: date, portal: str) -> None:
    sheet.y = UNDER_FOLD_MM
    sheet.face(9.5)
    with sheet.pdf.element("P"):
        sheet.lines([f"Le {day:%d/%m/%Y}"], ADDRESS_LEFT_MM, sheet.y, ADDRESS_WIDTH_MM)
    sheet.y += LINE_MM + 3
    sheet.paragraph("Vos codes pour le portail parents", kind="H1", size=14, bold=True)
    sheet.y += 3
    pay = " et les payer" if town.payment.online else ""
    sheet.paragraph(
        f"Sur le portail parents, vous réservez les activités de vos enfants et pouvez consulter vos factures{pay}."
    )
    if letter.renewed:
        sheet.paragraph("Le code payeur de cette lettre remplace le précédent, qui ne fonctionne plus.", bold=True)
    sheet.y += 4
    sheet.paragraph("Pour vous connecter", kind="H2", size=12, bold=True)
    sheet.y += 1
    sheet.paragraph(f"1. Ouvrez {portal}")
    sheet.y += 2
    _children(sheet, letter)
    sheet.y += 2
    sheet.paragraph("3. Tapez votre code payeur, avec ou sans espaces, en majuscules ou en minuscules :")
    sheet.y += 2
    _code(sheet, letter.code)
    sheet.paragraph(
        "Ce code est le secret de votre famille : gardez cette lettre, ne la montrez à personne. La mairie ne vous le "
        "demandera jamais, ni par téléphone ni par e-mail."
    )
    sheet.y += 4
    _help(sheet, town)


def _children(sheet: Sheet, letter: AccessLetter) -> None:
    """Write the code of each child; without children in the lists, that the town will give one."""
    if not letter.children:
        sheet.paragraph("2. Tapez le code d'un enfant, que la mairie vous donnera.")
        return
    one = len(letter.children) == 1
    sheet.paragraph(f"2. Tapez le code {'de votre enfant' if one else 'de l’un de vos enfants'} :")
    sheet.y += 1
    for child in letter.children:
        sheet.paragraph(f"    {child.code}    {child.name}", size=11, bold=True)


def _code(sheet: Sheet, code: str) -> None:
    """Write the code in a box, its signs large and apart."""
    pdf = sheet.pdf
    sheet.box(sheet.y, CODE_BOX_MM)
    sheet.face(CODE_POINTS, bold=True)
    with pdf.element("P"):
        pdf.set_char_spacing(CODE_SPACING_POINTS)
        pdf.set_xy(MARGIN_MM, sheet.y)
        pdf.cell(WIDTH_MM, CODE_BOX_MM, in_groups(code), align="C")
        pdf.set_char_spacing(0)
    sheet.y += CODE_BOX_MM + 4


def _help(sheet: Sheet, town: Town) -> None:
    office = town.office
    sheet.paragraph("Une question ?", kind="H2", size=12, bold=True)
    sheet.y += 1
    sheet.paragraph(" · ".join(part for part in (office.name, office.phone, office.email) if part))
    if office.hours:
        sheet.paragraph(f"Ouvert {office.hours}")
