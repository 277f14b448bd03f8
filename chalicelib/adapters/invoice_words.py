"""What an invoice says first: what is to be paid and until when, or why nothing is."""

from typing import NamedTuple

from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents, in_words


class Headline(NamedTuple):
    """``amount`` in the largest letters, ``until`` under it; then ``notes``, sentences of which none may be missed."""

    amount: str
    until: str
    notes: tuple[str, ...] = ()


def headline(invoice: Invoice) -> Headline:
    if invoice.cancelled_on:
        return _cancelled(invoice, f"Facture annulée le {invoice.cancelled_on:%d/%m/%Y}.")
    if invoice.is_credit_note:
        return _credit(invoice)
    if invoice.is_paid:
        words = f"Déjà réglé : {in_words(invoice.paid)}." if invoice.total else ""
        return Headline("Rien à payer", "", (words,) if words else ())
    due = f"{invoice.due_on:%d/%m/%Y}"
    notes = (paid_words(invoice),) if invoice.paid else ()
    if invoice.means is Means.DIRECT_DEBIT:
        return Headline(in_words(invoice.remaining), f"Sera prélevé le {due}", notes)
    return Headline(f"À payer {in_words(invoice.remaining)}", f"avant le {due}", notes)


def paid_words(invoice: Invoice) -> str:
    return f"déjà réglé : {in_words(invoice.paid)} · reste {in_words(invoice.remaining)}"


def title(invoice: Invoice) -> str:
    """``Facture n° 2026-026-000335``; a credit note is an *avoir*."""
    return f"{'Avoir' if invoice.is_credit_note else 'Facture'} n° {invoice.number}"


def corrected(invoice: Invoice) -> str:
    """Which invoice a credit note corrects; empty for others."""
    return f"Corrige la facture n° {invoice.corrects}" if invoice.corrects else ""


def _cancelled(invoice: Invoice, when: str) -> Headline:
    back = f"Les {in_words(invoice.paid)} déjà réglés vous seront remboursés." if invoice.paid > 0 else ""
    return Headline("ANNULÉE", "rien à payer", tuple(note for note in (when, back) if note))


def _credit(invoice: Invoice) -> Headline:
    used = Cents(-invoice.paid)
    left = f"Déjà utilisé : {in_words(used)} · reste {in_words(invoice.overpaid)}." if used else ""
    notes = (f"{corrected(invoice)}." if invoice.corrects else "", left)
    amount = in_words(Cents(-invoice.total))
    return Headline(f"AVOIR de {amount}", "en votre faveur, rien à payer", tuple(note for note in notes if note))
