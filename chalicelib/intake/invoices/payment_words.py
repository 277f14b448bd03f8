"""A payment in French words, for those who compare a list with the portal."""

from chalicelib.intake.invoices.matching import Pair
from chalicelib.rules.invoices import Payment
from chalicelib.rules.money import in_words


def name_of(payment: Payment) -> str:
    return payment.authorisation or payment.reference


def payment_words(payment: Payment) -> str:
    name = name_of(payment)
    said = f"{in_words(payment.amount)} de {payment.payer} le {payment.paid_on:%d/%m/%Y}"
    return f"{said}, référence « {name} »" if name else f"{said}, sans référence"


def otherwise(pair: Pair) -> str:
    """Why a row may be a payment that the portal has with other facts."""
    row, on_portal = pair.received.payment, pair.payment
    if row.id == on_portal.id or row.amount != on_portal.amount:
        before = f"ce règlement est déjà enregistré autrement ({payment_words(on_portal)})"
        return f"{before} ; attendu : le même, ou une autre référence"
    return (
        f"ce règlement ({payment_words(row)}) ressemble à celui que le portail a déjà ({payment_words(on_portal)}) ; "
        "attendu : la même référence, ou une ligne pour chacun s'il y en a deux"
    )
