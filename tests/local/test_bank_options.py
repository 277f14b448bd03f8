"""Every option of the bank simulator, every choice of it and every test card does something, and the page says what."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import pytest

from infra.local.bank import words as said
from infra.local.bank.cards import CARDS, LABELS, Fate
from infra.local.bank.options import CHOICES, BankOptions
from infra.local.bank.soap import PATH
from tests.local.bank_answers import LOOK, is_struck, is_wrong, paid
from tests.local.bank_visits import (
    CREATE,
    ORDER,
    api,
    create,
    create_by_address,
    detail,
    envelope,
    listening,
    new_bank,
    pay,
    press,
    refusal,
    send,
    soap,
    text_of,
)


def fault(choice: str) -> None:
    bank, idop = paid()
    bank.ledger.set_options({"fault": choice, "slow_seconds": 0.0})
    assert is_struck(bank, idop, choice)


def fault_on(choice: str) -> None:
    bank = new_bank(fault="503", fault_on=choice)
    calls = {CREATE: ORDER, LOOK: {"idOp": "1"}, "recupererDetailClient": {"numCli": "006382"}}
    struck = {call for call, asked in calls.items() if send(bank, "POST", PATH, envelope(call, asked)).status == 503}
    assert struck == ({choice} if choice else set(calls))


def fault_hours(_: object) -> None:
    bank, idop = paid()
    bank.ledger.set_options({"fault": "999", "fault_hours": 6.0})
    api(bank, "clock", minutes=359)
    assert is_struck(bank, idop, "999")
    api(bank, "clock", minutes=1)
    assert is_wrong(bank, idop, "")


def fault_times(_: object) -> None:
    bank, idop = paid()
    bank.ledger.set_options({"fault": "502", "fault_times": 1})
    assert [is_struck(bank, idop, "502"), is_struck(bank, idop, "502")] == [True, False]


def answer_wrong(choice: str) -> None:
    bank, idop = paid(answer_wrong=choice)
    assert is_wrong(bank, idop, choice)


def notified(**options: Any) -> list[tuple[str, dict[str, list[str]]]]:
    """What the portal hears of one payment, once its parent went back."""
    bank = new_bank(**options)
    with listening() as portal:
        idop = create(bank, urlnotif=portal.url)
        pay(bank, idop)
        early = len(portal.heard)
        bank.notifier.send_due()
        on_time = len(portal.heard)
        send(bank, "GET", f"/tpa/retour?op={idop}")
        bank.notifier.send_due()
        moments = ("before", early), ("now", on_time), ("after", len(portal.heard))
        first = next((name for name, heard in moments if heard), "lost")
        assert options.get("notify", first) == first
        return portal.heard


def notify(choice: str) -> None:
    assert len(notified(notify=choice)) == (0 if choice == "lost" else 1)


def notify_name(choice: str) -> None:
    ((_, told),) = notified(notify_name=choice)
    assert list(told) == [choice]


def notify_method(choice: str) -> None:
    ((method, told),) = notified(notify_method=choice)
    assert (method, list(told)) == (choice, ["idop"])


def notify_copies(_: object) -> None:
    assert len(notified(notify_copies=3)) == 3


def notify_delay(_: object) -> None:
    assert notified(notify_delay=60.0) == []


def url_uppercase(_: object) -> None:
    bank = new_bank(url_uppercase=True)
    with listening() as portal:
        pay(bank, create_by_address(bank, urlcl=portal.url))
        bank.notifier.send_due()
    assert "RESULTRANS" in portal.heard[0][1]


def answer_name(choice: str) -> None:
    bank, idop = paid(answer_name=choice)
    assert detail(bank, idop)[choice] == idop


def abandon_lives(_: object) -> None:
    bank = new_bank(abandon_lives=120.0)
    idop = create(bank)
    press(bank, "/tpa/annuler", op=idop)
    api(bank, "clock", minutes=1.9)
    pay(bank, idop)
    assert detail(bank, idop)["resultrans"] == "P"


def double_paid(_: object) -> None:
    bank = new_bank(double_paid=True)
    first, second = create(bank), create(bank)
    pay(bank, first)
    assert detail(bank, second)["resultrans"] == "P"


def saisies(_: object) -> None:
    assert soap(new_bank(saisies="W"), CREATE, {**ORDER, "saisie": "W"})[0] == 200
    assert refusal(new_bank(saisies="W"), CREATE, ORDER) == "S1"


def late_after(_: object) -> None:
    bank, idop = paid("44", late_after=3600.0)
    api(bank, "clock", minutes=59)
    assert detail(bank, idop) == {"code": "P5"}
    api(bank, "clock", minutes=1)
    assert detail(bank, idop)["resultrans"] == "P"


def waits(name: str) -> Callable[[object], None]:
    def seen(_: object) -> None:
        bank = new_bank(**{name: 0.01}, fault="slow" if name == "slow_seconds" else "")
        assert detail(bank, create(bank)) == {"code": "P5"}

    return seen


def says(name: str, value: object, field: str, told: str, ending: str = "00") -> Callable[[object], None]:
    """An option that changes a field of the answer."""

    def seen(_: object) -> None:
        bank, idop = paid(ending, **{name: value})
        assert detail(bank, idop)[field] == told

    return seen


SHOWN: Mapping[str, Callable[[Any], None]] = {
    "saisies": saisies,
    "most": lambda _: pytest.fail("not refused") if refusal(new_bank(most=423), CREATE, ORDER) != "M5" else None,
    "latency": waits("latency"),
    "answer_name": answer_name,
    "short_exer": says("short_exer", True, "exer", "20"),
    "answer_wrong": answer_wrong,
    "unknown_letter": says("unknown_letter", "K", "resultrans", "K", "66"),
    "other_amount": says("other_amount", -24, "montant", "400", "55"),
    "fault": fault,
    "fault_on": fault_on,
    "fault_times": fault_times,
    "fault_hours": fault_hours,
    "slow_seconds": waits("slow_seconds"),
    "late_after": late_after,
    "abandon_lives": abandon_lives,
    "double_paid": double_paid,
    "notify": notify,
    "notify_delay": notify_delay,
    "notify_copies": notify_copies,
    "notify_name": notify_name,
    "notify_method": notify_method,
    "url_uppercase": url_uppercase,
}
WALK = [(name, choice) for name in SHOWN for choice in sorted(CHOICES.get(name, {""}))]


@pytest.mark.parametrize(("option", "choice"), WALK)
def test_the_option_does_what_it_says(option: str, choice: str) -> None:
    SHOWN[option](choice)


def test_no_option_is_forgotten() -> None:
    names = [field.name for field in fields(BankOptions)]
    assert list(SHOWN) == names
    assert list(said.OPTIONS) == names
    assert {name: frozenset(words) for name, words in said.CHOICES.items()} == CHOICES
    assert list(LABELS) == list(Fate)


def test_the_page_says_what_each_does() -> None:
    page = text_of(send(new_bank(), "GET", "/_sim"))
    words = [
        *said.OPTIONS.values(),
        *LABELS.values(),
        *(word for one in said.CHOICES.values() for word in one.values()),
    ]
    assert [word for word in words if word.replace("'", "&#39;") not in page] == []
    assert [number for number in CARDS if number not in page] == []
