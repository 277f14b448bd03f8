"""What the service accepts and refuses in an order, in the order of its checks.

The codes are the service's, except E1 (exer) and O1 (objet), for which its answer is not known.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from infra.local.bank.operations import Ledger, Order

LABELS = {
    "T1": "Le format du paramètre NUMCLI n'est pas conforme.",
    "T2": "Numéro de client inconnu.",
    "S1": "Le format du paramètre SAISIE n'est pas conforme.",
    "R3": "Le format du paramètre REFDET n'est pas conforme",
    "M1": "Le format du paramètre MONTANT n'est pas conforme.",
    "M3": "Le montant est inférieur au minimum autorisé.",
    "M5": "Le montant est supérieur au maximum autorisé.",
    "A1": "Adresse mél absente.",
    "A2": "Adresse mél incorrecte. ",
    "N1": "L'adresse de notification est incorrecte.",
    "D1": "L'adresse de redirection est incorrecte.",
    "E1": "Le format du paramètre EXER n'est pas conforme.",
    "O1": "Le format du paramètre OBJET n'est pas conforme.",
    "P1": "IdOp incorrect.",
    "P3": "IdOp déjà utilisé.",
    "P4": "IdOp périmé : la page de paiement n'est utilisable que 15 minutes.",
    "P5": "Résultat de la transaction non connu.",
    "999": "Incident technique.",
    "DETTE_INCONNUE": "Référence de dette inconnue.",
    "DETTE_PAYEE": "Cette dette est déjà payée.",
    "DETTE_MONTANT": "Le montant n'est pas celui qui reste dû.",
}
LETTERS = {"ws": frozenset("TXW"), "url": frozenset("TXAM")}
FREE_IN_TEST = frozenset({"999900000000999999", "999999990000000000000"})
"""References of debts for tests of titres and rôles: any amount, any number of times."""
_LEAST = 100
_MOST_ADDRESS = 249


class BadOrder(ValueError):
    """The service refuses the order. ``args[0]`` is its code."""


def read_order(fields: Mapping[str, str], mode: str, ledger: Ledger, clients: Mapping[str, object]) -> Order:
    """The order in the fields, whose names are the service's in lower case. Raises BadOrder."""
    _check_debtor(fields, mode, ledger, clients)
    cents = _cents(fields.get("montant", ""), ledger.options.most)
    _check_mail(fields.get("mel", ""))
    notify, back = ("urlnotif", "urlredirect") if mode == "ws" else ("urlcl", "")
    _must(is_address(fields.get(notify, "")), "N1")
    _must(mode == "url" or is_address(fields.get(back, "")), "D1")
    _must(bool(re.fullmatch(r"[0-9]{4}", fields.get("exer", ""))), "E1")
    _must(bool(re.fullmatch(r"[A-Za-z0-9 ]{0,99}", fields.get("objet", ""))), "O1")
    same = {name: fields.get(name, "") for name in ("numcli", "exer", "refdet", "objet", "mel", "saisie")}
    return Order(mode, montant=cents, notify=fields[notify], back=fields.get(back, ""), **same)


def check_debt(order: Order, ledger: Ledger) -> None:
    """For a client whose debts are known: check the reference, that it is still due, and the amount. Raises
    BadOrder."""
    if not ledger.pays_titres(order.numcli) or (order.saisie == "T" and order.refdet in FREE_IN_TEST):
        return
    debt = ledger.debt(order.numcli, order.refdet)
    if debt is None:
        raise BadOrder("DETTE_INCONNUE")
    _must(not debt.paid, "DETTE_PAYEE")
    _must(debt.due == order.montant, "DETTE_MONTANT")


def is_address(text: str) -> bool:
    """An absolute HTTP address that the service can keep."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    printable = text.isascii() and text.isprintable() and " " not in text
    return printable and len(text) <= _MOST_ADDRESS and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _check_debtor(fields: Mapping[str, str], mode: str, ledger: Ledger, clients: Mapping[str, object]) -> None:
    numcli = fields.get("numcli", "")
    _must(bool(re.fullmatch(r"[0-9]{6}", numcli)), "T1")
    _must(numcli in clients, "T2")
    saisie = fields.get("saisie", "")
    _must(saisie in LETTERS[mode] and saisie in ledger.options.saisies, "S1")
    _must(bool(re.fullmatch(r"[A-Za-z0-9]{6,30}", fields.get("refdet", ""))), "R3")


def _cents(text: str, most: int) -> int:
    _must(bool(re.fullmatch(r"[0-9]{1,11}", text)), "M1")
    _must(int(text) >= _LEAST, "M3")
    _must(int(text) <= most, "M5")
    return int(text)


def _check_mail(mel: str) -> None:
    _must(bool(mel), "A1")
    _must(6 <= len(mel) <= 80 and bool(re.fullmatch(r"[^@\s]+@[^@\s]+", mel)), "A2")


def _must(kept: bool, code: str) -> None:
    if not kept:
        raise BadOrder(code)
