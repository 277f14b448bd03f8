"""Why an invoice cannot be paid here -> what a parent reads of it, and where it can be paid."""

from chalicelib.french.words import slashed
from chalicelib.pages.presenters.payments import PaymentOutcome
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import in_words
from chalicelib.rules.payable import Hindrance, last_day_online
from chalicelib.rules.payments import LEAST
from chalicelib.rules.town import Town

CLOSED = {
    Hindrance.CANCELLED: "Cette facture est annulée : il n'y a rien à payer.",
    Hindrance.PAID: "Cette facture est déjà payée : il n'y a plus rien à régler.",
    Hindrance.DIRECT_DEBIT: "Cette facture sera prélevée sur votre compte : ne la payez pas une deuxième fois.",
    Hindrance.CLOSED: "Le paiement en ligne n'est pas ouvert pour cette facture.",
    Hindrance.TOO_LATE: "Cette facture se payait en ligne jusqu'au {last_day}. "
    "Elle est maintenant à payer à la régie : {where}.",
    Hindrance.AMOUNT: "La banque ne prend en ligne que des montants de {least} à {ceiling}. "
    "Celle-ci est à payer à la régie : {where}.",
}
"""Why an invoice cannot be paid here. ``where`` is the régie, its address and its telephone."""
PAID_ELSEWHERE = frozenset({Hindrance.CLOSED, Hindrance.TOO_LATE, Hindrance.AMOUNT})
"""What leaves the invoice to be paid by other means."""


def why_closed(why: Hindrance, invoice: Invoice, town: Town) -> str:
    """The sentence for one invoice."""
    last_day = last_day_online(invoice, town.payment)
    return CLOSED[why].format(
        last_day=slashed(last_day) if last_day else "",
        least=in_words(LEAST),
        ceiling=in_words(town.payment.ceiling),
        where=", ".join(part for part in (invoice.regie, town.legal.address, town.office.phone) if part),
    )


def refused(why: Hindrance, invoice: Invoice, town: Town) -> PaymentOutcome:
    """What a parent reads who asks for the bank's page all the same."""
    means = ("Les autres moyens de paiement sont écrits sur la facture.",) if why in PAID_ELSEWHERE else ()
    return PaymentOutcome("Paiement impossible ici", (why_closed(why, invoice, town), *means))
