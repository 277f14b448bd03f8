"""Paying an invoice online: to the bank, back from it, and what the bank itself sends."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from chalicelib.french.words import typeset
from chalicelib.pages.invoices import HELP, invoice_number, recap_address_of, receipt_address
from chalicelib.pages.presenters import payments as present
from chalicelib.pages.presenters import tickets
from chalicelib.pages.presenters.invoice_states import InvoiceState, cancelled, given_back, hindered
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import InvoiceNumber, idop
from chalicelib.rules.money import in_words
from chalicelib.rules.payments import Attempt
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.invoicing import AlreadyPaid, NotPayable
from chalicelib.services.payment_ports import OrderRefused
from chalicelib.services.showing import PaymentProgress
from chalicelib.services.starting import BeingOpened
from chalicelib.web.answers import Answer, Page, Raw, Redirect
from chalicelib.web.routes import Section
from chalicelib.web.site_map import NOT_READ, REQUIRED
from chalicelib.web.visit import Visit

section = Section(__name__)

MOST_RELOADS = 6
"""How often the waiting page reloads by itself without JavaScript, every twenty seconds."""
LARGEST_NOTIFICATION_BYTES = 5 * 1024
"""Largest notification in bytes; the bank's have sixty."""


@section.get("/factures/{number}/banque", session=REQUIRED, help_section=HELP, is_resumed=False)
def go_to_bank(visit: Visit, number: str) -> Answer:
    """From a parent's click to the bank's page, in the window where she clicked.

    It is a GET that opens a payment, because a form's redirect to the bank would violate our own ``form-action``. The
    address is signed, so it works for her alone; asking again finds the payment that is already open.
    """
    chosen = invoice_number(number)
    email = receipt_address(visit, chosen)
    if not email:
        return Redirect(visit.url("/factures"))
    try:
        return Redirect(visit.portal.payments.start(visit.family, chosen, email))
    except (AlreadyPaid, NotPayable):
        return Redirect(recap_address_of(visit, chosen, email))  # It says why, and where one can pay.
    except BeingOpened:
        return Redirect(_progress_address(visit, chosen))
    except (OrderRefused, Unavailable) as fault:
        return _not_opened(visit, chosen, email, fault)


def _not_opened(visit: Visit, number: InvoiceNumber, email: str, fault: Exception) -> Page:
    """The payment did not start: no money moves. The operator learns what went wrong, the parent learns what to do
    next."""
    if isinstance(fault, OrderRefused) and fault.parent:
        return _outcome_page(visit, number, present.WRONG_ADDRESS, 422)
    visit.portal.report("payment.not_opened", level="error", invoice=number, why=f"{type(fault).__name__}: {fault}")
    if isinstance(fault, OrderRefused):
        return _outcome_page(visit, number, present.NOT_OPENED, 502)
    return _outcome_page(visit, number, present.UNREACHABLE, 503, email=email)


@section.get("/factures/{number}/paiement", session=REQUIRED, help_section=HELP)
def progress(visit: Visit, number: str) -> Answer:
    """Steps 3 and 4: what is known of the payment now. The page stays true when it is reloaded or opened again
    later."""
    chosen = invoice_number(number)
    found = visit.portal.payments.show(visit.family.id, chosen)
    attempt = found.attempt
    if attempt and attempt.is_received:
        return _confirmed_page(visit, found, attempt)
    if found.invoice.is_paid and not present.waits_for_a_person(found):
        return _over(visit, found)
    if present.state_of(found, _since(visit)) == present.WAITING:
        return _waiting_page(visit, found)
    if attempt is None:
        return Redirect(visit.url("/factures"))
    outcome, state = present.outcome_of(attempt, found.invoice), _hindered(visit, found)
    if outcome.again and state:
        return _outcome_page(visit, chosen, replace(outcome, again=False), 200, states=[state])
    return _outcome_page(visit, chosen, outcome, 200, email=attempt.email)


@section.get("/factures/{number}/paiement/etat", session=REQUIRED, is_resumed=False)
def progress_state(visit: Visit, number: str) -> Answer:
    """One word for the script of the waiting page."""
    found = visit.portal.payments.show(visit.family.id, invoice_number(number))
    return Raw(present.state_of(found, _since(visit)), "text/plain; charset=utf-8")


@section.get("/factures/{number}/ticket", session=REQUIRED, help_section=HELP)
def ticket(visit: Visit, number: str) -> Answer:
    """What was paid online for the invoice, as a PDF. The treasury is not asked."""
    payments, town = visit.portal.payments, visit.portal.town.current().name
    invoice, attempts = payments.tickets(visit.family.id, invoice_number(number))
    sheet = tickets.sheet_of(invoice, attempts, town)
    return Raw(payments.print_ticket(sheet, town, attempts[-1].created_at), "application/pdf")


@section.get("/payfip/retour", session=NOT_READ)
def back_from_bank(visit: Visit) -> Answer:
    return _back(visit)


@section.post_from_anywhere("/payfip/retour")
def posted_back_from_bank(visit: Visit) -> Answer:
    return _back(visit)


@section.get("/payfip/notification", session=NOT_READ)
def notification(visit: Visit) -> Answer:
    return _notified(visit)


@section.post_from_anywhere("/payfip/notification")
def posted_notification(visit: Visit) -> Answer:
    return _notified(visit)


@section.get("/payfip/notification/{nonce}", session=NOT_READ)
def returned(visit: Visit, nonce: str) -> Answer:
    return _declared(visit, nonce)


