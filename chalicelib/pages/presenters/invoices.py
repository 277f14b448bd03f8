"""Invoices -> what parents read of them: amounts, days, who paid, the size of the PDF."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

from chalicelib.french.words import long_day, plural, slashed, typeset
from chalicelib.pages.presenters.invoice_states import (
    BY_MEANS,
    InvoiceState,
    cancelled,
    credited,
    given_back,
    held_by,
    hindered,
    partly,
    taken_back,
    taken_back_name,
)
from chalicelib.rules.families import MadeCertificate
from chalicelib.rules.invoices import Invoice, Means, Payment, last_paid_on, standing
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.payable import last_day_online
from chalicelib.rules.payments import Attempt
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import PaymentFacts, Town
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
"""Of money that the family paid."""


class PdfLink(Value):
    """A link to an invoice's PDF. While there is no PDF, ``href`` is empty and ``label`` says so."""

    label: str
    href: str
    weight: str = ""


class OtherWays(Value):
    """How to pay elsewhere than on this site. ``client_number`` is what the treasury's own site asks for; empty when
    the town has no contract for it, or when this site leads there. ``means`` are the town's own sentences."""

    client_number: str
    means: tuple[str, ...]
    address: str
    """The town hall's; it may be empty."""


class Due(Value):
    """One invoice that the page shows in full: to pay, cancelled, or a credit note. ``due`` is empty for the last two.
    ``late`` is a sentence, and empty when it does not apply; ``notes`` are sentences about the amount."""

    number: str
    reference: str
    label: str
    regie: str
    amount: str
    due: str
    late: str
    notes: tuple[str, ...]
    pdf: PdfLink
    state: InvoiceState | None = None
    """Why it may not be chosen; None when it may."""
    news: tuple[InvoiceState, ...] = ()
    """What was taken back."""
    owed: Cents = Cents(0)
    """What the parent has to pay, here or elsewhere: nothing of what the town debits, or somebody is paying."""


class Paying(Value):
    """One payment, or what became of it, in the manual's columns. ``when`` begins with who paid. ``means`` says the
    amount too, unless it is the invoice's only payment. ``bank_date`` and ``authorisation`` may be empty."""

    when: str
    means: str
    bank_date: str
    authorisation: str


class Paid(Value):
    """One invoice already paid, cancelled, or a credit note that is used up. ``overpaid`` is a sentence; empty when it
    does not apply. ``states`` says what it is, when it is not simply paid."""

    number: str
    reference: str
    label: str
    regie: str
    amount: str
    due: str
    overpaid: str
    states: tuple[str, ...]
    paper: str
    payings: tuple[Paying, ...]
    pdf: PdfLink
    ticket: str = ""
    """Address of the ticket of what was paid online; empty when nothing was."""

    @property
    def is_online(self) -> bool:
        """Whether the bank told anything of one of its payments."""
        return any(paying.bank_date or paying.authorisation for paying in self.payings)


def due_of(invoice: Invoice, today: date, url: Url, payment: PaymentFacts, attempt: Attempt | None = None) -> Due:
    """The words of one invoice to pay. ``attempt`` is the live attempt that prevents paying it now. ``today`` is the
    day in Paris."""
    state = held_by(attempt, url) if attempt else hindered(invoice, payment, today)
    late = f"En retard depuis le {long_day(invoice.due_on + timedelta(days=1))}" if invoice.is_overdue(today) else ""
    last = last_day_online(invoice, payment) if late and state is None else None
    until = typeset(f"Se paie en ligne jusqu'au {long_day(last)}") if last else ""
    is_debited = invoice.means is Means.DIRECT_DEBIT
    is_others_turn = attempt or (is_debited and state and not state.asks)
    shown = _shown(
        invoice,
        url,
        amount=invoice.remaining,
        due=long_day(invoice.due_on) if invoice.asked > 0 else "",
        late="" if is_debited else late,
        notes=(until, partly(invoice), credited(invoice), *given_back(invoice)),
        state=state,
        news=() if is_debited else taken_back(invoice),
    )
    return replace(shown, owed=Cents(0) if is_others_turn else invoice.remaining)


def owed_words(due: Iterable[Due]) -> str:
    """``3 factures à payer, 192,00 €.``; empty when the parent has nothing to pay."""
    owed = [one.owed for one in due if one.owed]
    count = plural(len(owed), "facture à payer", "factures à payer")
    return typeset(f"{count}, {in_words(Cents(sum(owed)))}.") if owed else ""


def cancelled_of(invoice: Invoice, url: Url) -> Due:
    """The words of a cancelled invoice; its amount is what was asked."""
    return _shown(invoice, url, amount=invoice.total, state=cancelled(invoice))


def credit_of(note: Invoice, url: Url) -> Due:
    """The words of a credit note; its amount is the credit that is left."""
    of = f"Avoir sur la facture {note.corrects}" if note.corrects else "Avoir"
    used = [
        f"{in_words(Cents(-one.amount))} déduits de la facture {one.reference} le {long_day(one.paid_on)}."
        for one in in_order(note.payments)
        if one.means is Means.CREDIT_NOTE and one.amount < 0
    ]
    whole = f"Montant de l'avoir : {in_words(Cents(-note.total))}" if note.payments else ""
    return _shown(note, url, amount=note.credit, notes=tuple(map(typeset, (of, whole, *used))) + given_back(note))


