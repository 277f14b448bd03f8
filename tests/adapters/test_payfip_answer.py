"""The treasury's own fields, read strictly: what cannot be read is nobody's payment."""

from datetime import datetime

import pytest

from chalicelib.adapters.payfip_answer import LONGEST_FACT, answer_of, bank_day
from tests.clock import paris

PAID = {
    "RESULTRANS": "P",
    "Montant": "424",
    "refdet": " 2013T50026000335 ",
    "dattrans": "12122019",
    "heurtrans": "1311",
}


def test_fields_are_read_whatever_the_case_of_their_names() -> None:
    answer = answer_of(PAID)
    assert (answer.letter, answer.amount, answer.reference) == ("P", 424, "2013T50026000335")
    assert answer.paid_at == paris("jeudi 2019-12-12 13:11")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"RESULTRANS": ""}, id="no letter"),
        pytest.param({"Montant": "4,24"}, id="euros for cents"),
        pytest.param({"Montant": "٤٢٤"}, id="other digits"),
        pytest.param({"numauto": "x" * (LONGEST_FACT + 1)}, id="absurdly long"),
    ],
)
def test_what_cannot_be_read_is_no_answer(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"resultrans=|too long"):
        answer_of(PAID | changes)


@pytest.mark.parametrize(
    ("day", "hour", "at"),
    [
        ("12122019", "1311", paris("jeudi 2019-12-12 13:11")),
        ("18092025", "", None),
        ("32012026", "1000", None),
        ("01012026", "2460", None),
        ("٠١٠١٢٠٢٦", "1000", None),
    ],
)
def test_the_banks_date_is_read_strictly(day: str, hour: str, at: datetime | None) -> None:
    assert bank_day(day, hour) == at
