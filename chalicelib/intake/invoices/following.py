"""Follows one row about money that was counted already, and says in French why it cannot be followed."""

from collections.abc import Iterable, Iterator
from datetime import date

from chalicelib.intake.invoices import following_words as words
from chalicelib.intake.invoices.matching import Received, match
from chalicelib.intake.invoices.money_rows import MoneyRow, RowKind
from chalicelib.intake.invoices.payment_words import otherwise
from chalicelib.rules.crediting import CreditPart
from chalicelib.rules.decisions import Decision, Word
from chalicelib.rules.ids import invoice_number
from chalicelib.rules.invoices import Invoice, Means, Payment, plain_reference
from chalicelib.rules.points import Point, PointCode, PointKind
from chalicelib.rules.refunds import Refund
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.taking_back import NotThere, mark_of
from chalicelib.services.crediting import NotCreditable
from chalicelib.services.deciding import NotDecided
from chalicelib.services.invoicing import UnderWay
from chalicelib.services.money_desk import MoneyDesk
from chalicelib.services.refunding import NotRefunded
from chalicelib.services.rereading import rereading
from chalicelib.services.taking_back import Cause, NotTakenBack, TakingBack, Unfit

BY_THE_LIST = "reglements.csv"
"""Who decides when a row of the payments says that money came."""


class Aside(ValueError):
    """The row is set aside; ``args[0]`` says why in French."""


class Follow:
    """Follows a row, or checks what following it would do."""

    def __init__(self, desk: MoneyDesk) -> None:
        self.desk = desk

    def __call__(self, row: MoneyRow, *, check: bool = False) -> bool:
        """Whether the row did something; False when that was done before. With ``check``, nothing is written, and it
        would do something. Raises Aside, Unavailable."""
        try:
            return self._follow(row, check=check)
        except NotTakenBack as refused:
            raise Aside(words.not_taken_back(row, refused.why, refused.payment)) from refused
        except NotRefunded as refused:
            raise Aside(words.not_refunded(row, refused.why, refused.invoice)) from refused
        except NotDecided as refused:
            raise Aside(words.not_decided(row, refused.why, refused.point)) from refused
        except NotCreditable as refused:
            raise Aside(words.not_credited(row, refused.why, refused.left, refused.due)) from refused
        except UnderWay:
            raise Aside(words.UNDER_WAY.format(row)) from None

    def _follow(self, row: MoneyRow, *, check: bool) -> bool:
        desk = self.desk
        match row.kind:
            case RowKind.AGAIN | RowKind.ONLINE:
                return self._received(row, check=check)
            case RowKind.DECISION:
                decision = _decision_of(row)
                return desk.decide.check(decision) if check else desk.decide(decision)
            case RowKind.REFUND:
                refund = _refund_of(row)
                return desk.refund.check(refund) if check else desk.refund(refund)
            case RowKind.CREDIT:
                return self._credit(row, check=check)
            case _:
                asked = self._taking_back(row)
                if asked is None:
                    return False
                return desk.take_back.check(asked) if check else desk.take_back(asked)

    def _taking_back(self, row: MoneyRow) -> TakingBack | None:
        """None when there is nothing to take back."""
        if row.kind is RowKind.BOUNCE:
            return TakingBack(row.about, Cause.BOUNCED, NotThere(row.day, row.mark), row.why)
        if row.kind is RowKind.NEGATIVE:
            there = NotThere(row.day, row.mark, row.amount, row.means)
            return TakingBack(row.about, Cause.WITHDRAWN, there, note="ligne négative")
        today = NotThere(self._today(), "")
        if row.kind is RowKind.GONE:
            return TakingBack(row.about, Cause.WITHDRAWN, today, note="absent de la liste", payment=row.payment)
        found = match([_received_of(row)], self._invoice(row).payments)
        if found.doubtful:
            raise Aside(otherwise(found.doubtful[0]))
        if found.new:
            return None
        name = found.known[0].payment.id
        return TakingBack(row.about, Cause.WITHDRAWN, today, note="annulé", payment=name)

    def _received(self, row: MoneyRow, *, check: bool) -> bool:
        return rereading(f"import: {row.invoice}", lambda: self._recorded(row, check=check))

    def _recorded(self, row: MoneyRow, *, check: bool) -> bool:
        invoice = self._invoice(row)
        found = match([_received_of(row)], _of_its_name(row, invoice.payments))
        if found.doubtful:
            raise Aside(otherwise(found.doubtful[0]))
        if check or not found.new:
            return bool(found.new)
        point = self._point_of(row) if row.kind is RowKind.ONLINE else None
        if point:
            return self.desk.decide(_found_online(row, point))
        self.desk.record(invoice, found.new[0].payment)
        return True

    def _credit(self, row: MoneyRow, *, check: bool) -> bool:
        note = _number(row.mark)
        if note is None or row.amount is None:
            raise Aside(words.NO_NOTE.format(row))
        part = CreditPart(invoice_number(note), row.about, row.amount, row.day, row.payer, row.payment)
        if check:
            self.desk.credit.check(part)
            return True
        return self.desk.credit.part(part)

    def _point_of(self, row: MoneyRow) -> Point | None:
        """The open point that a row of money online answers: the one of its authorisation, else the one that waits for
        such money on its invoice."""
        mark = plain_reference(row.mark)
        waiting = [point for point in self.desk.book.points() if point.kind is not PointKind.OVERPAID]
        named = [point for point in waiting if mark and plain_reference(point.authorisation) == mark]
        return next(iter(named), next(_alike(row, waiting), None))

    def _invoice(self, row: MoneyRow) -> Invoice:
        invoice = self.desk.invoices.holder(row.about)
        if invoice is None:
            raise NotTakenBack(Unfit.NO_INVOICE)
        return invoice

    def _today(self) -> date:
        return paris_day(self.desk.clock.now())


