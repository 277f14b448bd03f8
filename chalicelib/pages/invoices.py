"""Invoices: those to pay and those paid, the chosen one, the PDFs."""

import re
from collections.abc import Sequence
from datetime import date

from chalicelib.french.words import typeset
from chalicelib.pages.accounts import SHOWN_AGAIN, keep_form
from chalicelib.pages.presenters import invoices as present
from chalicelib.pages.presenters.invoice_states import InvoiceState, cancelled, held_by
from chalicelib.rules import ids
from chalicelib.rules.errors import BadForm
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.invoicing import AlreadyPaid, NotPayable, PdfMissing, UnderWay
from chalicelib.services.opening import CertificateMissing
from chalicelib.web.answers import Answer, Page, Redirect
from chalicelib.web.faults import form_page
from chalicelib.web.routes import Section
from chalicelib.web.signing import Tampered
from chalicelib.web.site_map import REQUIRED, WhereSaved
from chalicelib.web.visit import Visit, asked_for

section = Section(__name__)

HELP, CERTIFICATES_HELP = "factures", "attestations"
_YEAR = re.compile(r"20\d\d", re.ASCII)
RECEIPT = "receipt-1"
"""Signing purpose of the address for the bank's receipt, while it goes through the steps of a payment."""
FAULTS = {
    "number": ("facture", "Choisissez la facture à payer."),
    "email": ("email", "Écrivez une adresse e-mail complète, par exemple prenom.nom@exemple.fr."),
    "email-letters": (
        "email",
        "Écrivez une adresse e-mail sans accent : la banque n'accepte que les lettres de a à z.",
    ),
    "email-length": ("email", "Écrivez une adresse e-mail de 6 à 80 caractères : la banque l'exige."),
}
"""For each fault of ``ChooseInvoice``: the field of the form and the sentence."""
MISSING = "Il manque une information"
BAD_EMAIL = {"email": "L'adresse e-mail n'est pas complète"}
"""The heading when only the address is wrong, and was typed; by the fault."""
NOT_FOR_THE_BANK = "La banque n'accepte pas cette adresse e-mail"
PAID_MEANWHILE = "Cette facture est déjà payée : il n'y a plus rien à régler."


@section.get("/factures", session=REQUIRED, help_section=HELP, menu="Factures")
def show(visit: Visit) -> Answer:
    if visit.query("avant"):
        return _paid_before(visit, *_asked_place(visit.query("avant")))
    return _invoices_page(visit, {"facture": "", "email": visit.family.email})


def show_again(visit: Visit) -> Answer:
    """The choice that was sent when the session was over, shown again; an invoice that cannot be paid any more is not
    chosen."""
    typed = {name: visit.form.get(name) for name in ("facture", "email")}
    return _invoices_page(visit, typed, notice=SHOWN_AGAIN)


@section.post(
    "/factures",
    session=REQUIRED,
    fields=("facture", "email"),
    help_section=HELP,
    where_saved=WhereSaved.ON_ITS_PAGE,
    expired=keep_form,
    shown_again=show_again,
)
def choose(visit: Visit) -> Answer:
    typed = {name: visit.form.get(name) for name in ("facture", "email")}
    email = typed["email"].strip()
    number = invoice_number(typed["facture"]) if typed["facture"] else None
    try:
        invoice = visit.portal.invoices.choose(visit.family.id, number, email)
    except BadForm as fault:
        return _invoices_page(visit, typed, fault.args)
    except AlreadyPaid:
        return Redirect(visit.url("/factures", payee="1"))
    except NotPayable as fault:
        return _cancelled_page(visit, fault.invoice)
    except UnderWay as under_way:
        return _state_page(visit, held_by(under_way.attempt, visit.url), number=under_way.attempt.invoice)
    return Redirect(recap_address_of(visit, invoice.number, email))


@section.get("/factures/{number}/payer", session=REQUIRED, help_section=HELP)
def recap(visit: Visit, number: str) -> Answer:
    """Step 2. Without the address that step 1 asks for, go back to step 1."""
    chosen = invoice_number(number)
    email = receipt_address(visit, chosen)
    if not email:
        return Redirect(visit.url("/factures"))
    now, town = visit.portal.clock.now(), visit.portal.town.current()
    try:
        invoice = visit.portal.invoices.choose(visit.family.id, chosen, email)
    except AlreadyPaid:
        return Redirect(visit.url("/factures", payee="1"))
    except NotPayable as fault:
        return _cancelled_page(visit, fault.invoice)
    except UnderWay as under_way:
        return _state_page(visit, held_by(under_way.attempt, visit.url), number=under_way.attempt.invoice)
    since = str(int(now.timestamp()))
    due = present.due_of(invoice, paris_day(now), visit.url, town.payment)
    if due.state:
        return _state_page(visit, due.state, number=chosen, due=due)
    words = {
        "invoice": due,
        "email": email,
        "bank": recap_address_of(visit, chosen, email, "banque"),
        "progress": visit.url(f"/factures/{chosen}/paiement", depuis=since),
    }
    return Page("invoices/recap.html", words, "Récapitulatif de la facture, étape 2 sur 4")


