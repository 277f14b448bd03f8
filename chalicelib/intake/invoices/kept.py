"""Why a row of factures.csv is set aside: what is wrong, and the way out."""

from chalicelib.rules.cancelling import CancelFault
from chalicelib.rules.crediting import NoteFault
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import in_words
from chalicelib.rules.payments import Attempt, AttemptState

CREDIT_AND_NEW = "attendu : la même, ou un avoir qui la corrige puis une nouvelle facture"
LATER = "attendu : la même, ou un nouvel import quand ce paiement sera connu"
NEW_INVOICE = "attendu : annulee dans « etat », ou une nouvelle facture sous un autre numéro"
NOT_CANCELLED = {
    CancelFault.GAVE: "l'avoir « {} » a déjà été déduit ou remboursé et est annulé ; "
    "attendu : le même, ou une nouvelle facture de ce montant",
    CancelFault.HAS_CREDIT: "la facture « {} » a reçu un avoir et est annulée ; "
    "attendu : la même, ou un avoir de ce qui reste",
}
WRONG = {
    NoteFault.UNKNOWN: "n'existe pas ; attendu : une facture de factures.csv ou du portail",
    NoteFault.OTHER_FAMILY: "est celle d'une autre famille ; attendu : une facture de la même famille",
    NoteFault.OF_A_NOTE: "est elle-même un avoir ; attendu : la facture que les deux corrigent",
    NoteFault.CANCELLED: "est annulée ; attendu : la colonne « facture_corrigee » vide, ou une facture à corriger",
    NoteFault.TOO_LARGE: "demandait moins que tous ses avoirs ; "
    "attendu : le montant de la facture au plus, ou la colonne « facture_corrigee » vide",
}
"""What is wrong with the invoice that a credit note corrects."""


def wrong_note_words(note: Invoice, fault: NoteFault) -> str:
    """Why the row is set aside, in French."""
    named = f"l'avoir « {note.number} » ({in_words(note.total)})"
    return f"{named} corrige la facture « {note.corrects} », qui {WRONG[fault]}"


def waits_too(invoice: InvoiceNumber) -> str:
    """Why a payment of an invoice that is set aside is not recorded, in French."""
    return f"la facture « {invoice} » attend elle-même ; attendu : ce règlement avec sa facture"


def credit_waits(note: InvoiceNumber, attempt: Attempt) -> str:
    """Why the credit of a note is not given now, in French."""
    return (
        f"l'avoir « {note} » n'est pas encore déduit : la facture « {attempt.invoice} » a un paiement en ligne "
        f"{is_what(attempt)} ; attendu : un nouvel import quand ce paiement sera connu"
    )


def is_what(attempt: Attempt) -> str:
    return "à vérifier" if attempt.state is AttemptState.TO_CHECK else "en cours"
