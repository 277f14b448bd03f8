"""The letter that gives a family its codes: what it says, and that the envelope shows the address and nothing else."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader

from chalicelib.adapters.access_letters import AccessLetters
from chalicelib.rules.access_letters import AccessLetter, LettersChild
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.town import Town
from tests.builders import a_town

CREST = (Path(__file__).parents[2] / "infra" / "local" / "demo" / "blason.svg").read_text()
LETTER = AccessLetter(
    family=FamilyId("f-bond"),
    payer="Jamie BOND",
    address=("Bâtiment B", "12 rue des Cerisiers", "01000 Bourg"),
    children=(LettersChild("James BOND", "007"), LettersChild("Aline BOND", "008")),
    code="K7RW4TXN9CPM",
)
LONG = replace(LETTER, payer="Marie-Antoinette de LA ROCHEFOUCAULD-" * 3, address=tuple("ABCDEFGH"))
ENVELOPE_MM, WINDOW_MM, SHEET_MM = (220.0, 110.0), (100.0, 35.0), (210.0, 99.0)
"""Width and height of a DL envelope, of its window, of a sheet of A4 that is folded in three."""
FROM_THE_CORNER_MM = 20.0
"""The window's distance from the right and from the bottom of the envelope."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom: millimetres from the top left corner of the sheet."""


def pages(*letters: AccessLetter, town: Town | None = None) -> list[PageObject]:
    town = town or replace(a_town(), crest=CREST)
    pdf = AccessLetters("https://portail.ville.fr").render(letters, town, date(2026, 11, 25))
    return list(PdfReader(io.BytesIO(pdf)).pages)


def texts(page: PageObject) -> Iterator[tuple[str, Box]]:
    """Each piece of text with its place; its width is overestimated."""
    found: list[tuple[str, Box]] = []
    height = float(page.mediabox.height)

    def visit(text: str, matrix: list[float], text_matrix: list[float], _font: object, size: float) -> None:
        if not text.strip():
            return
        x, baseline = matrix[4] + text_matrix[4], height - matrix[5] - text_matrix[5]
        points = (x, baseline - size, x + 0.8 * size * len(text.strip()), baseline + 0.3 * size)
        left, top, right, bottom = (value * 25.4 / 72 for value in points)
        found.append((text.strip(), (left, top, right, bottom)))

    page.extract_text(visitor_text=visit)
    return iter(found)


def windows() -> Iterator[Box]:
    """What the window shows of the sheet, for each corner of the envelope into which the sheet may slip."""
    left = ENVELOPE_MM[0] - FROM_THE_CORNER_MM - WINDOW_MM[0]
    top = ENVELOPE_MM[1] - FROM_THE_CORNER_MM - WINDOW_MM[1]
    for right_slip in (0.0, ENVELOPE_MM[0] - SHEET_MM[0]):
        for down_slip in (0.0, ENVELOPE_MM[1] - SHEET_MM[1]):
            x, y = left - right_slip, top - down_slip
            yield x, y, x + WINDOW_MM[0], y + WINDOW_MM[1]


def is_inside(box: Box, window: Box) -> bool:
    return window[0] <= box[0] and window[1] <= box[1] and box[2] <= window[2] and box[3] <= window[3]


def touches(box: Box, window: Box) -> bool:
    return box[0] < window[2] and window[0] < box[2] and box[1] < window[3] and window[1] < box[3]


def test_it_says_all_that_a_family_needs() -> None:
    (page,) = pages(LETTER)
    text = page.extract_text()
    office = a_town().office
    for words in (
        a_town().name, "Jamie BOND", "12 rue des Cerisiers", "01000 BOURG", "007", "James BOND", "008", "Aline BOND",
        "K7RW 4TXN 9CPM", "https://portail.ville.fr", office.phone, office.email, office.hours, "25/11/2026",
    ):  # fmt: skip
        assert words in text, words
    assert "remplace" not in text


@pytest.mark.parametrize("window", list(windows()), ids=str)
def test_the_window_shows_the_address_and_nothing_else(window: Box) -> None:
    (page,) = pages(LETTER)
    address = {LETTER.payer, *LETTER.address[:-1], "01000 BOURG"}
    shown = {text for text, box in texts(page) if touches(box, window)}
    assert shown == address
    assert all(is_inside(box, window) for text, box in texts(page) if text in address)


@pytest.mark.parametrize("window", list(windows()), ids=str)
def test_a_long_name_and_many_lines_stay_in_the_window(window: Box) -> None:
    (page,) = pages(LONG)
    tops = [box[1:4:2] for text, box in texts(page) if touches(box, window)]
    assert 2 <= len(tops) <= 6
    assert all(window[1] <= top and bottom <= window[3] for top, bottom in tops)


def test_the_address_begins_where_mailing_houses_expect_it() -> None:
    (page,) = pages(LETTER)
    (left, top, _, _), *_ = [box for text, box in texts(page) if text == LETTER.payer]
    assert 110 <= left <= 112
    assert 55 <= top <= 57


def test_each_family_has_a_page_of_its_own() -> None:
    found = pages(LETTER, replace(LETTER, payer="Camille PETIT", code="CDFH4TXN9CPM", address=()), LONG)
    assert len(found) == 3
    assert "K7RW 4TXN 9CPM" not in found[1].extract_text()
    assert "CDFH 4TXN 9CPM" in found[1].extract_text()


def test_a_letter_without_address_has_the_payers_name_alone() -> None:
    (page,) = pages(replace(LETTER, address=()))
    window = next(windows())
    assert [text for text, box in texts(page) if touches(box, window)] == ["Jamie BOND"]


def test_a_new_code_says_that_the_old_one_is_dead() -> None:
    (page,) = pages(replace(LETTER, renewed=True))
    assert "remplace le précédent" in page.extract_text()


def test_a_family_without_children_is_told_who_gives_their_code() -> None:
    (page,) = pages(replace(LETTER, children=()))
    assert "la mairie vous donnera" in page.extract_text()


def test_a_name_in_any_script_is_drawn() -> None:
    (page,) = pages(replace(LETTER, payer="Анна ĐẶNG", children=(LettersChild("Άννα", "7"),)))
    assert {"Анна ĐẶNG", "7    Άννα"} <= {line.strip() for line in page.extract_text().splitlines()}


@pytest.mark.parametrize("crest", ["", "<svg xmlns='http://www.w3.org/2000/svg'><mask id='a'/></svg>"])
def test_a_crest_that_cannot_be_drawn_does_not_stop_letters(crest: str) -> None:
    assert len(pages(LETTER, town=replace(a_town(), crest=crest))) == 1