@section.get("/factures/{number}/pdf", session=REQUIRED, help_section=HELP)
def pdf(visit: Visit, number: str) -> Answer:
    asked = invoice_number(number)
    try:
        return Redirect(visit.portal.invoices.open_pdf(visit.family.id, asked))
    except PdfMissing:
        visit.portal.report("invoice.pdf_missing", level="error", invoice=asked, family=visit.family.id)
        return Page("invoices/pdf_missing.html", {"number": asked}, "Ce PDF n’est pas disponible", 404)


@section.get("/attestations/{year}", session=REQUIRED, help_section=CERTIFICATES_HELP)
def certificate(visit: Visit, year: str) -> Answer:
    asked = asked_for(_year, year)
    try:
        return Redirect(visit.portal.invoices.open_certificate(visit.family, asked))
    except CertificateMissing:
        visit.portal.report("certificate.pdf_missing", level="error", year=asked, family=visit.family.id)
        return Page("invoices/certificate_missing.html", {"year": asked}, "Cette attestation n’est pas disponible", 404)


def recap_address_of(visit: Visit, number: InvoiceNumber, email: str, step: str = "payer") -> str:
    """Address of the recap (or, with ``banque``, of the bank); it carries, signed, where the bank's receipt goes."""
    token = visit.signing.seal(RECEIPT, [visit.family.id, number, email])
    return visit.url(f"/factures/{number}/{step}", recu=token)


def receipt_address(visit: Visit, number: InvoiceNumber) -> str:
    """The address typed in step 1 for this invoice of the family; empty when the link is not ours."""
    try:
        family, chosen, email = visit.signing.unseal(RECEIPT, visit.query("recu"))
    except Tampered:
        return ""
    return str(email) if (family, chosen) == (visit.family.id, number) else ""


def _cancelled_page(visit: Visit, invoice: Invoice) -> Page:
    due = present.cancelled_of(invoice, visit.url)
    return _state_page(visit, cancelled(invoice), number=invoice.number, due=due)


def _state_page(visit: Visit, state: InvoiceState, *, number: InvoiceNumber, due: present.Due | None = None) -> Page:
    """Answer for an invoice that was chosen although it may not be paid here now: on an older page, from a kept
    address, or by the other parent."""
    ways = present.other_ways(visit.portal.town.current())
    words = {"number": number, "invoice": due, "state": state, "ways": ways}
    return Page("invoices/not_payable.html", words, state.heading, 409)


def _invoices_page(visit: Visit, typed: dict[str, str], wrong: Sequence[str] = (), notice: str = "") -> Page:
    shown, town = visit.portal.invoices.show(visit.family.id), visit.portal.town.current()
    due = [
        present.due_of(invoice, shown.today, visit.url, town.payment, shown.under_way.get(invoice.number))
        for invoice in shown.to_pay
    ]
    payable = [invoice for invoice in due if invoice.state is None]
    faults = dict(FAULTS[name] for name in wrong)
    first = f"f-{payable[0].number}" if payable else "a-payer"
    if len(payable) == 1 and not wrong:
        typed = typed | {"facture": payable[0].number}
    words = {
        "payer": visit.family.payer,
        "owed": present.owed_words(due),
        "due": due,
        "payable": payable,
        "elsewhere": any(invoice.state and invoice.state.elsewhere for invoice in due),
        "ways": present.other_ways(town),
        "credit": present.credit_words(shown.credits),
        "credits": [present.credit_of(note, visit.url) for note in shown.credits],
        "cancelled": [present.cancelled_of(one, visit.url) for one in shown.paid.invoices if one.cancelled_on],
        "paid": [present.paid_of(one, visit.url) for one in shown.paid.invoices if not one.cancelled_on],
        "more": present.more_address(shown.paid, visit.url),
        "certificates": [present.certificate_of(made, visit.url) for made in visit.family.certificates],
        "typed": typed,
        "wrong": typeset(_heading_of(wrong) if all(typed[field] for field in faults) else MISSING),
        "notice": typeset(PAID_MEANWHILE if visit.query("payee") else notice),
    }
    return form_page("invoices/show.html", words, "Factures", faults, anchors={"facture": first})


def _heading_of(wrong: Sequence[str]) -> str:
    """When everything was filled in, only the address can be wrong."""
    return next((BAD_EMAIL.get(name, NOT_FOR_THE_BANK) for name in wrong), "")


def _paid_before(visit: Visit, day: date, number: InvoiceNumber) -> Page:
    """What the first page had no room for, without what is due: it costs one Query, like that page."""
    shown = visit.portal.invoices.show_paid_before(visit.family.id, day, number)
    words = {
        "paid": [present.paid_of(invoice, visit.url) for invoice in shown.invoices],
        "more": present.more_address(shown, visit.url),
    }
    return Page("invoices/paid_before.html", words, "Factures déjà payées, suite")


def _year(text: str) -> int:
    """Raises ValueError for what is no year of four digits."""
    if not _YEAR.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no year")
    return int(text)


def _asked_place(text: str) -> tuple[date, InvoiceNumber]:
    """Which paid invoice a page follows, ``2012-08-16~2012-016-000222``: its last payment's day and its number.

    Raises NotFound.
    """
    day, _, number = text.partition("~")
    return asked_for(date.fromisoformat, day), invoice_number(number)


def invoice_number(text: str) -> InvoiceNumber:
    """The invoice number in an address or a form. Raises NotFound for a text that is none."""
    return asked_for(ids.invoice_number, text)
