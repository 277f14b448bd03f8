"""The régisseur's lists: what a spreadsheet opens, to the cent."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.exports.csv_out import euros_of
from chalicelib.exports.payments import name_of, payments_of, to_check
from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.ledger import Kind, LedgerEntry
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Doubt
from tests.clock import paris
from tests.fakes import MemoryAttempts, MemoryInvoices, MemoryOutbox

DAY = date(2026, 11, 23)
ENTRY = LedgerEntry(
    id="2026-11-23T09:00:00Z#a-1#paid",
    day=DAY,
    kind=Kind.PAID,
    attempt=AttemptId("a-1"),
    family=FamilyId("f-bond"),
    invoice=InvoiceNumber("2013-026-000335"),
    reference="2013T50026000335",
    amount=Cents(123_424),
    letter="P",
    authorisation="3fd",
    paid_at=paris("dimanche 2026-11-22 23:59"),
    idop="idop-1",
)


@pytest.fixture
def attempts() -> MemoryAttempts:
    return MemoryAttempts(MemoryInvoices(), MemoryOutbox())


def test_a_day_of_payments(attempts: MemoryAttempts) -> None:
    attempts.entries = [
        ENTRY,
        replace(ENTRY, id="b", letter="V", authorisation="=1+1", amount=Cents(5), paid_at=None),
        replace(ENTRY, id="c", kind=Kind.REVERSED, amount=Cents(-5), letter="V", authorisation="3fe"),
        replace(ENTRY, kind=Kind.OVERPAID),
        replace(ENTRY, day=date(2026, 11, 24)),
    ]
    content = b"".join(payments_of(attempts, DAY))
    assert name_of(DAY) == "paiements-2026-11-23.csv"
    assert content.startswith(b"\xef\xbb\xbfjour;nature;")
    assert content.decode("utf-8-sig").splitlines() == [
        "jour;nature;facture;reference;montant;autorisation;moyen;date_banque",
        "23/11/2026;paiement;2013-026-000335;2013T50026000335;1234,24;3fd;carte bancaire;22/11/2026 23:59",
        '23/11/2026;paiement;2013-026-000335;2013T50026000335;0,05;"=""=1+1""";prélèvement;',
        "23/11/2026;contre-passation;2013-026-000335;2013T50026000335;-0,05;3fe;prélèvement;22/11/2026 23:59",
    ]


def test_what_a_person_has_to_see(attempts: MemoryAttempts) -> None:
    attempts.entries = [
        ENTRY,
        replace(ENTRY, id="a", kind=Kind.OVERPAID, amount=Cents(424)),
        replace(ENTRY, id="b", kind=Kind.TO_CHECK, doubt=Doubt.DIFFERS, why="differs:amount"),
        replace(ENTRY, id="c", kind=Kind.DECLARED),
        replace(ENTRY, id="d", kind=Kind.TO_CHECK, doubt=Doubt.SILENT, why="silent"),
    ]
    lines = b"".join(to_check(attempts)).decode("utf-8-sig").splitlines()
    assert [line.split(";")[1] for line in lines[1:]] == [
        "trop-perçu à rembourser",
        "à vérifier",
        "annoncé, à confirmer",
        "à vérifier",
    ]
    assert lines[2].endswith(";differs:amount;f-bond")
    assert lines[4].endswith(";la trésorerie n'a jamais répondu;f-bond")


@pytest.mark.parametrize(("cents", "words"), [(0, "0,00"), (5, "0,05"), (-424, "-4,24"), (1_000_000, "10000,00")])
def test_euros(cents: int, words: str) -> None:
    assert euros_of(Cents(cents)) == words
