"""Starting to pay an invoice online: one payment is opened at the treasury."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.rules.errors import NotFound, StaleWrite, Unavailable
from chalicelib.rules.families import Family
from chalicelib.rules.ids import AttemptId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, bare_reference
from chalicelib.rules.looks import LOOK_GAP, NO_GAP, next_look
from chalicelib.rules.payable import hindrance
from chalicelib.rules.payments import Attempt, AttemptState, padded_reference
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.invoicing import NotPayable, must_be_due
from chalicelib.services.payment_ports import AttemptStore, OrderRefused, PaymentProvider
from chalicelib.services.ports import Clock, Report, TownStore
from chalicelib.services.settling import MOST_TRIES, SettlePayment


class BeingOpened(RuntimeError):
    """Another request is opening a payment of the same invoice, or a payment was perhaps made and is being checked."""


class PaymentLinks(Protocol):
    """The absolute addresses that the treasury gets."""

    def notify(self) -> str:
        """Where the bank posts."""
        ...

    def back(self) -> str:
        """Where the parent's browser returns."""
        ...


class StartPayment:
    """Opens a payment at the treasury, or finds the one that the parent has already opened."""

    def __init__(
        self,
        *,
        attempts: AttemptStore,
        invoices: InvoiceStore,
        providers: Mapping[str, PaymentProvider],
        settle: SettlePayment,
        town: TownStore,
        links: PaymentLinks,
        clock: Clock,
        report: Report,
        new_id: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self.attempts = attempts
        self.invoices = invoices
        self.providers = providers
        self.settle = settle
        self.town = town
        self.links = links
        self.clock = clock
        self.report = report
        self.new_id = new_id

    def __call__(self, family: Family, number: InvoiceNumber, email: str) -> str:
        """The address of the treasury's page. Raises NotFound, AlreadyPaid, NotPayable, BeingOpened, OrderRefused,
        Unavailable."""
        for _ in range(MOST_TRIES):
            invoice = self.invoices.find(family.id, number)
            if invoice is None:
                raise NotFound("invoice")
            must_be_due(invoice)
            over = self.attempts.latest(invoice)
            if over and not over.is_final:
                over = self._last_word(over)
                if over.is_received:
                    continue
                if over.can_resume(self.clock.now()):
                    return self.providers[over.contract].page(over)
            now = self.clock.now()
            if over and over.is_live(now):
                raise BeingOpened(number)
            # Checked only here: a town that closes refuses new payments, and lets those under way end.
            town = self.town.current()
            if why := hindrance(invoice, town.payment, paris_day(now)):
                raise NotPayable(why, invoice)
            attempt = _new(AttemptId(self.new_id()), family=family, invoice=invoice, email=email, town=town, now=now)
            try:
                self.attempts.begin(attempt, invoice, over)
            except StaleWrite:
                continue
            return self._open(attempt)
        raise BeingOpened(number)

    def _last_word(self, over: Attempt) -> Attempt:
        """Learn what became of the first attempt before a second one: a result may not have reached us, even after an
        abandon.

        The treasury may have been asked a moment ago about an attempt that keeps the invoice. It is asked now about one
        that does not.
        """
        gap = LOOK_GAP if over.is_live(self.clock.now()) else NO_GAP
        return self.settle.look(over, gap=gap).attempt

    def _open(self, attempt: Attempt) -> str:
        provider = self.providers[attempt.contract]
        try:
            idop = provider.create(attempt, notify=self.links.notify(), back=self.links.back())
        except OrderRefused as refused:
            self._failed(attempt, f"refused:{refused.code}", "warning" if refused.parent else "error")
            raise
        except (Unavailable, ValueError) as fault:
            self._failed(attempt, type(fault).__name__, "error")
            raise
        look_at = next_look(replace(attempt, idop=idop), self.clock.now()) or attempt.created_at
        opened = self.attempts.opened(attempt, idop, look_at)
        self.report("payment.opened", attempt=attempt.id, invoice=attempt.invoice)
        return provider.page(opened)

    def _failed(self, attempt: Attempt, why: str, level: str) -> None:
        """Note that the payment did not open. The parent was never on the treasury's page, so a new attempt may begin
        at once. What the parent can correct rings nobody."""
        now = self.clock.now()
        failed = replace(attempt, state=AttemptState.FAILED, settled_at=now, why=why)
        self.attempts.settle(attempt, failed, None)
        self.report("payment.failed", level=level, attempt=attempt.id, invoice=attempt.invoice, why=why)


def _new(name: AttemptId, *, family: Family, invoice: Invoice, email: str, town: Town, now: datetime) -> Attempt:
    transmitted = padded_reference if town.payment.padded else bare_reference
    return Attempt(
        id=name,
        family=family.id,
        invoice=invoice.number,
        # The budget year in which the reference was made, also when it is paid the year after.
        exercice=invoice.reference[:4],
        reference=transmitted(invoice.reference),
        label=invoice.label,
        amount=invoice.remaining,
        payer=family.payer,
        email=email,
        client_number=town.payment.client_number,
        saisie=town.payment.saisie,
        contract=town.payment.online,
        created_at=now,
    )
