"""What came in online on a day: what a spreadsheet opens, to the cent."""

from datetime import date

import pytest

from chalicelib.exports.csv_out import euros_of
from chalicelib.exports.payments import name_of, payments_of
from chalicelib.exports.run import Asked, PaymentFiles
from chalicelib.rules.book import EntryKind
from chalicelib.rules.families import Family
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from tests.builders import a_family
from tests.clock import paris
from tests.exports.lines import an_entry, lines_of
from tests.exports.reading import cells_of
from tests.exports.regie_desk import Regie
from tests.fakes import MemoryFamilies

DAY = date(2026, 11, 23)


def test_a_day_of_payments() -> None:
    """By the portal's day, with the bank's beside it; what nobody explains yet is money that came in, too."""
    lines = lines_of(
        [
            an_entry(123_424),
            an_entry(5, letter="V", authorisation="=1+1", bank_at=None),
            an_entry(-5, EntryKind.REVERSAL, letter="V", authorisation="3fe"),
            an_entry(999, EntryKind.UNCLASSIFIED, letter="W", authorisation="3ff"),
            an_entry(21, letter="", attempt=None),
            an_entry(100, means=Means.CHEQUE, attempt=None),
            an_entry(-100, EntryKind.REFUND),
            an_entry(0, EntryKind.DECISION, means=None),
        ]
    )
    other_day = lines_of([an_entry(1)], at=paris("mardi 2026-11-24 00:00"))
    book = Regie().book
    book.told = [*lines, *other_day]
    content = b"".join(payments_of(book, DAY))
    assert name_of(DAY) == "paiements-2026-11-23.csv"
    assert content.startswith(b"\xef\xbb\xbfjour;nature;")
    assert content.decode("utf-8-sig").splitlines() == [
        "jour;nature;facture;reference;montant;autorisation;moyen;date_banque",
        "23/11/2026;paiement;2013-026-000335;2013T50026000335;1234,24;3fd;carte bancaire;22/11/2026 23:59",
        '23/11/2026;paiement;2013-026-000335;2013T50026000335;0,05;"=""=1+1""";prélèvement;',
        "23/11/2026;contre-passation;2013-026-000335;2013T50026000335;-0,05;3fe;prélèvement;22/11/2026 23:59",
        "23/11/2026;à classer;2013-026-000335;2013T50026000335;9,99;3ff;en ligne;22/11/2026 23:59",
    ]


@pytest.mark.parametrize("family", [None, a_family(address=("3 rue du Four", "38000 GRENOBLE"))])
def test_both_lists_are_of_the_journal(family: Family | None) -> None:
    """An open point says who pays and where she lives, as long as the portal knows it."""
    regie = Regie()
    number = regie.bill("2026-001-000001", {"Cantine": 300})
    regie.pay(number, 300, attempt=AttemptId("a-1"))
    regie.pay(number, 300, attempt=AttemptId("a-2"))
    families = MemoryFamilies([family] if family else [])
    kind = PaymentFiles(book=regie.book, invoices=regie.invoices, families=families, clock=regie.clock)
    assert kind(Asked(day=date(2026, 10, 26)), regie.shelf) == ("paiements-2026-10-26.csv", "a-verifier.csv")
    assert len(cells_of(regie.shelf.files["paiements-2026-10-26.csv"])) == 3
    heads, row = cells_of(regie.shelf.files["a-verifier.csv"])
    said = dict(zip(heads, row, strict=True))
    assert (said["facture"], said["reference"]) == ("2026-001-000001", "2026-T5-00-1000001")
    assert (said["demande"], said["recu"]) == ("3,00", "6,00")
    who = ("Jamie BOND", "3 rue du Four, 38000 GRENOBLE") if family else ("", "")
    assert (said["payeur"], said["adresse"]) == who
    regie.pay(number, -300, kind=EntryKind.REFUND)
    kind(Asked(), regie.shelf)
    assert len(cells_of(regie.shelf.files["a-verifier.csv"])) == 1, "what is settled is gone"


@pytest.mark.parametrize(("cents", "words"), [(0, "0,00"), (5, "0,05"), (-424, "-4,24"), (1_000_000, "10000,00")])
def test_euros(cents: int, words: str) -> None:
    assert euros_of(Cents(cents)) == words
