"""The bank simulator struck or wrong about one payment, by its page, by JSON or by a card; and its own book."""

import json
from typing import Any

import pytest

from infra.local.bank.cards import BENDS, STEM, Fate
from infra.local.bank.options import FAULTS, WRONGS
from infra.local.bank.site import Bank
from tests.local.bank_answers import is_struck, is_wrong, paid
from tests.local.bank_visits import api, create, detail, listening, new_bank, pay, press, send, text_of


@pytest.mark.parametrize("struck", sorted(FAULTS - {""}))
def test_one_operation_is_struck_and_the_others_are_answered(struck: str) -> None:
    bank, idop = paid(slow_seconds=0.0)
    other = create(bank)
    api(bank, f"operations/{idop}/bend", fault=struck)
    assert [is_struck(bank, idop, struck) for _ in range(3)] == [True] * 3
    assert detail(bank, other) == {"code": "P5"}
    press(bank, "/_sim", do="bend", key=idop, fault="", wrong="")
    assert is_wrong(bank, idop, "")


@pytest.mark.parametrize("wrong", sorted(WRONGS - {""}))
def test_one_operation_is_answered_wrongly(wrong: str) -> None:
    bank, idop = paid()
    other = create(bank)
    pay(bank, other)
    press(bank, "/_sim", do="bend", key=idop, fault="", wrong=wrong)
    assert is_wrong(bank, idop, wrong)
    assert is_wrong(bank, other, "")


@pytest.mark.parametrize("fields_", [{"fault": "x"}, {"wrong": "x"}])
def test_a_wrong_bend_is_refused(fields_: dict[str, str]) -> None:
    bank, idop = paid()
    asked = json.dumps(fields_).encode()
    assert send(bank, "POST", f"/_sim/api/operations/{idop}/bend", asked).status == 422
    assert send(bank, "POST", "/_sim/api/operations/none/bend", b"{}").status == 404


@pytest.mark.parametrize("fate", BENDS, ids=lambda fate: fate.name)
def test_a_card_bends_what_is_told_of_its_payment(fate: Fate) -> None:
    bank, idop = paid(fate.value)
    struck, wrong = BENDS[fate]
    assert bank.ledger.get(idop).settled
    assert is_struck(bank, idop, struck) if struck else is_wrong(bank, idop, wrong)


def test_an_abandon_that_is_paid_a_minute_and_a_half_later() -> None:
    bank = new_bank()
    with listening() as portal:
        idop = create(bank, urlnotif=portal.url)
        pay(bank, idop, "77")
        bank.notifier.send_due()
        assert (detail(bank, idop)["resultrans"], len(portal.heard)) == ("A", 1)
        api(bank, "clock", minutes=1.5)
        bank.notifier.send_due()
        assert (detail(bank, idop)["resultrans"], len(portal.heard)) == ("P", 2)


def test_the_book_has_each_day_of_paris_by_means() -> None:
    bank = new_bank()
    for ending in ("00", "55", "11", "44"):
        pay(bank, create(bank), ending)
    press(bank, "/tpa/prelevement", op=create(bank), compte="accepte")
    today = [
        {"day": "2026-03-27", "numcli": "006382", "means": "carte", "count": 2, "total": 948},
        {"day": "2026-03-27", "numcli": "006382", "means": "prélèvement", "count": 1, "total": 424},
    ]
    assert book(bank) == {"days": today, "total": 1372}
    api(bank, "clock", minutes=12 * 60)
    pay(bank, create(bank))
    late, early = dict(today[0], count=3, total=1372), dict(today[0], day="2026-03-28", count=1, total=424)
    assert book(bank) == {"days": [late, today[1], early], "total": 2220}
    page = text_of(send(bank, "GET", "/_sim"))
    assert "28/03/2026</th><td>006382</td><td>carte</td> <td>1</td><td>4,24" in page
    assert "Total</th><td>5</td>" in page


def book(bank: Bank) -> Any:
    return json.loads(send(bank, "GET", "/_sim/api/book").body)


def test_every_card_is_in_the_list_of_the_bank_s_page() -> None:
    bank = new_bank()
    page = text_of(send(bank, "GET", f"/tpa/carte?op={create(bank)}"))
    assert [fate for fate in Fate if STEM + fate.value not in page] == []
