"""What happened to an invoice besides being paid -> what parents read of it: why it may not be paid here now, what was
taken back, given back, credited, cancelled."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from chalicelib.french.words import hour_words, long_day, typeset
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.payable import Hindrance, hindrance, last_day_online
from chalicelib.rules.payments import LEAST, PAGE_USABLE_FOR, Attempt, AttemptState
from chalicelib.rules.town import PaymentFacts
from chalicelib.values import Value

Url = Callable[..., str]
BOUNCED = {
    Means.CHEQUE: ("Chèque rejeté", "votre chèque"),
    Means.TRANSFER: ("Virement rejeté", "votre virement"),
    Means.DIRECT_DEBIT: ("Prélèvement rejeté", "le prélèvement"),
    Means.ONLINE: ("Prélèvement rejeté", "le prélèvement"),
}
"""What a bank can refuse afterwards, and what it refused; online, it can refuse a debit only."""
WITHDRAWN = "Règlement annulé par la mairie"
"""Money of any other means that was counted by mistake."""
BY_MEANS = {Means.TRANSFER: " par virement", Means.CHEQUE: " par chèque", Means.CASH: " en espèces"}


class InvoiceState(Value):
    """A box of the page. ``box`` is its class. ``progress`` is the address where the payment can be followed, or empty.
    ``asks``: whether the parent should ask the town hall. ``elsewhere``: whether to say how else one can pay."""

    heading: str
    sentences: tuple[str, ...] = ()
    box: str = "avis"
    progress: str = ""
    asks: bool = False
    elsewhere: bool = False


def held_by(attempt: Attempt, url: Url) -> InvoiceState:
    """Why the live attempt keeps the invoice from being paid now."""
    progress = url(f"/factures/{attempt.invoice}/paiement")
    if attempt.state is AttemptState.TO_CHECK:
        sentence = "La mairie vérifie ce qui a été payé, puis met la facture à jour."
        return _state("Paiement à vérifier : ne payez pas", sentence, progress=progress, asks=True)
    if attempt.state is AttemptState.DECLARED:
        sentence = "La trésorerie doit encore le confirmer, d'ici quelques jours."
        return _state("Paiement annoncé par la banque : ne payez pas", sentence, progress=progress, asks=True)
    free_at = attempt.gone_at or attempt.created_at + PAGE_USABLE_FOR
    sentence = f"S'il n'aboutit pas, vous pourrez de nouveau payer cette facture à {_next_minute(free_at)}."
    return _state(f"Paiement commencé à {hour_words(attempt.created_at)}", sentence, progress=progress)


def hindered(invoice: Invoice, payment: PaymentFacts, today: date) -> InvoiceState | None:
    """Why the invoice cannot be paid on this site, whatever the parent does; None when it can. ``today`` is in
    Paris."""
    why = hindrance(invoice, payment, today)
    return _HINDERED[why](invoice, payment, today) if why else None


def cancelled(invoice: Invoice) -> InvoiceState:
    """What a cancelled invoice says: nothing is due, and what becomes of the money."""
    day = f" le {long_day(invoice.cancelled_on)}" if invoice.cancelled_on else ""
    owed = (f"La mairie vous doit {in_words(invoice.overpaid)}, que vous aviez réglés.",) if invoice.overpaid else ()
    return _state(f"Facture annulée{day}", "Vous n'avez plus rien à payer.", *owed, *given_back(invoice), box="")


def given_back(invoice: Invoice) -> tuple[str, ...]:
    """A sentence for each refund, the first one first."""
    refunds = sorted((one for one in invoice.payments if is_refund(one)), key=lambda one: (one.paid_on, one.id))
    return tuple(
        typeset(f"Remboursé le {long_day(one.paid_on)} : {_cents(-one.amount)}{BY_MEANS.get(one.means, '')}.")
        for one in refunds
    )


def taken_back(invoice: Invoice) -> tuple[InvoiceState, ...]:
    """What bounced or was withdrawn, the last first, as long as something is due for the invoice."""
    by_id = {one.id: one for one in invoice.payments}
    backs = sorted((one for one in invoice.payments if one.takes_back), key=lambda one: one.paid_on, reverse=True)
    left, states = int(invoice.remaining), []
    for back in backs:
        due = min(-back.amount, left)
        if due > 0:
            states.append(_again_due(back, by_id.get(back.takes_back), due))
            left -= due
    return tuple(states)


def taken_back_name(payment: Payment) -> str:
    """``Chèque rejeté``: what the negative payment that takes another one back is called."""
    return BOUNCED[payment.means][0] if payment.means in BOUNCED else WITHDRAWN


def is_refund(payment: Payment) -> bool:
    """Whether the town gave this money back."""
    return payment.amount < 0 and not payment.takes_back and payment.means is not Means.CREDIT_NOTE


def credited(invoice: Invoice) -> str:
    """``Avoir de 3,00 € déduit``; empty when no credit note gave anything."""
    credit = sum(one.amount for one in invoice.payments if one.means is Means.CREDIT_NOTE)
    return typeset(f"Avoir de {_cents(credit)} déduit") if credit > 0 else ""


def partly(invoice: Invoice) -> str:
    """What was paid in money of an invoice that is not paid yet; empty when nothing was."""
    paid = invoice.paid - max(0, sum(one.amount for one in invoice.payments if one.means is Means.CREDIT_NOTE))
    return typeset(f"Déjà réglé : {_cents(paid)} sur {in_words(invoice.total)}") if paid > 0 else ""


def _debited(invoice: Invoice, _payment: PaymentFacts, today: date) -> InvoiceState:
    day = long_day(invoice.due_on)
    if any(one.takes_back and one.means is Means.DIRECT_DEBIT for one in invoice.payments):
        return _state("Prélèvement rejeté : ne payez pas ici", "Demandez à la mairie comment régler.", asks=True)
    if invoice.due_on >= today:
        sentence = "La mairie prélève cette facture sur votre compte bancaire."
        return _state(f"Sera prélevée le {day} : rien à payer ici", sentence, box="")
    sentence = "La mairie n'a pas encore enregistré ce prélèvement."
    return _state(f"Prélèvement du {day} : rien à payer ici", sentence, box="")


def _closed(_invoice: Invoice, _payment: PaymentFacts, _today: date) -> InvoiceState:
    sentence = "Cette facture ne se paie pas sur ce site."
    return _state("Le paiement en ligne n'est pas ouvert", sentence, elsewhere=True)


def _too_late(invoice: Invoice, payment: PaymentFacts, _today: date) -> InvoiceState:
    last = last_day_online(invoice, payment) or invoice.due_on
    sentence = f"Le dernier jour était le {long_day(last)}. Cette facture se paie maintenant à {_desk(invoice)}."
    return _state("Trop tard pour payer en ligne", sentence, elsewhere=True)


def _out_of_limits(invoice: Invoice, payment: PaymentFacts, _today: date) -> InvoiceState:
    limits = f"La banque ne prend en ligne que des montants de {in_words(LEAST)} à {in_words(payment.ceiling)}."
    heading = "Montant trop petit" if invoice.remaining < LEAST else "Montant trop grand"
    sentence = f"Cette facture se paie à {_desk(invoice)}."
    return _state(f"{heading} pour le paiement en ligne", limits, sentence, elsewhere=True)


def _nothing_due(invoice: Invoice, _payment: PaymentFacts, _today: date) -> InvoiceState:
    if invoice.is_credit_note:
        return _state("Avoir : rien à payer", "La mairie vous doit cette somme, ou vous l'a déjà rendue.", box="")
    return _state("Facture déjà payée", "Il n'y a plus rien à régler.", box="bien")


_HINDERED: dict[Hindrance, Callable[[Invoice, PaymentFacts, date], InvoiceState]] = {
    Hindrance.CANCELLED: lambda invoice, _payment, _today: cancelled(invoice),
    Hindrance.PAID: _nothing_due,
    Hindrance.DIRECT_DEBIT: _debited,
    Hindrance.CLOSED: _closed,
    Hindrance.TOO_LATE: _too_late,
    Hindrance.AMOUNT: _out_of_limits,
}


def _again_due(back: Payment, first: Payment | None, due: int) -> InvoiceState:
    """``first`` is the payment that ``back`` takes back."""
    day, of = long_day(back.paid_on), f" du {long_day(first.paid_on)}" if first else ""
    if back.means in BOUNCED:
        what = f"La banque a rejeté le {day} {BOUNCED[back.means][1]}{of}"
    else:
        what = f"La mairie a annulé le {day} le règlement{of}, enregistré par erreur"
    return _state(taken_back_name(back), f"{what} : il y a de nouveau {_cents(due)} à payer.", box="faute")


def _desk(invoice: Invoice) -> str:
    """Where it is paid: the régie by its name, as the town wrote it."""
    return f"la régie « {invoice.regie} »" if invoice.regie else "la mairie"


def _state(
    heading: str, *sentences: str, box: str = "avis", progress: str = "", asks: bool = False, elsewhere: bool = False
) -> InvoiceState:
    return InvoiceState(typeset(heading), tuple(map(typeset, sentences)), box, progress, asks, elsewhere)


def _cents(amount: int) -> str:
    return in_words(Cents(amount))


def _next_minute(at: datetime) -> str:
    """The hour of the first whole minute that is not before ``at``."""
    return hour_words(at + timedelta(seconds=59))
