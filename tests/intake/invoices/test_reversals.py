"""Online payments that bounced: taken back once, or refused with why."""

from datetime import date

import pytest

from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Means, Payment
from chalicelib.rules.payments import AttemptState
from tests.builders import an_attempt
from tests.intake.invoices.desk import NOW, NUMBER, Desk
from tests.money import at_the_desk

ATTEMPT = AttemptId("a-1")
REVERSALS = "facture;autorisation;date;motif\n"


@pytest.fixture
def debited(desk: Desk) -> Desk:
    """The invoice of the files, paid online by a direct debit."""
    desk.load()
    invoice = desk.holder(NUMBER)
    attempt = an_attempt(invoice, NOW, id=ATTEMPT, email="a@server.fr", state=AttemptState.DEBIT_ACCEPTED)
    desk.attempts.kept[ATTEMPT] = attempt
    at_the_desk(
        desk.book,
        desk.invoices,
        NUMBER,
        Payment(
            "online-a-1",
            "Jamie BOND",
            date(2026, 11, 22),
            invoice.total,
            Means.ONLINE,
            "3fd",
            attempt=attempt.id,
        ),
    )
    return desk


def test_a_bounced_debit_is_taken_back_once(debited: Desk) -> None:
    row = f"{NUMBER};3fd;23/11/2026;provision insuffisante\n"
    report = debited.load(contrepassations=REVERSALS + row)
    assert "Contre-passations : 1 enregistrée, 0 déjà connue" in report.lines()
    assert debited.holder(NUMBER).remaining == 123_450
    again = debited.load(contrepassations=REVERSALS + row)
    assert again.nothing_changed
    assert "Contre-passations : 0 enregistrée, 1 déjà connue" in again.lines()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"{NUMBER};3fe;23/11/2026;", "n'a pas pris de paiement « 3fe »"),
        ("2026-026-000999;3fd;23/11/2026;", "n'existe pas sur le portail"),
        (f"{NUMBER};3fd;24/11/2026;", "est dans l'avenir"),
        (f"{NUMBER};;23/11/2026;", "« autorisation » est vide"),
        (f"{NUMBER};3fd;hier;", "hier"),
        (f"{NUMBER};3fd;23/11/2026;\n{NUMBER};3fd;23/11/2026;", "une seule fois"),
    ],
)
def test_what_cannot_be_taken_back(debited: Desk, row: str, said: str) -> None:
    (fault, *_) = debited.faults(contrepassations=f"{REVERSALS}{row}\n")
    assert fault.startswith("contrepassations.csv:")
    assert said in fault
    assert debited.holder(NUMBER).is_paid
