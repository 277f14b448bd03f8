"""Every e-mail that the portal writes: one function each, with the name of its folder in ``templates/email``.

A function decides to whom, and which facts the template shows; never a child's name. An e-mail's id is made of its
cause, so that the same cause makes the same e-mail. Amounts are French text, days are days in Paris.
"""

from collections.abc import Sequence
from datetime import date, datetime

from chalicelib.french.words import instant_words, typeset
from chalicelib.rules.families import MadeCertificate
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.instants import instant_text
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.order_counts import OrderVersion
from chalicelib.rules.payments import Attempt, AttemptState, received, received_by
from chalicelib.rules.school_calendar import PARIS, paris_day
from chalicelib.services.mail_ports import Mail
from chalicelib.values import Value

INVOICE_ONLINE, CONFIRM_ADDRESS = "invoice-online", "confirm-address"
CERTIFICATE_ONLINE = "certificate-online"
INVOICE_DEBITED, CREDIT_NOTE = "invoice-debited", "credit-note"
PAYMENT_RECEIPT, PAYMENT_REVERSED, CONTACT = "payment-receipt", "payment-reversed", "contact"
REFUND_DONE = "refund-done"
BOOKINGS_CANCELLED = "bookings-cancelled"
FILES_DROPPED = "files-dropped"
KITCHEN_ORDER, ORDER_UNACKNOWLEDGED, ORDER_TROUBLE = "kitchen-order", "order-unacknowledged", "order-trouble"
MISSED, WAITING, REFUSED, BOUNCED = "missed", "waiting", "refused", "bounced"
"""What may be wrong with an order: it came too late to be sent; the mail service does not take it now, or never; an
address of the kitchen gave it back."""

MEANS_WORDS = {
    Means.ONLINE: "prélèvement en ligne",
    Means.CHEQUE: "chèque",
    Means.CASH: "espèces",
    Means.TRANSFER: "virement",
    Means.DIRECT_DEBIT: "prélèvement",
    Means.CARD: "carte bancaire",
    Means.OTHER: "autre moyen",
    Means.CREDIT_NOTE: "avoir",
}
"""What a payment that is taken back, or a refund, was made by. Online, only a debit is ever taken back."""


class Message(Value):
    """What somebody writes to the office. ``email`` is where the answer goes."""

    name: str
    email: str
    subject: str
    text: str


class Told(Value):
    """The ``rank``-th address of a family, and the links that its e-mail has: the family's invoices, the page that
    stops these e-mails."""

    email: str
    rank: int
    invoices: str
    stop: str


def invoice_online(invoice: Invoice, told: Told, now: datetime) -> Mail:
    """Tells an address that an invoice is online, and to be paid."""
    facts = _facts_of(invoice, told) | {"due_on": _day(invoice.due_on)}
    mail_id = f"{INVOICE_ONLINE}-{invoice.number}-{told.rank}"
    return Mail(mail_id, told.email, INVOICE_ONLINE, facts, invoice.family, invoice.number, now)


def invoice_debited(invoice: Invoice, told: Told, now: datetime) -> Mail:
    """Tells an address that an invoice is online, and will be debited: nobody has to pay it."""
    facts = _facts_of(invoice, told) | {"due_on": _day(invoice.due_on)}
    mail_id = f"{INVOICE_DEBITED}-{invoice.number}-{told.rank}"
    return Mail(mail_id, told.email, INVOICE_DEBITED, facts, invoice.family, invoice.number, now)


def credit_note(note: Invoice, told: Told, now: datetime) -> Mail:
    """Tells an address that credit came. ``left`` is what the note still has, empty for nothing."""
    left = in_words(note.overpaid) if note.overpaid else ""
    facts = _facts_of(note, told) | {"corrects": note.corrects or "", "left": left}
    mail_id = f"{CREDIT_NOTE}-{note.number}-{told.rank}"
    return Mail(mail_id, told.email, CREDIT_NOTE, facts, note.family, note.number, now)


def _facts_of(invoice: Invoice, told: Told) -> dict[str, str]:
    return {
        "number": invoice.number,
        "label": invoice.label,
        "regie": invoice.regie,
        "total": in_words(Cents(abs(invoice.total))),
        "invoices_link": told.invoices,
        "stop_link": told.stop,
    }


