"""The simulator's cards: invented numbers whose last two digits say what the bank will answer."""

from enum import Enum

STEM = "99990000000000"
"""No card network issues numbers that start with 9999, and none of ours passes the networks' check digit."""


class Fate(Enum):
    """What happens to a payment by one of the cards."""

    PAID = "00"
    REFUSED = "11"
    NOT_AUTHENTICATED = "22"
    TECHNICAL = "33"
    LATE = "44"
    OTHER_AMOUNT = "55"
    UNKNOWN_LETTER = "66"
    ABANDONED_THEN_PAID = "77"
    FUTURE = "88"
    UNREADABLE = "99"
    OTHER_CLIENT = "13"
    OTHER_REFERENCE = "14"
    OTHER_SAISIE = "15"
    NEVER_ANSWERED = "34"


LABELS = {
    Fate.PAID: "paiement accepté",
    Fate.REFUSED: "paiement refusé par la banque",
    Fate.NOT_AUTHENTICATED: "échec de l'authentification 3-D Secure",
    Fate.TECHNICAL: "incident technique (code 999)",
    Fate.LATE: "délai dépassé, puis paiement accepté",
    Fate.OTHER_AMOUNT: "paiement d'un autre montant (essai de défense)",
    Fate.UNKNOWN_LETTER: "résultat d'une lettre inconnue (essai de défense)",
    Fate.ABANDONED_THEN_PAID: "abandon, puis paiement accepté une minute et demie plus tard",
    Fate.FUTURE: "paiement accepté, dit avec une date à venir",
    Fate.UNREADABLE: "paiement accepté, dit avec une date illisible",
    Fate.OTHER_CLIENT: "paiement accepté, dit avec un autre numéro de client",
    Fate.OTHER_REFERENCE: "paiement accepté, dit avec une autre référence",
    Fate.OTHER_SAISIE: "paiement accepté, dit avec une autre saisie",
    Fate.NEVER_ANSWERED: "paiement accepté, que le service ne sait jamais dire (code 999)",
}
BENDS = {
    Fate.FUTURE: ("", "future"),
    Fate.UNREADABLE: ("", "unreadable"),
    Fate.OTHER_CLIENT: ("", "numcli"),
    Fate.OTHER_REFERENCE: ("", "refdet"),
    Fate.OTHER_SAISIE: ("", "saisie"),
    Fate.NEVER_ANSWERED: ("999", ""),
}
"""Cards that pay, and bend what is told of it: the fault, and what is wrong; see ``Operation``."""
CARDS = {STEM + fate.value: fate for fate in Fate}


class CardRefused(ValueError):
    """The simulator does not take this number; the message, in French, is for the page."""


def fate_of(number: str) -> Fate:
    """The fate of a card, spaces allowed between its digits. Raises CardRefused."""
    digits = "".join(number.split())
    if digits in CARDS:
        return CARDS[digits]
    if passes_check_digit(digits):
        raise CardRefused("Ce numéro ressemble à celui d'une vraie carte : le simulateur le refuse et ne le garde pas.")
    raise CardRefused("Saisissez l'un des numéros de test de la liste.")


def passes_check_digit(digits: str) -> bool:
    """Whether the digits pass Luhn's rule, as every real card number of 12 to 19 digits does."""
    if not (digits.isascii() and digits.isdecimal() and 12 <= len(digits) <= 19):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
