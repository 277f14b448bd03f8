"""The state of a payment -> what a parent reads of it: the waiting page, the outcome, the ticket."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.french.words import hour_words, instant_words, slashed, typeset
from chalicelib.pages.presenters.invoice_states import taken_back
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import in_words
from chalicelib.rules.payments import (
    ENDED_UNPAID,
    EXPIRES_AFTER,
    LIVE,
    Attempt,
    AttemptState,
    Doubt,
    received,
)
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.mails import means_of
from chalicelib.services.showing import PaymentProgress
from chalicelib.values import Value

WAITING = "attente"
"""The script of the page asks again as long as the answer is this word."""
NO_DEBIT = "Vous n'avez pas été débité."
DO_NOT_PAY_AGAIN = "Ne payez pas cette facture une deuxième fois."


class PaymentOutcome(Value):
    """A payment that is not (yet) received. ``box`` is the class of its box; ``again`` says whether to offer another
    try, and ``invites`` is said only then."""

    heading: str
    sentences: tuple[str, ...]
    box: str = "avis"
    again: bool = True
    invites: str = ""


OUTCOMES = {
    AttemptState.REFUSED: PaymentOutcome(
        "Paiement refusé",
        (f"La banque a refusé le paiement. {NO_DEBIT}",),
        box="faute",
        invites="Vous pouvez recommencer, avec la même carte ou une autre. Si le refus se répète, interrogez votre "
        "banque.",
    ),
    AttemptState.ABANDONED: PaymentOutcome(
        "Paiement abandonné",
        (f"Vous avez annulé le paiement sur le site de la banque. {NO_DEBIT}", "La facture reste à payer."),
    ),
    AttemptState.EXPIRED: PaymentOutcome(
        "Aucun paiement reçu",
        (
            "La page de la banque est restée sans réponse. La facture reste à payer.",
            "Si la banque vous a indiqué « Votre paiement est enregistré », ne recommencez pas : nous l'interrogeons "
            "encore demain matin, et un e-mail vous dira que le paiement est reçu.",
        ),
    ),
    AttemptState.FAILED: PaymentOutcome(
        "Le paiement n'a pas pu commencer",
        (f"Le site de la banque n'a pas ouvert ce paiement. {NO_DEBIT}",),
        box="faute",
        invites="Réessayez dans quelques minutes.",
    ),
    AttemptState.REVERSED: PaymentOutcome(
        "Prélèvement rejeté par votre banque",
        ("Votre banque n'a pas payé le prélèvement. La facture est de nouveau à payer.",),
        box="faute",
    ),
    AttemptState.DECLARED: PaymentOutcome(
        "Paiement annoncé par la banque",
        (
            f"{DO_NOT_PAY_AGAIN} La banque nous dit que vous avez payé ; la trésorerie doit encore le confirmer.",
            "La facture passera dans « Mes factures déjà payées » après cette confirmation, d'ici quelques jours.",
        ),
        box="bien",
        again=False,
    ),
    AttemptState.TO_CHECK: PaymentOutcome(
        "Paiement à vérifier par la mairie",
        (
            f"{DO_NOT_PAY_AGAIN} La réponse de la banque n'est pas celle que nous attendions.",
            "La mairie en est avertie. Elle vérifie ce qui a été payé, puis met la facture à jour.",
        ),
        again=False,
    ),
    AttemptState.DECIDED_UNPAID: PaymentOutcome(
        "Aucun paiement reçu",
        ("La mairie a vérifié : ce paiement n'a pas été pris.", "La facture reste à payer."),
    ),
}
SILENCE = PaymentOutcome(
    "Paiement à vérifier par la mairie",
    (
        f"{DO_NOT_PAY_AGAIN} La trésorerie n'a jamais répondu : personne ne sait encore si vous avez payé.",
        "La mairie en est avertie. Elle vérifie ce qui a été payé, puis met la facture à jour.",
    ),
    again=False,
)
UNREACHABLE = PaymentOutcome(
    "Le site de la banque ne répond pas",
    (f"Le paiement n'a pas commencé. {NO_DEBIT}", "Réessayez dans quelques minutes : la facture reste à payer."),
    box="faute",
)
NOT_OPENED = PaymentOutcome(
    "Le paiement n'a pas pu commencer",
    (
        f"Le service de paiement de la trésorerie refuse cette demande. {NO_DEBIT}",
        "Si cela dure, dites-le à la mairie. Les autres moyens de paiement sont écrits sur la facture.",
    ),
    box="faute",
    again=False,
)
WRONG_ADDRESS = PaymentOutcome(
    "La banque refuse votre adresse e-mail",
    (
        f"Le paiement n'a pas commencé. {NO_DEBIT}",
        "Choisissez de nouveau la facture, et écrivez une adresse plus courte, sans accent.",
    ),
    box="faute",
)


class Ticket(Value):
    """What a parent keeps of a payment: the lines of the bank's own ticket. ``overpaid`` may be empty."""

    lines: tuple[tuple[str, str], ...]
    overpaid: str