def certificate_online(
    made: MadeCertificate, family: FamilyId, email: str, rank: int, *, invoices: str, stop: str, now: datetime
) -> Mail:
    """Tells the ``rank``-th address of a family that its tax certificate is online, or that another has replaced it.

    ``invoices`` and ``stop`` are the addresses of the family's invoices and of the page that stops these e-mails.
    """
    facts = {
        "year": str(made.year),
        "again": "1" if made.version > 1 else "",
        "invoices_link": invoices,
        "stop_link": stop,
    }
    mail_id = f"{CERTIFICATE_ONLINE}-{family}-{made.year}-{made.version}-{rank}"
    return Mail(mail_id, email, CERTIFICATE_ONLINE, facts, family, f"{CERTIFICATE_ONLINE}-{made.year}", now)


def confirm_address(
    family: FamilyId, email: str, rank: int, *, version: int, confirm: str, until: datetime, now: datetime
) -> Mail:
    """Asks the ``rank``-th new address in the settings of ``version`` whether it agrees.

    ``confirm`` is the address of the page whose button agrees, valid until ``until``.
    """
    facts = {"confirm_link": confirm, "until": _day(paris_day(until))}
    mail_id = f"{CONFIRM_ADDRESS}-{family}-{version}-{rank}"
    return Mail(mail_id, email, CONFIRM_ADDRESS, facts, family, "notices", now)


def payment_receipt(attempt: Attempt, invoice: Invoice, now: datetime, payment: Payment | None = None) -> Mail:
    """Goes to the address that the parent gave for the receipt. ``payment`` is what a person found on the bank's
    statement, when the treasury did not tell."""
    answer = attempt.answer
    otherwise = attempt.created_at if payment else now
    paid_at = ((answer.paid_at if answer else None) or otherwise).astimezone(PARIS)
    facts = {
        "number": invoice.number,
        "reference": invoice.reference,
        "label": invoice.label,
        "regie": invoice.regie,
        "amount": in_words(payment.amount if payment else received(attempt)),
        "day": _day(paid_at),
        "hour": f"{paid_at:%H:%M}",
        "means": means_of(attempt),
        "authorisation": payment.authorisation if payment else answer.authorisation if answer else "",
    }
    mail_id = f"{PAYMENT_RECEIPT}-{attempt.id}"
    return Mail(mail_id, attempt.email, PAYMENT_RECEIPT, facts, attempt.family, invoice.number, now)


def payment_reversed(
    invoice: Invoice, payment: Payment, back: Payment, email: str, rank: int, *, bounced: bool, why: str, now: datetime
) -> Mail:
    """Tells the ``rank``-th address that ``back`` took ``payment`` back, and what is due now. ``invoice`` has both
    payments. ``bounced``: the payer's bank did not pay; otherwise the town withdraws what it wrote."""
    facts = {
        "number": invoice.number,
        "label": invoice.label,
        "regie": invoice.regie,
        "amount": in_words(payment.amount),
        "means": MEANS_WORDS[payment.means],
        "paid_on": _day(payment.paid_on),
        "day": _day(back.paid_on),
        "bounced": "1" if bounced else "",
        "due": in_words(invoice.remaining) if invoice.remaining else "",
        "why": why,
    }
    mail_id = f"{PAYMENT_REVERSED}-{invoice.number}-{back.id}-{rank}"
    return Mail(mail_id, email, PAYMENT_REVERSED, facts, invoice.family, invoice.number, now)


def refund_done(invoice: Invoice, refund: Payment, email: str, rank: int, *, why: str, now: datetime) -> Mail:
    """Tells the ``rank``-th address that the town gave money back: ``refund`` is negative."""
    facts = {
        "number": invoice.number,
        "label": invoice.label,
        "regie": invoice.regie,
        "amount": in_words(Cents(-refund.amount)),
        "means": MEANS_WORDS[refund.means],
        "day": _day(refund.paid_on),
        "warrant": refund.reference,
        "why": why,
    }
    mail_id = f"{REFUND_DONE}-{invoice.number}-{refund.id}-{rank}"
    return Mail(mail_id, email, REFUND_DONE, facts, invoice.family, invoice.number, now)


