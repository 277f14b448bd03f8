"""What an import tells about invoices and payments that a person has to look at, each with its line."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.invoices.decisions import InFiles, InvoicePlan
from chalicelib.intake.invoices.kept import waits_too
from chalicelib.intake.invoices.matching import Pair
from chalicelib.intake.invoices.money_rows import PAYMENTS
from chalicelib.intake.invoices.payment_words import name_of, otherwise, payment_words
from chalicelib.intake.report import IntakeReport, NotTaken
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.money import Cents, in_words


@dataclass
class InvoiceRemarks:
    """``not_put``: changes of invoices that were set aside. ``not_recorded``: payments that may be counted already.
    ``recognised``: payments that the lists write with other words, and which payment of the portal each is."""

    not_put: list[NotTaken] = field(default_factory=list)
    not_recorded: list[NotTaken] = field(default_factory=list)
    recognised: list[NotTaken] = field(default_factory=list)
    overpaid: list[NotTaken] = field(default_factory=list)

    def of(self, in_files: InFiles, plan: InvoicePlan) -> None:
        if plan.kept_as_it_is:
            self.not_put.append(NotTaken(in_files.where, plan.kept_as_it_is))
        if plan.waits:
            waiting = [NotTaken(FileLine(PAYMENTS, one.line), waits_too(in_files.number)) for one in in_files.received]
            self.not_recorded += waiting
        self.not_recorded += [NotTaken(_row_line(pair), otherwise(pair)) for pair in plan.payments.doubtful]
        self.recognised += _recognised(plan)
        self.overpaid += _overpaid(in_files, plan)

    def add_to(self, report: IntakeReport) -> None:
        report.not_put += self.not_put
        report.not_recorded += self.not_recorded
        report.recognised += self.recognised
        report.overpaid += self.overpaid


def _row_line(pair: Pair) -> FileLine:
    return FileLine(PAYMENTS, pair.received.line)


def _recognised(plan: InvoicePlan) -> Iterator[NotTaken]:
    """Payments that the list and the portal write in different ways: the clerk can check that no payment was taken for
    another."""
    for pair in plan.payments.known:
        if name_of(pair.received.payment) != name_of(pair.payment) or pair.received.payment.id != pair.payment.id:
            row, on_portal = payment_words(pair.received.payment), payment_words(pair.payment)
            yield NotTaken(_row_line(pair), f"facture « {plan.invoice.number} » : {row}, c'est {on_portal}")


def overpaid_line(where: FileLine, invoice: InvoiceNumber, too_much: Cents) -> NotTaken:
    return NotTaken(where, f"facture « {invoice} » : {in_words(too_much)} de trop", invoice)


def _overpaid(in_files: InFiles, plan: InvoicePlan) -> list[NotTaken]:
    """Money that was received twice is told at every import until it is given back: a clerk may have missed it."""
    paid = plan.invoice.paid + sum(received.payment.amount for received in plan.to_record)
    too_much = Cents(paid - (0 if plan.cancel else plan.invoice.asked))
    if too_much <= 0 or plan.invoice.is_credit_note:
        return []
    where = in_files.where if in_files.line else FileLine(PAYMENTS, in_files.received[0].line)
    return [overpaid_line(where, in_files.number, too_much)]
