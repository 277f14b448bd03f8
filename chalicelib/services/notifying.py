"""The job that tells families of new invoices: it puts their mails in the outbox.

It works until nothing is left or its time is over; the next run does the rest. ``seconds_left`` tells how much time the
process still has.
"""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mail_ports import Mail, MailLinks, NoticeStore, Outbox
from chalicelib.services.mails import Told, credit_note, invoice_debited, invoice_online
from chalicelib.services.ports import Clock, FamilyStore, Report, SecondsLeft

INVOICES_A_RUN = 100
MARGIN_SECONDS = 20.0
"""Seconds kept back at the end of a process: more than the longest call under way may take."""
ONE_INVOICE_FAILED = (Unavailable, StaleWrite, LookupError, ValueError)


class NotifyInvoices:
    """Tell each family that wants it about its invoices newly online: the invoice leaves the list and its mails enter
    the outbox together."""

    def __init__(
        self,
        *,
        invoices: InvoiceStore,
        families: FamilyStore,
        notices: NoticeStore,
        outbox: Outbox,
        links: MailLinks,
        clock: Clock,
        report: Report,
    ) -> None:
        self.invoices = invoices
        self.families = families
        self.notices = notices
        self.outbox = outbox
        self.links = links
        self.clock = clock
        self.report = report

    def __call__(self, seconds_left: SecondsLeft) -> int:
        """How many mails were put in the outbox. Raises Unavailable, at the end, when some invoice could not be told;
        the others were."""
        now, mails = self.clock.now(), 0
        told: set[InvoiceNumber] = set()
        failed: set[InvoiceNumber] = set()
        for invoice in self._waiting(seconds_left, told, failed):
            try:
                mails += self._tell(invoice, now)
            except ONE_INVOICE_FAILED as error:
                failed.add(invoice.number)
                self.report("notice.failed", level="error", invoice=invoice.number, kind=type(error).__name__)
            else:
                told.add(invoice.number)
        if told or failed:
            self.report("notice.run", invoices=len(told), mails=mails, failed=len(failed))
        if failed:
            raise Unavailable(f"notice: {len(failed)} invoices could not be told of")
        return mails

    def _waiting(
        self, seconds_left: SecondsLeft, told: set[InvoiceNumber], failed: set[InvoiceNumber]
    ) -> Iterator[Invoice]:
        """Each invoice to tell, once. Invoices that fail stay first in the list, and the index shows removals a little
        late."""
        while seconds_left() > MARGIN_SECONDS:
            batch = self.invoices.to_notify(INVOICES_A_RUN + len(failed))
            fresh = [invoice for invoice in batch if invoice.number not in told | failed]
            if not fresh:
                return
            for invoice in fresh:
                if seconds_left() <= MARGIN_SECONDS:
                    return
                yield invoice

    def _tell(self, invoice: Invoice, now: datetime) -> int:
        mails = self._mails(invoice, now)
        self.invoices.notified(invoice, mails)
        return len(mails)

    def _mails(self, invoice: Invoice, now: datetime) -> list[Mail]:
        family = self.families.find(invoice.family)
        if family is None:
            self.report("notice.family_unknown", level="error", invoice=invoice.number, family=invoice.family)
            return []
        recipients = self.notices.settings(invoice.family).recipients(family.email)
        whole = self.invoices.find(invoice.family, invoice.number) if recipients else None
        if whole is None or not _is_news(whole):
            return []
        never = self.outbox.suppressed(recipients)
        wanted = [email for email in recipients if email not in never]
        return [_mail_about(whole, self._told(whole, email, rank), now) for rank, email in enumerate(wanted)]

    def _told(self, invoice: Invoice, email: str, rank: int) -> Told:
        return Told(email, rank, self.links.invoices(), self.links.stop(invoice.family, email))


def _is_news(invoice: Invoice) -> bool:
    """Whether a family waits for news of it: not of what is cancelled, nor of the paid invoices of years that a town
    brings when it starts, nor of notes that are used up."""
    if invoice.cancelled_on:
        return False
    return bool(invoice.overpaid or invoice.corrects) if invoice.is_credit_note else not invoice.is_paid


def _mail_about(invoice: Invoice, told: Told, now: datetime) -> Mail:
    if invoice.is_credit_note:
        return credit_note(invoice, told, now)
    return (invoice_debited if invoice.means is Means.DIRECT_DEBIT else invoice_online)(invoice, told, now)
