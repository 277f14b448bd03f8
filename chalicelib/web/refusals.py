"""The one table from kinds of errors to French pages. An error says what to do next; it never says a code or
« oups »."""

from collections.abc import Mapping

from chalicelib.rules.errors import BadForm, Crowded, NotFound, StaleWrite, Throttled, Unavailable
from chalicelib.values import Value
from chalicelib.web.forms import MOST_CELLS, NotAForm, TooLarge
from chalicelib.web.site_map import WhereSaved


class NotFromHere(ValueError):
    """A POST that another site sent, or whose token is not this session's."""


class Refusal(Value):
    """What an error page says: HTTP status, heading, sentence."""

    status: int
    heading: str
    sentence: str


KINDS: Mapping[type[Exception], Refusal] = {
    NotFound: Refusal(
        404,
        "Page introuvable",
        "Cette adresse ne mène à rien, ou la page ne concerne pas votre famille. "
        "Si vous l'avez tapée ou copiée, vérifiez qu'elle est complète.",
    ),
    NotFromHere: Refusal(
        403,
        "Formulaire périmé",
        "Cette page a été ouverte avant votre dernière connexion, ou depuis un autre site. Ouvrez-la de nouveau.",
    ),
    StaleWrite: Refusal(
        409,
        "La page a changé entre-temps",
        "Quelqu'un de votre famille a modifié la même chose au même moment. Ouvrez de nouveau la page.",
    ),
    TooLarge: Refusal(
        413,
        "Formulaire trop long",
        "Ce que vous avez envoyé est trop long. Envoyez-le en plusieurs fois, ou raccourcissez votre texte.",
    ),
    NotAForm: Refusal(415, "Formulaire illisible", "Ce site ne lit que les formulaires de ses propres pages."),
    BadForm: Refusal(422, "Formulaire incorrect", "Ce formulaire n'a pas pu être lu. Ouvrez de nouveau la page."),
    Throttled: Refusal(
        429,
        "Trop d'envois",
        "Plusieurs messages viennent d'être envoyés depuis votre connexion. Réessayez dans une heure, ou téléphonez.",
    ),
    Crowded: Refusal(
        503,
        "Beaucoup de familles réservent en ce moment",
        "Votre demande n'a pas encore pu passer. Attendez quelques secondes, puis réessayez.",
    ),
    Unavailable: Refusal(
        503,
        "Service momentanément indisponible",
        "Le portail ne répond pas comme il faut en ce moment. Réessayez dans quelques minutes.",
    ),
}

ANYTHING_ELSE = Refusal(
    500,
    "Un problème technique est survenu",
    "Le problème vient du portail, pas de vous. Réessayez dans quelques minutes.",
)
WRONG_METHOD = Refusal(405, "Page introuvable", "Cette adresse ne s'utilise pas de cette façon. Ouvrez le planning.")

BAD_FORMS: Mapping[str, str] = {
    "encoding": "Le formulaire contient des caractères illisibles.",
    "field-unknown": "Le formulaire contient un champ que cette page ne connaît pas.",
    "field-twice": "Un champ du formulaire est envoyé deux fois.",
    "too-many-cells": f"Le formulaire contient trop de cases : {MOST_CELLS} au plus.",
    "cell": "Une case du planning est illisible.",
    "cell-twice": "Une case du planning est envoyée deux fois.",
    "offer": "Le planning envoyé n'est pas celui que nous avons affiché. Ouvrez-le de nouveau.",
    "offer-family": "Le planning envoyé est celui d'une autre famille. Ouvrez le vôtre.",
    "trap": "Un champ caché de la page a été rempli, sans doute par un logiciel. Laissez-le vide, ou téléphonez.",
}
"""What is wrong with a form, by the short name in its BadForm."""


def refusal_of(fault: Exception) -> Refusal:
    """The page of an error, by the first kind in the table that fits."""
    kind = next((kind for kind in KINDS if isinstance(fault, kind)), None)
    if kind is None:
        return ANYTHING_ELSE
    found = KINDS[kind]
    slug = str(fault.args[0]) if fault.args else ""
    if kind is BadForm and slug in BAD_FORMS:
        return Refusal(found.status, found.heading, BAD_FORMS[slug])
    return found


NOTHING_LOST = (
    "Rien n'est perdu : ce que vous avez demandé est gardé sur cette page, "
    "et ce qui est déjà enregistré ne le sera pas deux fois."
)
IF_IT_LASTS = "Si cela dure, regardez « Mes dernières modifications » : tout ce qui est enregistré y figure."


AFTERMATHS: Mapping[WhereSaved, str] = {
    WhereSaved.NOWHERE: "Votre message n'est peut-être pas parti : revenez en arrière pour en garder le texte.",
    WhereSaved.ON_ITS_PAGE: "Avant de recommencer, ouvrez de nouveau la page : elle montre ce qui est enregistré.",
    WhereSaved.IN_HISTORY: (
        "Avant de recommencer, regardez « Mes dernières modifications » : tout ce qui est enregistré y figure."
    ),
}


def aftermath(status: int, where_saved: WhereSaved) -> str:
    """What became of the form that the parent sent. After a breakdown we do not know it, so we say where to look."""
    return "Rien n'a été enregistré." if status < 500 else AFTERMATHS[where_saved]