def _of_its_name(row: MoneyRow, payments: Iterable[Payment]) -> list[Payment]:
    """The payments that the row alone may be: the others were compared with all rows together, and are other rows'."""
    there, mark = list(payments), plain_reference(row.mark)
    named = {one.id for one in there if one.means is row.means and mark and mark_of(one) == mark} | {row.payment}
    return [one for one in there if named & {one.id, one.takes_back}]


def _alike(row: MoneyRow, waiting: list[Point]) -> Iterator[Point]:
    for point in waiting:
        asked = point.asked if point.received is None else point.received
        if point.invoice == row.invoice and asked == row.amount and not (row.mark and point.authorisation):
            yield point


def _found_online(row: MoneyRow, point: Point) -> Decision:
    return Decision(point.code, row.day, Word.PAID, BY_THE_LIST, row.invoice, row.amount, row.mark)


def _decision_of(row: MoneyRow) -> Decision:
    return Decision(PointCode(row.point), row.day, Word(row.word), row.who, row.invoice, row.amount, row.mark, row.why)


def _refund_of(row: MoneyRow) -> Refund:
    if row.amount is None or row.means is None:
        raise ValueError(f"{row.where}: a refund has an amount and means")
    return Refund(row.about, row.day, row.amount, row.means, row.warrant, row.mark, row.why)


def _received_of(row: MoneyRow) -> Received:
    if row.amount is None or row.means is None:
        raise ValueError(f"{row.where}: a payment has an amount and means")
    online = row.means is Means.ONLINE
    reference, authorisation = ("", row.mark) if online else (row.mark, "")
    payment = Payment(
        row.payment, row.payer, row.day, row.amount, row.means, authorisation=authorisation, reference=reference
    )
    return Received(row.where.line, payment)


def _number(text: str) -> str | None:
    try:
        return invoice_number(text)
    except ValueError:
        return None
