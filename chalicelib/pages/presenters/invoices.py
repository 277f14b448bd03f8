"""Invoices -> what parents read of them: amounts, days, who paid, the size of the PDF."""

from collections.abc import Callable
from datetime import date, timedelta

from chalicelib.french.words import hour_words, long_day, slashed, typeset
from chalicelib.rules.invoices import Invoice, Means, Payment, last_paid_on
from chalicelib.rules.money import in_words
from chalicelib.rules.payments import Attempt, AttemptState
from chalicelib.services.invoicing import PaidInvoices
from chalicelib.values import Value

Url = Callable[..., str]
MEANS = {
    Means.ONLINE: "Paiement en ligne",
    Means.CHEQUE: "Chèque bancaire",
    Means.CASH: "Espèces",
    Means.TRANSFER: "Virement",
    Means.DIRECT_DEBIT: "Prélèvement",
    Means.CARD: "Carte bancaire en mairie",
    Means.OTHER: "Autre moyen",
}
HELD_BY = {
    AttemptState.TO_CHECK: "Paiement à vérifier : ne payez pas",
    AttemptState.DECLARED: "Paiement annoncé par la banque, à confirmer : ne payez pas",
}
"""What the page says of an invoice that waits for a person. Any other live attempt is of a parent who is at the
bank."""


class PdfLink(Value):
    """A link to an invoice's PDF. While there is no PDF, ``href`` is empty and ``label`` says so."""

    label: str
    href: str
    weight: str = ""


class Due(Value):
    """One invoice to pay. ``late`` and ``partly`` are sentences; empty when they do not apply."""

    number: str
    reference: str
    label: str
    regie: str
    amount: str
    due: str
    late: str
    partly: str
    pdf: PdfLink
    hold: "Hold | None" = None
    """Why it may not be chosen now."""


class Hold(Value):
    """Why an invoice may not be paid now. ``progress`` is the address where its payment can be followed; ``ask`` says
    whether the parent should ask the town hall."""

    words: str
    progress: str
    ask: bool


class Paying(Value):
    """One payment, in the manual's columns; ``bank_date`` and ``authorisation`` may be empty."""

    payer: str
    day: str
    means: str
    bank_date: str
    authorisation: str


class Paid(Value):
    """One invoice already paid. ``overpaid`` is a sentence; empty when it does not apply."""

    number: str
    reference: str
    label: str
    regie: str
    amount: str
    due: str
    overpaid: str
    payings: tuple[Paying, ...]
    pdf: PdfLink

    @property
    def is_online(self) -> bool:
        """Whether the bank told anything of one of its payments."""
        return any(paying.bank_date or paying.authorisation for paying in self.payings)


def due_of(invoice: Invoice, today: date, url: Url, attempt: Attempt | None = None) -> Due:
    """The words of one invoice to pay. ``attempt`` is the live attempt that prevents paying it now."""
    late = f"En retard depuis le {long_day(invoice.due_on + timedelta(days=1))}" if invoice.is_overdue(today) else ""
    partly = f"Déjà réglé : {in_words(invoice.paid)} sur {in_words(invoice.total)}" if invoice.paid else ""
    return Due(
        number=invoice.number,
        reference=invoice.reference,
        label=invoice.label,
        regie=invoice.regie,
        amount=in_words(invoice.remaining),
        due=long_day(invoice.due_on),
        late=late,
        partly=typeset(partly),
        pdf=pdf_of(invoice, url),
        hold=hold_of(attempt, url) if attempt else None,
    )


def hold_of(attempt: Attempt, url: Url) -> Hold:
    words = HELD_BY.get(attempt.state, f"Paiement commencé à {hour_words(attempt.created_at)}")
    return Hold(typeset(words), url(f"/factures/{attempt.invoice}/paiement"), attempt.state in HELD_BY)


def paid_of(invoice: Invoice, url: Url) -> Paid:
    overpaid = f"{in_words(invoice.overpaid)} de trop : la mairie vous les doit" if invoice.overpaid else ""
    return Paid(
        number=invoice.number,
        reference=invoice.reference,
        label=invoice.label,
        regie=invoice.regie,
        amount=in_words(invoice.paid),
        due=slashed(invoice.due_on),
        overpaid=typeset(overpaid),
        payings=tuple(_paying(payment) for payment in invoice.payments),
        pdf=pdf_of(invoice, url),
    )


def pdf_of(invoice: Invoice, url: Url) -> PdfLink:
    if not invoice.pdf_bytes:
        return PdfLink("PDF pas encore disponible", "")
    weight = weight_words(invoice.pdf_bytes)
    return PdfLink(f"Facture {invoice.number} (PDF, {weight})", url(f"/factures/{invoice.number}/pdf"), weight)


def weight_words(size: int) -> str:
    """A size in bytes, as French people write it: ``38 Ko``, ``1,2 Mo``."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}\u00a0Ko"
    return f"{size / 1_000_000:.1f}\u00a0Mo".replace(".", ",")


def more_address(paid: PaidInvoices, url: Url) -> str:
    """Where those are that were paid before; empty when there are none."""
    if not paid.more:
        return ""
    last = paid.invoices[-1]
    return url("/factures", avant=f"{last_paid_on(last).isoformat()}~{last.number}")


def _paying(payment: Payment) -> Paying:
    return Paying(
        payer=payment.payer,
        day=slashed(payment.paid_on),
        means="Prélèvement rejeté" if payment.amount < 0 else MEANS[payment.means],
        bank_date=slashed(payment.bank_date) if payment.bank_date else "",
        authorisation=payment.authorisation,
    )
