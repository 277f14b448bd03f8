"""The tax certificate on paper: what it says, that it is tagged, that the same certificate is the same bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.adapters.certificate_pdf import CertificatePdf
from chalicelib.rules.certificate import Certificate, CertifiedChild, PaidFor
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.money import Cents
from chalicelib.rules.town import CertificateFacts, PaymentFacts, Town
from tests.adapters.test_invoice_pdf import text_of
from tests.builders import ALINE, BOND, JAMES, MORNING, a_family, a_town

MORNINGS = PaidFor(MORNING, "Garderie du matin", Cents(84_850))
EVENINGS = PaidFor(ActivityId("soir"), "Garderie du soir", Cents(40_000))
FAMILY = a_family(address=("Bât. B", "12 rue de l'Église", "01000 BOURG-EN-BRESSE"))
CERTIFICATE = Certificate(
    2025,
    BOND,
    "Jamie BOND",
    (
        CertifiedChild(JAMES, "James BOND", date(2021, 3, 4), (MORNINGS, EVENINGS)),
        CertifiedChild(ALINE, "Nguyễn Thị ÁI", date(2022, 12, 31), (MORNINGS,)),
    ),
)
TOWN = a_town(
    payment=PaymentFacts(siret="21010053200018"), certificates=CertificateFacts("Anne MARTIN, maire", "Bourg-en-Bresse")
)
NIGHT = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)


def printed(town: Town = TOWN, **changes: Any) -> bytes:
    return CertificatePdf().render(replace(CERTIFICATE, **changes), FAMILY, town, NIGHT)


def said(pdf: bytes) -> str:
    return " ".join(" ".join(text_of(pdf)).split())


def test_it_says_what_the_tax_office_asks_for() -> None:
    text = said(printed())
    for words in (
        "Attestation fiscale 2025", "article 200 quater B du code général des impôts", TOWN.name,
        "SIRET 21010053200018", "Jamie BOND", "12 rue de l'Église", "01000 BOURG-EN-BRESSE", "James BOND", "04/03/2021",
        "Garderie du matin", "frais de garde effectivement payés en 2025", "848,50 €", "400,00 €", "Total",
        "1 248,50 €", "Frais de garde effectivement payés en 2025 : 2 097,00 €", "celles de la CAF",
        "repas, les pénalités", "Fait à Bourg-en-Bresse, le 02/01/2026", "Anne MARTIN, maire", "Nguyễn Thị ÁI",
        "31/12/2022",
    ):  # fmt: skip
        assert " ".join(words.split()) in text, words


def test_without_signatory_and_place_the_publisher_signs() -> None:
    text = said(printed(a_town()))
    assert f"Fait le 02/01/2026 {a_town().legal.publisher}" in text
    assert "SIRET" not in text


def test_a_child_whose_birth_nobody_told_is_named_as_not_counted() -> None:
    assert "Date de naissance inconnue de la mairie, garde non comptée ici : Zoé BOND." in said(
        printed(without_birth=("Zoé BOND",))
    )


def test_one_of_which_nothing_is_left_says_so() -> None:
    text = said(printed(children=()))
    assert "Jamie BOND n'a, à ce jour, pas de frais de garde effectivement payés en 2025." in text
    assert "Frais de garde effectivement payés en 2025 : 0,00 €" in text


def test_the_same_certificate_is_the_same_bytes() -> None:
    assert printed() == printed()
    assert printed() != printed(payer="Sam BOND")


def test_a_child_of_many_activities_goes_on_to_the_next_page() -> None:
    many = tuple(replace(MORNINGS, label=f"Activité {number}") for number in range(40))
    first, second = text_of(printed(children=(replace(CERTIFICATE.children[0], paid=many),)))
    assert "Activité 0" in first
    assert "Activité 39" in second
    assert "Payé en 2025" in second, "the titles again"
