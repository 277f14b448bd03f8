"""Until when, and up to how much, invoices can be paid online: two keys of [paiement]."""

from pathlib import Path

import pytest

from tests.intake.folder import TOWN, a_folder
from tests.intake.town.test_town_file import read, right


def payment_with(*lines: str) -> str:
    paying = '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\n'
    return TOWN.replace("[ecoles]", paying + "".join(f"{line}\n" for line in lines) + "\n[ecoles]")


@pytest.mark.parametrize(
    ("lines", "days", "ceiling"),
    [
        ((), None, 999_999),
        (("jours-apres-echeance = 0", 'plafond = "1500,50"'), 0, 150_050),
        (("jours-apres-echeance = 45", "plafond = 300"), 45, 30_000),
        (("plafond = 1500.50",), None, 150_050),
    ],
)
def test_until_when_and_how_much_can_be_paid_online(
    tmp_path: Path, lines: tuple[str, ...], days: int | None, ceiling: int
) -> None:
    payment = right(a_folder(tmp_path, town=payment_with(*lines))).payment
    assert (payment.days_after_due, payment.ceiling) == (days, ceiling)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("jours-apres-echeance = -1", "attendu : un nombre à partir de 0"),
        ('jours-apres-echeance = "30"', "attendu : un nombre entier"),
        ("plafond = 0", "attendu : de 1,00\xa0€ à 9\u202f999,99\xa0€"),
        ('plafond = "10 000,00"', "attendu : de 1,00\xa0€ à 9\u202f999,99\xa0€"),
        ("plafond = 1500.505", "attendu : de 1,00\xa0€ à 9\u202f999,99\xa0€"),
        ("plafond = true", "attendu : de 1,00\xa0€ à 9\u202f999,99\xa0€"),
    ],
)
def test_limits_that_cannot_be_are_faults(tmp_path: Path, line: str, said: str) -> None:
    _, (fault,) = read(a_folder(tmp_path, town=payment_with(line)))
    assert said in fault
