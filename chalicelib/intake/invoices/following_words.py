"""Why a row about money is set aside, in French."""

from chalicelib.intake.invoices.money_rows import MoneyRow, RowKind
from chalicelib.intake.invoices.payment_words import payment_words
from chalicelib.rules.crediting import CreditFault
from chalicelib.rules.decisions import Undecided
from chalicelib.rules.invoices import Invoice, Payment
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.points import Point
from chalicelib.rules.refunds import NoRefund
from chalicelib.rules.taking_back import Unfound
from chalicelib.services.refunding import Unrefundable
from chalicelib.services.taking_back import Unfit

NO_INVOICE = "la facture « {0.invoice} » n'existe pas sur le portail ; attendu : une facture qui y est"
UNDER_WAY = (
    "la facture « {0.invoice} » a un paiement en ligne en cours ou à vérifier ; "
    "attendu : un nouvel import quand il sera connu"
)
NO_NOTE = "« {0.mark} » n'est pas un avoir du portail ; attendu : le numéro d'un avoir dans « reference »"
CREDIT_WORDS = {
    CreditFault.NO_INVOICE: NO_INVOICE,
    CreditFault.NO_NOTE: NO_NOTE,
    CreditFault.OTHER_FAMILY: "l'avoir « {0.mark} » est celui d'une autre famille ; attendu : un avoir de la même",
    CreditFault.CANCELLED: "la facture « {0.invoice} » est annulée ou est un avoir ; attendu : une facture à payer",
    CreditFault.MORE_THAN_LEFT: "l'avoir « {0.mark} » n'a plus que {1} ; attendu : ce montant au plus",
    CreditFault.MORE_THAN_DUE: "la facture « {0.invoice} » ne doit plus que {2} ; attendu : ce montant au plus",
}
TAKING_BACK_WORDS = {
    Unfound.NOTHING: (
        "aucun règlement de la facture « {0.invoice} » ne correspond à {1} ; attendu : le règlement à reprendre"
    ),
    Unfound.SEVERAL: (
        "plusieurs règlements de la facture « {0.invoice} » correspondent à {1} ; attendu : la référence de "
        "celui qui est à reprendre"
    ),
    Unfound.EARLIER: "le {0.day:%d/%m/%Y} est avant le règlement à reprendre ; attendu : ce jour-là ou après",
    Unfound.OTHERWISE: "ce règlement est déjà repris, un autre jour ou par une autre ligne ; attendu : une seule ligne",
    Unfit.NO_INVOICE: NO_INVOICE,
    Unfit.CARD: (
        "{1} n'est pas un prélèvement : un paiement par carte n'est pas rejeté ; attendu : un prélèvement, ou"
        " une ligne de remboursements.csv si la ville le rend"
    ),
    Unfit.NO_BANK: (
        "{1} ne passe pas par une banque ; attendu : un chèque, un virement ou un prélèvement, ou une ligne "
        "négative de reglements.csv"
    ),
    Unfit.ONLINE: "{1} est un paiement en ligne ; attendu : une ligne de contrepassations.csv",
}
REFUND_WORDS = {
    NoRefund.DONE: "",
    NoRefund.SAME_WARRANT: (
        "le mandat « {0.warrant} » est déjà celui d'un autre remboursement ; attendu : un mandat pour chacun"
    ),
    NoRefund.FUTURE: "le {0.day:%d/%m/%Y} est dans l'avenir ; attendu : une date passée",
    NoRefund.NO_SURPLUS: (
        "la facture « {0.invoice} » n'a rien de trop ; attendu : une facture payée de trop, annulée et payée,"
        " ou un avoir"
    ),
    NoRefund.TOO_MUCH: "le remboursement est plus grand que ce qui est de trop ({1}) ; attendu : ce montant au plus",
    NoRefund.EARLIER: "le {0.day:%d/%m/%Y} est avant l'argent à rendre ; attendu : ce jour-là ou après",
    Unrefundable.NO_INVOICE: NO_INVOICE,
    Unrefundable.NO_MONEY: (
        "aucun paiement de la facture « {0.invoice} » n'a le numéro « {0.mark} » ; attendu : son numéro "
        "d'autorisation, ou rien"
    ),
    Unrefundable.OTHER_INVOICE: (
        "le paiement « {0.mark} » est celui d'une autre facture ; attendu : la facture qu'il devait payer"
    ),
    Unrefundable.OTHER_AMOUNT: "le paiement « {0.mark} » est à rendre en entier ; attendu : ce que la banque a pris",
}
DECISION_WORDS = {
    Undecided.UNKNOWN: (
        "aucun point ouvert n'a le code « {0.point} » : il est clos, ou le code est autre ; attendu : un code"
        " de a-verifier"
    ),
    Undecided.CONTRARY: "le point « {0.point} » est déjà décidé autrement ; attendu : une seule décision",
    Undecided.FUTURE: "le {0.day:%d/%m/%Y} est dans l'avenir ; attendu : une date passée",
    Undecided.TAKEN: (
        "la banque a pris {1} : « non-payee » ne convient pas ; attendu : payee, puis un remboursement s'il le faut"
    ),
    Undecided.NOT_OVERPAID: "« conservee » est pour ce qui est payé de trop ; attendu : payee ou non-payee",
    Undecided.OVERPAID: (
        "l'argent de ce point est déjà sur sa facture ; attendu : conservee, ou une ligne de remboursements.csv"
    ),
    Undecided.AMOUNT: "la banque a pris {1} ; attendu : ce montant, ou rien",
    Undecided.AUTHORISATION: "le numéro d'autorisation de ce point est « {2} » ; attendu : celui-là, ou rien",
    Undecided.NO_INVOICE: (
        "la facture que cet argent paierait n'existe pas sur le portail ; attendu : une facture de la famille"
        " dans « facture »"
    ),
    Undecided.OTHER_FAMILY: (
        "la facture « {0.invoice} » est celle d'une autre famille ; attendu : une facture de la même"
    ),
    Undecided.GONE: "le paiement de ce point n'attend plus de décision ; attendu : un code de a-verifier",
}


def not_taken_back(row: MoneyRow, why: Unfound | Unfit, payment: Payment | None) -> str:
    meant = f"« {row.mark} »" if row.mark else "cette ligne"
    if row.amount is not None:
        meant = (
            f"{in_words(row.amount)}, référence « {row.mark} »"
            if row.mark
            else f"{in_words(row.amount)}, sans référence"
        )
    return TAKING_BACK_WORDS[why].format(row, payment_words(payment) if payment else meant)


def not_refunded(row: MoneyRow, why: NoRefund | Unrefundable, invoice: Invoice | None) -> str:
    return REFUND_WORDS[why].format(row, in_words(invoice.overpaid if invoice else Cents(0)))


def not_decided(row: MoneyRow, why: Undecided, point: Point | None) -> str:
    taken = point.received if point and point.received is not None else Cents(0)
    said = DECISION_WORDS[why].format(row, in_words(taken), point.authorisation if point else "")
    # A payment of the list answers a point by itself: its clerk never saw the code.
    return f"point « {point.code} » de a-verifier : {said}" if point and row.kind is RowKind.ONLINE else said


def not_credited(row: MoneyRow, why: CreditFault, left: Cents, due: Cents) -> str:
    return CREDIT_WORDS[why].format(row, in_words(left), in_words(due))