@section.post_from_anywhere("/payfip/notification/{nonce}")
def posted_return(visit: Visit, nonce: str) -> Answer:
    return _declared(visit, nonce)


def _notified(visit: Visit) -> Answer:
    """The bank says that something happened to an operation. Only the operation's name is read; the treasury is
    asked."""
    operation = _operation(_told(visit).get("idop", ""))
    if operation:
        visit.portal.payments.settle.by_idop(operation)
    return _received()


def _received() -> Raw:
    return Raw("OK", "text/plain; charset=utf-8")


def _declared(visit: Visit, nonce: str) -> Answer:
    """The unsigned return of the URL contract."""
    if _operation(nonce):
        visit.portal.payments.declare(nonce, _told(visit))
    return _received()


def _back(visit: Visit) -> Answer:
    """The address holds the treasury's secret name of the payment, so the browser leaves it at once."""
    operation = _operation(_told(visit).get("idop", ""))
    attempt = visit.portal.payments.show.by_idop(operation) if operation else None
    return Redirect(_progress_address(visit, attempt.invoice) if attempt else visit.url("/factures"))


def _operation(text: str) -> str:
    """The name of an operation, in a text that anybody may send; empty when it is none."""
    try:
        return idop(text)
    except ValueError:
        return ""


def _told(visit: Visit) -> Mapping[str, str]:
    """The fields of the body and of the address, with their names in lower case. Empty when a name comes twice, or when
    the body is no form."""
    try:
        body = visit.request.raw_body
        text = str(body, "utf-8") if len(body) <= LARGEST_NOTIFICATION_BYTES else ""
    except ValueError:
        text = ""
    asked = visit.request.query_params
    in_address = [(name, value) for name in asked or () for value in asked.getlist(name)]
    fields = [(name.lower(), value) for name, value in (*in_address, *parse_qsl(text, keep_blank_values=True))]
    told = dict(fields)
    return told if len(told) == len(fields) else {}


def _since(visit: Visit) -> datetime | None:
    text = visit.query("depuis")
    return datetime.fromtimestamp(int(text), UTC) if re.fullmatch(r"\d{1,11}", text, re.ASCII) else None


def _progress_address(visit: Visit, number: InvoiceNumber) -> str:
    return visit.url(f"/factures/{number}/paiement")


def _waiting_page(visit: Visit, found: PaymentProgress) -> Page:
    number, since = found.invoice.number, visit.query("depuis")
    path = f"/factures/{number}/paiement"
    reloads = int(visit.query("n")) if re.fullmatch(r"\d", visit.query("n"), re.ASCII) else 0
    automatic = visit.query("auto") != "0" and reloads < MOST_RELOADS
    email = found.attempt.email if found.attempt else visit.family.email
    words = {
        "number": number,
        "label": found.invoice.label,
        "amount": in_words(found.attempt.amount if found.attempt else found.invoice.remaining),
        "begun": present.begun_words(found.attempt) if found.attempt else "",
        "email": email,
        "leaving": present.gone_words(found.attempt),
        "silent_until": present.silent_until(found, _since(visit)),
        "state": present.WAITING,
        "state_address": visit.url(f"{path}/etat", depuis=since),
        "here": visit.url(path, depuis=since, auto="0"),
        "next_reload": visit.url(path, depuis=since, n=str(reloads + 1)) if automatic else "",
        "bank": recap_address_of(visit, number, email, "banque") if email else "",
    }
    return Page("payments/waiting.html", words, "Coordonnées bancaires, étape 3 sur 4")


def _hindered(visit: Visit, found: PaymentProgress) -> InvoiceState | None:
    return hindered(found.invoice, visit.portal.town.current().payment, paris_day(found.now))


def _over(visit: Visit, found: PaymentProgress) -> Answer:
    """Nothing is due, and no payment online is why: the list says what was paid, this page what was cancelled."""
    state = _hindered(visit, found) if found.invoice.asked <= 0 else None
    if state is None:
        return Redirect(visit.url("/factures", payee="1"))
    outcome = present.PaymentOutcome(state.heading, state.sentences, state.box, again=False)
    return _outcome_page(visit, found.invoice.number, outcome, 200)


def _confirmed_page(visit: Visit, found: PaymentProgress, attempt: Attempt) -> Page:
    ticket = present.ticket_of(attempt, found.invoice, visit.portal.town.current().name)
    is_cancelled = found.invoice.cancelled_on is not None
    words = {
        "ticket": ticket,
        "email": attempt.email,
        "number": found.invoice.number,
        "is_among_the_paid": found.invoice.is_paid and not is_cancelled,
        "cancelled": cancelled(found.invoice) if is_cancelled else None,
        "given_back": () if is_cancelled else given_back(found.invoice),
    }
    return Page("payments/confirmed.html", words, "Confirmation de paiement, étape 4 sur 4")


def _outcome_page(
    visit: Visit,
    number: InvoiceNumber,
    outcome: present.PaymentOutcome,
    status: int,
    *,
    email: str = "",
    states: Sequence[InvoiceState] = (),
) -> Page:
    words = {
        "number": number,
        "heading": typeset(outcome.heading),
        "sentences": [typeset(said) for said in (*outcome.sentences, outcome.again and outcome.invites) if said],
        "box": outcome.box,
        "states": states,
        "again": recap_address_of(visit, number, email) if outcome.again and email else "",
    }
    return Page("payments/outcome.html", words, outcome.heading, status)