def contact(message: Message, office: str, *, name: str, now: datetime) -> Mail:
    """Brings ``message`` to the office, word for word; the office's answer goes to the parent. ``name`` is unique to
    this message."""
    facts = {
        "name": message.name.strip(),
        "reply_to": message.email.strip(),
        "subject": message.subject.strip(),
        "text": message.text.strip(),
    }
    return Mail(f"{CONTACT}-{name}", office, CONTACT, facts, None, CONTACT, now)


def bookings_cancelled(
    family: FamilyId, email: str, rank: int, *, entry: EntryId, lines: Sequence[str], now: datetime
) -> Mail:
    """Tells the ``rank``-th address of a family what the town cancelled.

    ``entry`` is the last entry of the journal that says so; ``lines`` name days and activities, and nobody.
    """
    mail_id = f"{BOOKINGS_CANCELLED}-{family}-{entry}-{rank}"
    return Mail(mail_id, email, BOOKINGS_CANCELLED, {"bookings": "\n".join(lines)}, family, entry, now)


def files_dropped(facts: dict[str, str], office: str, now: datetime) -> Mail:
    """Tells the office what became of files that were dropped. ``facts``: the verdict (``what``), ``numbers`` without
    a name, the place of the report (``where``)."""
    mail_id = f"{FILES_DROPPED}-{facts['where']}-{now:%Y%m%dT%H%M%S}"
    shown = {**facts, "what": typeset(facts["what"]), "numbers": typeset(facts["numbers"])}
    return Mail(mail_id, office, FILES_DROPPED, shown, None, FILES_DROPPED, now)


def kitchen_order(
    version: OrderVersion, email: str, rank: int, *, link: str, late: bool, by: datetime | None, now: datetime
) -> Mail:
    """Brings an order to the ``rank``-th address of the kitchen, which acknowledges it on ``link`` until ``by``.

    It has no figures: whoever sends it reads the order itself.
    """
    facts = {
        "order": version.order,
        "first": version.first.isoformat(),
        "at": instant_text(version.at),
        "order_link": link,
        "late": "1" if late else "",
        "until": instant_words(by) if by else "",
    }
    return Mail(
        _order_mail(KITCHEN_ORDER, version, rank), email, KITCHEN_ORDER, facts, None, version.order, now, urgent=True
    )


def order_unacknowledged(version: OrderVersion, kitchen: Sequence[str], office: str, *, now: datetime) -> Mail:
    """Tells the office that nobody acknowledged an order in time."""
    facts = {"name": f"{version.label} {version.name}", "kitchen": ", ".join(kitchen), "at": instant_words(version.at)}
    mail_id = _order_mail(ORDER_UNACKNOWLEDGED, version, 0)
    return Mail(mail_id, office, ORDER_UNACKNOWLEDGED, facts, None, version.order, now)


def order_trouble(
    order: str, label: str, at: datetime, office: str, trouble: str, *, kitchen: str = "", now: datetime
) -> Mail:
    """Tells the office what is wrong with the order of ``at``, or since ``at``: ``trouble`` is ``MISSED``, ``WAITING``,
    ``REFUSED`` or ``BOUNCED``, the last three of an address of the kitchen."""
    facts = {"name": label, "at": instant_words(at), "trouble": trouble, "kitchen": kitchen}
    # A bounce is told again and again, of one order or another: once a day is enough.
    cause = now if trouble == BOUNCED else at
    mail_id = f"{ORDER_TROUBLE}-{trouble}-{order}-{instant_text(cause)}-{kitchen}"
    return Mail(mail_id, office, ORDER_TROUBLE, facts, None, order, now)


def _order_mail(kind: str, version: OrderVersion, rank: int) -> str:
    return f"{kind}-{version.order}-{version.first.isoformat()}-{instant_text(version.at)}-{rank}"


def means_of(attempt: Attempt) -> str:
    """The means of payment in French, as the bank's ticket says it. The treasury does not tell one kind of card from
    another."""
    letter = attempt.answer.letter if attempt.answer else ""
    debit = AttemptState.DEBIT_ACCEPTED in {attempt.state, received_by(letter)}
    return "Prélèvement" if debit else "Carte bancaire"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
