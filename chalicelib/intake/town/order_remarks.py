"""What looks wrong of the kitchen's orders in a town.toml that has no fault: those that never leave."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.intake.town.activity_remarks import Said
from chalicelib.rules.kitchen import KitchenOrder
from chalicelib.rules.order_times import occasions
from chalicelib.rules.school_calendar import paris_instant
from chalicelib.rules.town import Town

A_MONTH = timedelta(days=31)
"""Most orders leave in the first month of the calendar: the others are not looked at then."""


def of_orders(town: Town, read: Mapping[str, Any]) -> Said:
    """Where in the file, and the sentence. ``read`` is the file as TOML, without fault: it has as many « envois » as
    the orders."""
    for number, order in enumerate(town.orders):
        for sending, text in zip(order.sendings, read["commandes"][number]["envois"], strict=True):
            if not _leaves(town, replace(order, sendings=(sending,))):
                yield (
                    ("commandes", number, "envois"),
                    f"« {text} » ne part jamais : aucune activité de la commande n'est ouverte ces jours-là ; "
                    "attendu : un envoi pour des jours ouverts, ou l'ôter",
                )


def _leaves(town: Town, order: KitchenOrder) -> bool:
    """Whether anything is ever sent between the first and the last day of the calendar."""
    # What is for the first days leaves before them.
    first, last = town.calendar.first - A_MONTH, town.calendar.last
    while first <= last:
        if occasions(town, order, paris_instant(first, 0), paris_instant(first + A_MONTH, 0)):
            return True
        first += A_MONTH
    return False
