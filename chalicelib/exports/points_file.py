"""What a person has to settle about money, for a spreadsheet: open points only, with what to do about each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from chalicelib.exports.csv_out import Bare, Reference, csv_chunks, day_of, euros_of, minute_of
from chalicelib.rules.answering import DIFFERENCES
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Doubt
from chalicelib.rules.points import Point, PointKind
from chalicelib.rules.school_calendar import paris_day

TO_CHECK_NAME = "a-verifier.csv"
HEADS = (
    *("point", "depuis", "age_jours", "quoi", "facture", "reference", "payeur", "adresse", "demande", "recu"),
    *("autorisation", "date_banque", "pourquoi", "a_faire", "famille"),
)
WHATS = {
    PointKind.OVERPAID: "trop-perçu",
    PointKind.TO_CHECK: "à vérifier",
    PointKind.DECLARED: "annoncé, à confirmer",
}


class About(NamedTuple):
    """What the portal knows of a point beside the point itself; empty when it knows nothing any more."""

    reference: str = ""
    payer: str = ""
    address: tuple[str, ...] = ()


Told = Callable[[Point], About]


def points_file(points: Iterable[Point], about: Told, today: date) -> Iterator[bytes]:
    """``today`` is the day in Paris from which ages are counted."""
    return csv_chunks(HEADS, (_row(point, about(point), today) for point in points))


def _row(point: Point, about: About, today: date) -> Sequence[str]:
    since = paris_day(point.opened_at)
    received = "" if point.received is None else euros_of(point.received)
    return (
        *(point.code, day_of(since), Bare((today - since).days), WHATS[point.kind], point.invoice, about.reference),
        *(about.payer, ", ".join(about.address), euros_of(point.asked), received, point.authorisation),
        *(minute_of(point.bank_at), why_words(point), to_do(point, today), Reference(point.family)),
    )


def why_words(point: Point) -> str:
    """Why it is open, for a régisseur."""
    if point.kind is PointKind.OVERPAID:
        return "plus reçu que dû" if point.asked else "rien n'est dû : facture annulée ou sans montant"
    if point.kind is PointKind.DECLARED:
        return "un retour non signé dit que c'est payé"
    if point.doubt is Doubt.SILENT:
        return "la trésorerie n'a jamais répondu"
    if point.doubt is Doubt.LETTER:
        return f"la trésorerie répond « {point.letter} », un mot que le portail ne connaît pas"
    return f"de l'argent pris autrement que demandé : {' ; '.join(DIFFERENCES[name] for name in point.differs)}"


def to_do(point: Point, today: date) -> str:
    """What to do, with the row to write: ``today`` stands for its day."""
    if point.kind is PointKind.OVERPAID:
        return _give_back(point, today)
    paid, not_paid = _decision(point, today, "payee"), _decision(point, today, "non-payee")
    if point.doubt is Doubt.DIFFERS:
        return (
            f"Comparez avec le relevé du compte. L'argent y est : écrivez dans decisions.csv {paid}, et ajoutez la "
            "colonne facture s'il paie une autre facture ; ce qui est en trop se rend ensuite par remboursements.csv. "
            f"Il n'y est pas : {not_paid}."
        )
    if point.doubt is Doubt.SILENT:
        look = "Cherchez l'opération sur le relevé du compte, ou demandez à la trésorerie."
    elif point.doubt is Doubt.LETTER:
        look = "Un nouveau moyen de paiement, peut-être : cherchez le montant sur le relevé du compte."
    else:
        look = "Le relevé du compte doit le confirmer : cherchez-y le montant et la référence."
    return f"{look} Il y est : écrivez dans decisions.csv {paid}. Il n'y est pas : {not_paid}."


def _give_back(point: Point, today: date) -> str:
    surplus = euros_of(Cents((point.received or 0) - point.asked))
    row = f"« {point.invoice};{today:%d/%m/%Y};{surplus};virement;numéro du mandat »"
    kept = _decision(point, today, "conservee")
    return (
        f"Rendez {surplus} € à la famille, puis écrivez dans remboursements.csv {row}. La famille le laisse à la ville "
        f": écrivez dans decisions.csv {kept} ; pour le déduire d'une facture à venir, ajoutez un avoir à factures.csv."
    )


def _decision(point: Point, today: date, word: str) -> str:
    return f"« {point.code};{today:%d/%m/%Y};{word};votre nom »"
