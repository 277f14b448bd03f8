"""What the audit of the régie's journal found, in sentences for a régisseur, with what to do about each."""

from collections.abc import Iterator
from datetime import date, datetime

from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.school_calendar import PARIS
from chalicelib.services.controlling import Controlled, Differing, Discrepancy, Flaw

_ALTERED = (
    "Une ligne écrite ne change jamais : quelqu'un a modifié la table. Ne corrigez rien ; prévenez l'exploitant, qui "
    "comparera avec la dernière sauvegarde, et votre comptable."
)
WORDS = {
    Flaw.CHAIN: (
        "la ligne ne suit pas celle qui la précède : l'une des deux a été modifiée, enlevée ou ajoutée",
        _ALTERED,
    ),
    Flaw.END: ("la dernière ligne de l'exercice n'est pas celle qui a été écrite en dernier", _ALTERED),
    Flaw.CLOSING: ("le mois n'est plus tel qu'il a été arrêté", _ALTERED),
    Flaw.TREASURY: (
        "la trésorerie dit autre chose de cette opération",
        "Comparez avec le relevé du compte : il fait foi. Si le portail a tort, prévenez l'exploitant ; une correction "
        "est une deuxième ligne (reglements.csv, contrepassations.csv ou remboursements.csv).",
    ),
    Flaw.NO_RESULT: (
        "la trésorerie n'a pas de résultat pour cette opération",
        "Cherchez-la sur le relevé du compte. L'argent n'y est pas : une ligne de contrepassations.csv le reprend.",
    ),
    Flaw.NO_PAYMENT: (
        "le paiement n'est pas sur sa facture",
        "La facture réclame peut-être de l'argent déjà reçu. Prévenez l'exploitant avant de relancer la famille.",
    ),
    Flaw.PAYMENT: ("le paiement sur la facture n'est pas celui de la ligne", _ALTERED),
    Flaw.NO_LINE: (
        "un paiement de la facture n'a pas de ligne dans le journal",
        "Il n'est pas entré par le portail. Prévenez l'exploitant ; comparez avec vos pièces.",
    ),
}
"""What is wrong, and what to do."""
NAMES = {
    "numero": "numéro",
    "empreinte": "empreinte",
    "resultat": "résultat",
    "montant": "montant",
    "reference": "référence",
    "client": "numéro de client",
    "saisie": "mode",
    "date_banque": "date de la banque",
    "autorisation": "autorisation",
}


def report_of(found: Controlled, month: date) -> Iterator[str]:
    yield (
        f"Contrôle de {month:%m/%Y}. Lignes : {found.lines}. Opérations demandées à la trésorerie : {found.asked}. "
        f"Différences : {len(found.discrepancies)}."
    )
    for one in found.discrepancies:
        yield from _said(one)
    if found.silent:
        yield (
            f"Sans réponse de la trésorerie : {len(found.silent)} ({_some(found.silent)}). Ce n'est pas une différence "
            ": relancez la même commande plus tard."
        )
    if found.forgotten:
        yield (
            f"Trop anciennes pour être demandées à la trésorerie : {len(found.forgotten)} ({_some(found.forgotten)}). "
            "Seul le relevé du compte en parle."
        )
    if found.gone:
        yield (
            f"Lignes dont la facture n'est plus dans le portail : {len(found.gone)} ({_some(found.gone)}). C'est "
            "normal quand la famille a été effacée."
        )
    if not found.discrepancies and not found.silent:
        yield "Tout ce qui peut être comparé est d'accord."


def _said(one: Discrepancy) -> Iterator[str]:
    what, todo = WORDS[one.fault]
    invoice = f", facture {one.invoice}" if one.invoice else ""
    yield f"- {one.about}{invoice} : {what}."
    for fact in one.facts:
        yield f"  {NAMES[fact.name]} : {_value(fact, fact.ours)} ici, {_value(fact, fact.theirs)} en face."
    yield f"  Que faire : {todo}"


def _value(fact: Differing, value: object) -> str:
    if fact.name == "montant" and isinstance(value, int):
        return in_words(Cents(value))
    if isinstance(value, datetime):
        return f"{value.astimezone(PARIS):%d/%m/%Y %H:%M}"
    return str(value or "rien")


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
