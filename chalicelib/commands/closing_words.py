"""Why a month cannot be closed, in sentences for whoever asked."""

from collections.abc import Sequence

from chalicelib.exports.book_words import instant_words, month_words
from chalicelib.rules.book import BookLine, Closing
from chalicelib.rules.money import in_words
from chalicelib.rules.payments import Attempt
from chalicelib.services.outgoing_ports import ClosedMonth

MOST_NAMED = 20
NOT_OVER = "Ce mois n'est pas fini. Il ne peut être arrêté qu'à partir du premier jour du mois suivant.\n"


def billing_closed_words(closed: ClosedMonth) -> str:
    return _closed("La facturation", month_words(closed.month), closed.by, instant_words(closed.closed_at))


def regie_closed_words(closing: Closing) -> str:
    return _closed("La régie", month_words(closing.month), closing.by, instant_words(closing.at))


def broken_words(lines: Sequence[BookLine]) -> str:
    """``lines`` do not follow the line before them."""
    names = ", ".join(line.name for line in lines[:MOST_NAMED])
    return (
        f"Le journal de la régie a été modifié : à partir de {names}, une ligne ne suit plus celle qui la précède. "
        "Le mois n'est pas arrêté. Lancez make controle pour ce mois, et prévenez l'exploitant.\n"
    )


def still_open_words(attempts: Sequence[Attempt]) -> str:
    """The payments of the month that may still bring money, one by one."""
    named = "".join(
        f"- {one.invoice}, {in_words(one.amount)}, {one.payer}, commencé le {instant_words(one.created_at)}\n"
        for one in attempts[:MOST_NAMED]
    )
    more = f"… et {len(attempts) - MOST_NAMED} autres\n" if len(attempts) > MOST_NAMED else ""
    return (
        f"Des paiements commencés ce mois-là ne sont pas encore dénoués ({len(attempts)}) :\n{named}{more}"
        "Le portail interroge encore la trésorerie, au plus pendant deux jours ; relancez la même commande ensuite.\n"
    )


def _closed(what: str, month: str, by: str, at: str) -> str:
    return (
        f"{what} de {month} est déjà arrêtée, par {by} le {at}. "
        "Rien n'a changé. Relancez sans arrêter le mois pour avoir son fichier.\n"
    )