def outcome_of(attempt: Attempt, invoice: Invoice) -> PaymentOutcome:
    if attempt.state is AttemptState.REVERSED:
        told = [sentence for state in taken_back(invoice) for sentence in state.sentences]
        return replace(OUTCOMES[attempt.state], sentences=tuple(told)) if told else OUTCOMES[attempt.state]
    return SILENCE if attempt.doubt is Doubt.SILENT else OUTCOMES[attempt.state]


def waits_for_a_person(progress: PaymentProgress) -> bool:
    """Whether money was perhaps taken, so that what is known of the invoice may not be all."""
    attempt = progress.attempt
    return bool(attempt and attempt.state is AttemptState.TO_CHECK and attempt.is_live(progress.now))


def state_of(progress: PaymentProgress, since: datetime | None) -> str:
    """What the script of the waiting page compares: ``attente`` until something is known, then the name of the state.

    ``since`` is when the parent was going to the bank: an older attempt that is over says nothing of this one.
    """
    attempt = progress.attempt
    if progress.invoice.is_paid:
        return AttemptState.PAID.value
    if attempt is None or (since and _is_of_before(attempt, since, progress.now)):
        return WAITING if since else ""
    return WAITING if attempt.state in LIVE else attempt.state.value


def _is_of_before(attempt: Attempt, since: datetime, now: datetime) -> bool:
    """Whether the attempt says nothing of a try begun at ``since``, because it is older and over. Under the URL
    contract the same attempt continues after a refusal, which is then old news."""
    if attempt.is_received or attempt.created_at >= since:
        return False
    told_before = attempt.state in ENDED_UNPAID and attempt.settled_at is not None and attempt.settled_at < since
    return told_before or not attempt.is_live(now)


def silent_until(progress: PaymentProgress, since: datetime | None) -> str:
    """``16 h 54``: until when the bank is asked, when its page can no longer be used and its answer is not known. Empty
    before that time, and for a parent who was just going to the bank at ``since``."""
    attempt = progress.attempt
    if attempt is None or attempt.state not in LIVE or attempt.is_live(progress.now):
        return ""
    return "" if since and attempt.created_at < since else hour_words(attempt.created_at + EXPIRES_AFTER)


def ticket_of(attempt: Attempt, invoice: Invoice, town: str) -> Ticket:
    answer = attempt.answer
    paid_at = (answer.paid_at if answer else None) or attempt.settled_at or attempt.created_at
    lines = [
        ("Collectivité", town),
        ("Régie", invoice.regie),
        ("Facture", f"{invoice.number}, {invoice.label}"),
        ("Référence de la dette", invoice.reference),
        ("Date et heure", f"{slashed(paris_day(paid_at))} à {hour_words(paid_at)}"),
        ("Moyen de paiement", means_of(attempt)),
        ("Montant", in_words(received(attempt))),
        ("Numéro d'autorisation", answer.authorisation if answer else ""),
        ("Adresse électronique", attempt.email),
    ]
    too_much = invoice.overpaid and not invoice.cancelled_on
    overpaid = f"Il y a {in_words(invoice.overpaid)} de trop : la mairie vous les doit." if too_much else ""
    return Ticket(tuple((typeset(name), value) for name, value in lines if value), typeset(overpaid))


def gone_words(attempt: Attempt | None) -> str:
    """``14 h 57``: when an abandoned payment is certainly over; empty for any other."""
    gone_at = attempt.gone_at if attempt else None
    return hour_words(gone_at + timedelta(seconds=59)) if gone_at else ""


def begun_words(attempt: Attempt) -> str:
    return instant_words(attempt.created_at)
