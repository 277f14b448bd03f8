"""The tax certificate: what a family paid in a year for the care of its children under six.

Article 200 quater B of the tax code. What counts is money that was really paid, in the year in which it was paid, for
lines of activities with ``garde = true``: no meals, no penalties, no supplements. Each payer's invoices are her own
family's, so two homes of one child each have their own certificate.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from chalicelib.rules.care import Care, care_of, cares_of, children_of, full_name
from chalicelib.rules.families import Family, MadeCertificate
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.rules.invoices import Invoice, InvoiceLine, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.values import Value

SIX_YEARS = 6
FIRST_NIGHT, LAST_NIGHT = (1, 2), (5, 15)
"""Month and day: from when until when certificates are looked at each night. Parents declare until the end of May."""


class PaidFor(Value):
    """Cents paid in the year for one activity, under its name of today."""

    activity: ActivityId
    label: str
    amount: Cents


class CertifiedChild(Value):
    id: ChildId
    name: str
    birth: date
    paid: tuple[PaidFor, ...]

    @property
    def total(self) -> Cents:
        return Cents(sum(one.amount for one in self.paid))


class Certificate(Value):
    """What one payer paid in ``year`` for each child. ``without_birth`` names the children that are left out because
    the town does not know when they were born."""

    year: int
    family: FamilyId
    payer: str
    children: tuple[CertifiedChild, ...]
    without_birth: tuple[str, ...] = ()

    @property
    def total(self) -> Cents:
        return Cents(sum(child.total for child in self.children))

    @property
    def tag(self) -> str:
        """Sixteen hex digits of all that matters in it. An address and the name of an activity do not: who moves
        needs no other certificate."""
        told = [str(self.year), self.payer, *self.without_birth]
        for child in self.children:
            told += [child.id, child.name, child.birth.isoformat()]
            told += [f"{one.activity}={one.amount}" for one in child.paid]
        return hashlib.sha256("\n".join(f"{len(text)}:{text}" for text in told).encode()).hexdigest()[:16]


def year_to_certify(now: datetime) -> int | None:
    """The tax year whose certificates are made in this night; None for a night without any.

    Each night from 2 January to 15 May, then in the first night of each month: a payment may still be corrected.
    """
    today = paris_day(now)
    season = FIRST_NIGHT <= (today.month, today.day) <= LAST_NIGHT
    return today.year - 1 if season or (today.day == 1 and today.month > 1) else None


def is_young(birth: date, year: int) -> bool:
    """Whether a child was under six on 1 January of ``year``: one that is six on that very day was not."""
    return birth > date(year - SIX_YEARS, 1, 1)


def paid_day(payment: Payment) -> date:
    """The day of the money, in Paris: the bank's for a payment online."""
    return payment.bank_date or payment.paid_on


def concerned(invoices: Iterable[Invoice], year: int) -> tuple[Invoice, ...]:
    """The invoices for which money came or went in ``year``."""
    return tuple(one for one in invoices if any(paid_day(payment).year == year for payment in one.payments))


def shares(amount: Cents, lines: Sequence[InvoiceLine]) -> tuple[Cents, ...]:
    """``amount`` spread over the lines, in proportion to theirs: whole cents whose sum is ``amount`` exactly.

    Each share is rounded down; the cents that are left go to the lines that lost most, the first of equal ones first.
    A negative line takes a negative share. Lines that make nothing together take nothing.
    """
    whole = sum(line.amount for line in lines)
    if not whole:
        return (Cents(0),) * len(lines)
    parts = [divmod(amount * line.amount, whole) for line in lines]
    left = amount - sum(part for part, _ in parts)
    lost = sorted(range(len(lines)), key=lambda at: -parts[at][1] / whole)
    richer = set(lost[:left])
    return tuple(Cents(part + (at in richer)) for at, (part, _) in enumerate(parts))


def paid_in(year: int, invoice: Invoice, lines: Sequence[InvoiceLine]) -> tuple[Cents, ...]:
    """What was paid for each line in ``year``: what was paid for it until the year's end, less what was until its
    beginning. So a line that is paid in two years counts for its amount, to the cent.

    Reversals and refunds count in the year in which they happen. What was paid above the total is for no line, and
    giving it back takes nothing away. A cancelled invoice keeps its lines: its refund reduces the year of the refund.
    A credit note is the same with a minus: it reduces when it is given to an invoice, or refunded.
    """
    before = shares(_counted(invoice, date(year - 1, 12, 31)), lines)
    after = shares(_counted(invoice, date(year, 12, 31)), lines)
    return tuple(Cents(late - early) for early, late in zip(before, after, strict=True))


def _counted(invoice: Invoice, until: date) -> Cents:
    """What was received until that day, within what the invoice asks for."""
    received = sum(payment.amount for payment in invoice.payments if paid_day(payment) <= until)
    least, most = sorted((0, invoice.total))
    return Cents(min(max(received, least), most))


def certificate_of(
    year: int, family: Family, paid: Iterable[tuple[Invoice, Sequence[InvoiceLine]]], town: Town
) -> Certificate:
    """What ``family`` paid in ``year``. ``paid`` are invoices with their lines, at least those of ``concerned``.

    It has no child when nothing counts.
    """
    sums: dict[Care, int] = {}
    for invoice, lines in paid:
        for line, amount in zip(lines, paid_in(year, invoice, lines), strict=True):
            care = care_of(line, family, town)
            if isinstance(care, Care) and amount:
                sums[care] = sums.get(care, 0) + amount
    cared_for = [child for child in children_of(family) if any(care.child == child.id for care in sums)]
    return Certificate(
        year=year,
        family=family.id,
        payer=family.payer,
        children=tuple(
            CertifiedChild(child.id, full_name(child), child.birth, _paid_for(child.id, sums, town))
            for child in cared_for
            if child.birth and is_young(child.birth, year)
        ),
        without_birth=tuple(full_name(child) for child in cared_for if child.birth is None),
    )


def is_to_be_made(certificate: Certificate, there: MadeCertificate | None) -> bool:
    """Whether the portal lacks it. The first one is made when something was paid; one that is there is made again
    whenever it says something else, even that nothing is left."""
    if there:
        return there.tag != certificate.tag
    return any(child.total > 0 for child in certificate.children)


def _paid_for(child: ChildId, sums: Mapping[Care, int], town: Town) -> tuple[PaidFor, ...]:
    """In the order in which the town shows its activities."""
    return tuple(
        PaidFor(name, town.label_of(name), Cents(sums[care]))
        for name in cares_of(town)
        if sums.get(care := Care(name, child))
    )
