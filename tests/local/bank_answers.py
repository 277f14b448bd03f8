"""What tests see of the bank simulator's answers: which fault struck one, and what is wrong in it."""

from typing import Any

from infra.local.bank.site import Bank
from infra.local.bank.soap import PATH
from infra.local.gateway import Response
from infra.local.server import Gone
from tests.local.bank_visits import ORDER, create, detail, envelope, new_bank, pay, send

LOOK = "recupererDetailPaiementSecurise"
RIGHT = {"numcli": "006382", "refdet": ORDER["refdet"], "saisie": "T", "montant": "424", "resultrans": "P"}
FALSE = {
    "numcli": {"numcli": "006383"},
    "refdet": {"refdet": "2013T5002600033X"},
    "saisie": {"saisie": "W"},
    "montant": {"montant": "524"},
    "letter": {"resultrans": "Q"},
    "future": {"dattrans": "01012027"},
    "unreadable": {"dattrans": "99992026", "heurtrans": "2599"},
}
"""What each wrong answer says in place of what is right."""


def paid(ending: str = "00", **options: Any) -> tuple[Bank, str]:
    bank = new_bank(**options)
    idop = create(bank)
    pay(bank, idop, ending)
    return bank, idop


def look(bank: Bank, idop: str) -> Response | None:
    """The answer about an operation; None when the connection was cut."""
    try:
        return send(bank, "POST", PATH, envelope(LOOK, {"idOp": idop}))
    except Gone:
        return None


def is_struck(bank: Bank, idop: str, fault: str) -> bool:
    """Whether a look-up meets that fault and no other."""
    answer = look(bank, idop)
    if answer is None:
        return fault in {"reset", "reset_after"}
    met = {
        "999": b"<code>999</code>" in answer.body,
        "502": answer.status == 502,
        "503": answer.status == 503,
        "html": answer.body.startswith(b"<html>") and answer.status == 200,
        "truncated": not answer.body.endswith(b"Envelope>") and b"Envelope" in answer.body,
        "dtd": b"<!DOCTYPE" in answer.body,
    }
    return [name for name, was in met.items() if was] == ([] if fault in {"", "slow"} else [fault])


def is_wrong(bank: Bank, idop: str, wrong: str) -> bool:
    """Whether the answer about a paid operation is wrong in that way and in no other."""
    told = detail(bank, idop)
    as_told = {name: told.get(name, "") for name in RIGHT} | {"idop": told["idOp"]}
    if wrong == "idop":
        return as_told.pop("idop") != idop and as_told == RIGHT
    expected = RIGHT | {"idop": idop} | FALSE.get(wrong, {})
    dates = {name: told.get(name, "") for name in ("dattrans", "heurtrans")}
    right = {"dattrans": "27032026", "heurtrans": "1200"} | FALSE.get(wrong, {})
    right = dict.fromkeys(dates, "") if wrong == "dateless" else {name: right[name] for name in dates}
    return {name: as_told[name] for name in as_told} == {name: expected[name] for name in as_told} and dates == right