def credit_words(notes: Iterable[Invoice]) -> str:
    """``Vous avez un avoir de 12,40 €.``; empty without credit."""
    left = Cents(sum(note.credit for note in notes))
    how = "La mairie le déduit d'une prochaine facture, ou vous le rembourse."
    return typeset(f"Vous avez un avoir de {in_words(left)}. {how}") if left else ""


def paid_of(invoice: Invoice, url: Url) -> Paid:
    is_note = invoice.is_credit_note
    owed = f"{in_words(invoice.overpaid)} de trop : la mairie vous les doit" if invoice.overpaid else ""
    said = [f"Annulée le {slashed(invoice.cancelled_on)}"] if invoice.cancelled_on else []
    said += [f"Avoir sur la facture {invoice.corrects}"] if invoice.corrects else []
    payments = in_order(invoice.payments)
    alone = len(payments) == 1
    return Paid(
        number=invoice.number,
        reference=invoice.reference,
        label=invoice.label,
        regie=invoice.regie,
        amount=f"Avoir de {in_words(Cents(-invoice.total))}" if is_note else in_words(invoice.paid),
        due="" if is_note else slashed(invoice.due_on),
        overpaid=typeset(owed),
        states=tuple(map(typeset, said)),
        paper=paper_of(invoice),
        payings=tuple(_paying(payment, alone) for payment in payments),
        pdf=pdf_of(invoice, url),
        ticket=url(f"/factures/{invoice.number}/ticket") if _has_ticket(invoice) else "",
    )


def other_ways(town: Town) -> OtherWays:
    client_number = "" if town.payment.online else town.payment.client_number
    return OtherWays(client_number, tuple(map(typeset, town.payment.means)), typeset(town.legal.address))


def in_order(payments: Iterable[Payment]) -> list[Payment]:
    """As they happened."""
    return sorted(payments, key=lambda one: (one.paid_on, -one.amount, one.id))


def _has_ticket(invoice: Invoice) -> bool:
    """Whether an online payment of an attempt of the portal's still stands."""
    return any(one.attempt for one in standing(invoice.payments) if one.means is Means.ONLINE)


def paper_of(invoice: Invoice) -> str:
    """What the paper is called."""
    return "Avoir" if invoice.is_credit_note else "Facture"


def pdf_of(invoice: Invoice, url: Url) -> PdfLink:
    if not invoice.pdf_bytes:
        return PdfLink("PDF pas encore disponible", "")
    weight = weight_words(invoice.pdf_bytes)
    return PdfLink(
        f"{paper_of(invoice)} {invoice.number} (PDF, {weight})", url(f"/factures/{invoice.number}/pdf"), weight
    )


def certificate_of(made: MadeCertificate, url: Url) -> PdfLink:
    """Of the tax certificate of a year; one that replaced another says when."""
    weight = weight_words(made.pdf_bytes)
    again = f", refaite le {slashed(paris_day(made.made_at))}" if made.version > 1 else ""
    label = f"Mon attestation fiscale {made.year} (PDF, {weight}{again})"
    return PdfLink(label, url(f"/attestations/{made.year}"), weight)


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


def _shown(
    invoice: Invoice,
    url: Url,
    *,
    amount: Cents,
    due: str = "",
    late: str = "",
    notes: tuple[str, ...] = (),
    state: InvoiceState | None = None,
    news: tuple[InvoiceState, ...] = (),
) -> Due:
    return Due(
        number=invoice.number,
        reference=invoice.reference,
        label=invoice.label,
        regie=invoice.regie,
        amount=in_words(amount),
        due=due,
        late=late,
        notes=tuple(note for note in notes if note),
        pdf=pdf_of(invoice, url),
        state=state,
        news=news,
    )


def _paying(payment: Payment, alone: bool) -> Paying:
    """``alone``: it is the invoice's only payment, so that the page says its amount already."""
    by_family = payment.amount > 0 and payment.means is not Means.CREDIT_NOTE
    day = slashed(payment.paid_on)
    amount = "" if alone and by_family else f" : {in_words(payment.amount)}"
    return Paying(
        when=f"{payment.payer}, le {day}" if by_family else f"Le {day}",
        means=typeset(f"{_name(payment)}{amount}"),
        bank_date=slashed(payment.bank_date) if payment.bank_date else "",
        authorisation=payment.authorisation,
    )


def _name(payment: Payment) -> str:
    """What the payment is called, by its means and its sign."""
    if payment.takes_back:
        return taken_back_name(payment)
    if payment.means is Means.CREDIT_NOTE:
        what = "Avoir" if payment.amount > 0 else "Déduit de la facture"
        return f"{what} {payment.reference}"
    return f"Remboursement{BY_MEANS.get(payment.means, '')}" if payment.amount < 0 else MEANS[payment.means]
