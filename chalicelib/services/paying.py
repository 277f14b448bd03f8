"""Paying an invoice online: opening a payment at the treasury, and where it is."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib.rules.errors import NotFound, StaleWrite, Unavailable
from chalicelib.rules.families import Family
from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, bare_reference
from chalicelib.rules.looks import AT_ONCE, LOOK_GAP, next_look
from chalicelib.rules.payments import (
    LEAST,
    MOST,
    Attempt,
    AttemptState,
    padded_reference,
)
from chalicelib.rules.town import Town
from chalicelib.services.invoicing import AlreadyPaid
from chalicelib.services.payment_ports import OrderRefused
from chalicelib.services.ports import TownStore
from chalicelib.services.reconciling import DeclarePayment
from chalicelib.services.settling import TRIES, SettlePayment


class NotPayable(ValueError):
    """The invoice cannot be paid online: ``args[0]`` is ``closed`` (the town has no contract) or ``amount``."""


class BeingOpened(RuntimeError):
    """A payment of the same invoice is being opened by another request, or was perhaps made and is being checked."""


class PaymentLinks(Protocol):
    """Absolute addresses that the treasury is given."""

    def notify(self) -> str:
        """Where the bank posts."""
        ...

    def back(self) -> str:
        """Where the parent's browser returns."""
        ...


@dataclass(frozen=True)
class Progress:
    """Where the payment of an invoice is: its latest attempt, None when there is none. ``now`` is when it was asked."""

    invoice: Invoice
    attempt: Attempt | None
    now: datetime


def check_payable(invoice: Invoice, town: Town) -> None:
    """Whether a payment of the invoice may be opened. Raises AlreadyPaid, NotPayable."""
    if invoice.is_paid:
        raise AlreadyPaid(invoice.number)
    if not (town.payment.online and town.payment.client_number):
        raise NotPayable("closed")
    if not LEAST <= invoice.remaining <= MOST:
        raise NotPayable("amount")


class StartPayment:
    """Opens a payment at the treasury, or finds the one that the parent has open already."""

    def __init__(
        self,
        *,
        settle: SettlePayment,
        town: TownStore,
        links: PaymentLinks,
        new_id: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self.settle = settle
        self.town = town
        self.attempts = settle.attempts
        self.invoices = settle.invoices
        self.links = links
        self.new_id = new_id

    def __call__(self, family: Family, number: InvoiceNumber, email: str) -> str:
        """Address of the treasury's page. Raises NotFound, AlreadyPaid, NotPayable, BeingOpened, OrderRefused,
        Unavailable."""
        for _ in range(TRIES):
            invoice = self.invoices.find(family.id, number)
            if invoice is None:
                raise NotFound("invoice")
            if invoice.is_paid:
                raise AlreadyPaid(number)
            over = self.attempts.latest(invoice)
            if over and not over.is_final:
                over = self._last_word(over)
                if over.is_received:
                    continue
                if over.can_resume(self.settle.clock.now()):
                    return self.settle.provider_of(over).page(over)
            now = self.settle.clock.now()
            if over and over.is_live(now):
                raise BeingOpened(number)
            # Only here: a town that closes forbids new payments, not to end those under way.
            town = self.town.current()
            check_payable(invoice, town)
            attempt = _new(AttemptId(self.new_id()), family=family, invoice=invoice, email=email, town=town, now=now)
            try:
                self.attempts.begin(attempt, invoice, over)
            except StaleWrite:
                continue
            return self._open(attempt)
        raise BeingOpened(number)

    def _last_word(self, over: Attempt) -> Attempt:
        """Before a second payment, what became of the first: a result may have come unheard, even after an abandon.
        One that keeps the invoice may have been asked about a moment ago; one that lets it go is asked about now."""
        gap = LOOK_GAP if over.is_live(self.settle.clock.now()) else AT_ONCE
        return self.settle.look(over, gap=gap).attempt

    def _open(self, attempt: Attempt) -> str:
        provider = self.settle.provider_of(attempt)
        try:
            idop = provider.create(attempt, notify=self.links.notify(), back=self.links.back())
        except OrderRefused as refused:
            self._failed(attempt, f"refused:{refused.code}")
            raise
        except (Unavailable, ValueError) as fault:
            self._failed(attempt, type(fault).__name__)
            raise
        look_at = next_look(replace(attempt, idop=idop), self.settle.clock.now()) or attempt.created_at
        opened = self.attempts.opened(attempt, idop, look_at)
        self.settle.report("payment.opened", attempt=attempt.id, invoice=attempt.invoice)
        return provider.page(opened)

    def _failed(self, attempt: Attempt, why: str) -> None:
        """The parent was never on the treasury's page: the invoice is free for another attempt at once."""
        now = self.settle.clock.now()
        failed = replace(attempt, state=AttemptState.FAILED, settled_at=now, why=why)
        self.attempts.settle(attempt, failed, None)
        self.settle.report("payment.failed", level="error", attempt=attempt.id, invoice=attempt.invoice, why=why)


class ShowPayment:
    """Where the payment of one of the family's invoices is, the treasury asked when it is not known yet."""

    def __init__(self, *, settle: SettlePayment) -> None:
        self.settle = settle

    def __call__(self, family: FamilyId, number: InvoiceNumber) -> Progress:
        """Raises NotFound. The treasury not answering is no fault: the attempt is then as it was."""
        now = self.settle.clock.now()
        invoice = self.settle.invoices.find(family, number)
        if invoice is None:
            raise NotFound("invoice")
        attempt = self.settle.attempts.latest(invoice)
        if attempt is None:
            return Progress(invoice, None, now)
        after = self._known(attempt)
        if after.is_received and not attempt.is_received:
            invoice = self.settle.invoices.find(family, number) or invoice
        return Progress(invoice, after, now)

    def by_idop(self, idop: str) -> Attempt | None:
        """The same for the treasury's name of an attempt; None when it is none of ours."""
        attempt = self.settle.attempts.by_idop(idop)
        return self._known(attempt) if attempt else None

    def _known(self, attempt: Attempt) -> Attempt:
        """The attempt after one look-up; as it was when nobody answers."""
        try:
            return self.settle(attempt)
        except Unavailable as unavailable:
            self.settle.report("payment.not_asked", level="warning", attempt=attempt.id, why=str(unavailable))
            return attempt


def _new(name: AttemptId, *, family: Family, invoice: Invoice, email: str, town: Town, now: datetime) -> Attempt:
    transmitted = padded_reference if town.payment.padded else bare_reference
    return Attempt(
        id=name,
        family=family.id,
        invoice=invoice.number,
        # The budget year is the one that the reference was made in, also when it is paid the year after.
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


@dataclass(frozen=True)
class PaymentUseCases:
    """Paying online: opened, looked at, and settled by what the treasury tells."""

    start: StartPayment
    show: ShowPayment
    settle: SettlePayment
    declare: DeclarePayment
