"""The letters that give families their codes: one A4 page each, for an envelope with a window."""

import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from chalicelib.adapters.pdf_sheet import LINE_MM, MARGIN_MM, WIDTH_MM, Sheet
from chalicelib.rules.access_letters import AccessLetter
from chalicelib.rules.new_codes import in_groups
from chalicelib.rules.town import Town

if TYPE_CHECKING:
    from fpdf import FPDF

    from chalicelib.adapters.tagged_pdf import TaggedPdf

ADDRESS_LEFT_MM, ADDRESS_TOP_MM, ADDRESS_WIDTH_MM, ADDRESS_LINE_MM = 110.0, 55.8, 78.0, 3.8
"""Where the window of a French DL envelope shows a sheet that is folded in three, wherever the sheet slips.

The envelope is 220 × 110 mm, its window 100 × 35 mm, 20 mm from the right and from the bottom: 100 to 200 mm from the
left, 55 to 90 mm from the top. The sheet, 210 × 99 mm, may lie up to 10 mm further right and 11 mm further down: what
is always seen of it is 100 to 190 mm from its left and 55 to 79 mm from its top. 110 and 55 mm is also where mailing
houses expect the address to begin.
"""
ADDRESS_LINES = 6
"""La Poste reads six lines at most."""
ADDRESS_SIZES = (10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
"""Points: the first size in which every line is narrow enough."""
FOLDS_MM = (99.0, 198.0)
BESIDE_WINDOW_MM = 68.0
"""Width of what is written left of the window: no window shows it."""
UNDER_WINDOW_MM = 98.0
CREST_MM = 16.0
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
        crest = town.crest if _can_be_drawn(town.crest) else ""
        for letter in letters:
            sheet = Sheet(pdf)
            _sender(sheet, town, crest)
            _folds(pdf)
            _address(sheet, letter)
            _words(sheet, letter, town, day, self.portal)
        return pdf.to_bytes()


def _can_be_drawn(crest: str) -> bool:
    """Whether fpdf2 knows how to draw the crest: browsers draw more."""
    from fpdf import FPDF  # noqa: PLC0415 - see above

    trial = FPDF()
    trial.add_page()
    try:
        _draw(trial, crest, 0)
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
        return False
    return bool(crest)


def _draw(pdf: "FPDF", crest: str, y: float) -> None:
    if crest:
        drawing = io.BytesIO(crest.encode())
        pdf.image(drawing, MARGIN_MM, y, CREST_MM, CREST_MM, keep_aspect_ratio=True)


def _sender(sheet: Sheet, town: Town, crest: str) -> None:
    """Write who sends the letter, left of the window: the crest, the name in the town's colour, the office."""
    pdf = sheet.pdf
    if crest:
        with pdf.artifact():
            _draw(pdf, crest, sheet.y)
        sheet.y += CREST_MM + 2
    sheet.face(13, bold=True)
    pdf.set_text_color(town.colour)
    _beside(sheet, town.name)
    sheet.face(8.5)
    for text in (town.legal.address, town.office.name):
        _beside(sheet, text)


def _beside(sheet: Sheet, text: str) -> None:
    if not text:
        return
    lines = sheet.wrapped(text, BESIDE_WINDOW_MM)
    with sheet.pdf.element("P"):
        sheet.lines(lines, MARGIN_MM, sheet.y, BESIDE_WINDOW_MM)
    sheet.y += len(lines) * LINE_MM


def _folds(pdf: "TaggedPdf") -> None:
    """Mark in the margin where the sheet is folded."""
    with pdf.artifact():
        pdf.set_draw_color(150)
        for y in FOLDS_MM:
            pdf.line(5, y, 9, y)


def _address(sheet: Sheet, letter: AccessLetter) -> None:
    """Write the address where the window shows it, in letters small enough for it."""
    # La Poste reads the last line, the town, in capitals.
    texts = [letter.payer, *letter.address[:-1], *(line.upper() for line in letter.address[-1:])][:ADDRESS_LINES]
    for size in ADDRESS_SIZES:
        sheet.face(size)
        if all(sheet.pdf.get_string_width(text) <= ADDRESS_WIDTH_MM for text in texts):
            break
    lines = [line for text in texts for line in sheet.wrapped(text, ADDRESS_WIDTH_MM)][:ADDRESS_LINES]
    with sheet.pdf.element("P"):
        for number, line in enumerate(lines):
            sheet.pdf.set_xy(ADDRESS_LEFT_MM, ADDRESS_TOP_MM + number * ADDRESS_LINE_MM)
            sheet.pdf.cell(ADDRESS_WIDTH_MM, ADDRESS_LINE_MM, f"{line} ")


def _words(sheet: Sheet, letter: AccessLetter, town: Town, day: date, portal: str) -> None:
    sheet.y = UNDER_WINDOW_MM
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
