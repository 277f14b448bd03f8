"""What an import tells of invoices and payments that a person has to see, each with its line."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.invoices.decisions import Listed, Step
from chalicelib.intake.invoices.lists import PAYMENTS
from chalicelib.intake.invoices.matching import Pair
from chalicelib.intake.report import IntakeReport, NotTaken
from chalicelib.rules.invoices import Payment
from chalicelib.rules.money import Cents, in_words


@dataclass
class Told:
    """``not_put``: changes of invoices that were set aside. ``not_recorded``: payments that may be counted already.
    ``recognised``: payments that the lists write otherwise, and which one of the portal each is."""

    not_put: list[NotTaken] = field(default_factory=list)
    not_recorded: list[NotTaken] = field(default_factory=list)
    recognised: list[NotTaken] = field(default_factory=list)
    overpaid: list[NotTaken] = field(default_factory=list)

    def of(self, listed: Listed, step: Step) -> None:
        if step.kept_as_it_is:
            self.not_put.append(NotTaken(listed.where, step.kept_as_it_is))
        self.not_recorded += [NotTaken(_row_line(pair), _otherwise(pair)) for pair in step.payments.doubtful]
        self.recognised += _recognised(step)
        self.overpaid += _overpaid(listed, step)

    def add_to(self, report: IntakeReport) -> None:
        report.not_put += self.not_put
        report.not_recorded += self.not_recorded
        report.recognised += self.recognised
        report.overpaid += self.overpaid


def _row_line(pair: Pair) -> FileLine:
    return FileLine(PAYMENTS, pair.received.line)


def _otherwise(pair: Pair) -> str:
    row, there = pair.received.payment, pair.payment
    if row.id == there.id or row.amount != there.amount:
        before = f"ce règlement est déjà enregistré autrement ({_words(there)})"
        return f"{before} ; attendu : le même, ou une autre référence"
    return (
        f"ce règlement ({_words(row)}) ressemble à celui que le portail a déjà ({_words(there)}) ; "
        "attendu : la même référence, ou une ligne pour chacun s'il y en a deux"
    )


def _recognised(step: Step) -> Iterator[NotTaken]:
    """Those that the list writes otherwise than the portal: a clerk can see that none was taken for another."""
    for pair in step.payments.known:
        if _name(pair.received.payment) != _name(pair.payment) or pair.received.payment.id != pair.payment.id:
            words = f"facture « {step.invoice.number} » : {_words(pair.received.payment)}, c'est {_words(pair.payment)}"
            yield NotTaken(_row_line(pair), words)


def _name(payment: Payment) -> str:
    return payment.authorisation or payment.reference


def _words(payment: Payment) -> str:
    name = _name(payment)
    said = f"{in_words(payment.amount)} de {payment.payer} le {payment.paid_on:%d/%m/%Y}"
    return f"{said}, référence « {name} »" if name else f"{said}, sans référence"


def _overpaid(listed: Listed, step: Step) -> list[NotTaken]:
    """Money received twice is told at every import, until it is given back: a clerk may have missed it."""
    paid = step.invoice.paid + sum(received.payment.amount for received in step.to_record)
    too_much = Cents(paid - step.invoice.total)
    if too_much <= 0:
        return []
    where = listed.where if listed.line else FileLine(PAYMENTS, listed.received[0].line)
    return [NotTaken(where, f"facture « {listed.number} » : {in_words(too_much)} de trop")]
