"""What the parent's page showed, signed into the form, and the cells that the form sends back.

The save compares what is wanted with what was offered, so that an old page never changes what its reader did not touch.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from chalicelib.rules.errors import BadForm
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, activity_id, child_id
from chalicelib.rules.planning import Slot
from chalicelib.rules.school_calendar import monday_of
from chalicelib.services.saving import Offer
from chalicelib.values import Value
from chalicelib.web.signing import Signing, Tampered

MARK = "vu-family"
PURPOSE = "vu-1"
"""A new number is needed with every change of layout: a form from before a deployment is then refused and not
misread."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WEEK = re.compile("([0-9]{4})-W([0-9]{2})")

Row = tuple[ChildId, ActivityId]


class SlotTable(Value):
    """The slots that a page can hold: its rows, each with ``days`` days from ``first``."""

    rows: Sequence[Row]
    first: date
    days: int

    def bitmap(self, slots: Iterable[Slot]) -> str:
        """One bit for each slot of the table, row by row, in hexadecimal. Raises KeyError for a row that the table does
        not have."""
        start = {row: rank * self.days for rank, row in enumerate(self.rows)}
        first = self.first.toordinal()
        bits = 0
        for slot in slots:
            bits |= 1 << start[slot.child, slot.activity] + slot.day.toordinal() - first
        return f"{bits:x}"

    def slots(self, bitmap: str) -> frozenset[Slot]:
        """The slots whose bits are set in ``bitmap``."""
        bits = int(bitmap, 16)
        every = [self.first + timedelta(days=n) for n in range(self.days)]
        return frozenset(
            Slot(child, activity, day)
            for rank, (child, activity) in enumerate(self.rows)
            for offset, day in enumerate(every)
            if bits >> rank * self.days + offset & 1
        )


def seal_offer(offer: Offer, table: SlotTable, family: FamilyId, signing: Signing) -> str:
    """The hidden field of a page: two bitmaps over the table, signed for one family."""
    return signing.seal(
        PURPOSE,
        [
            _mark(family, signing),
            table.first.toordinal(),
            table.days,
            [f"{child}~{activity}" for child, activity in table.rows],
            table.bitmap(offer.slots),
            table.bitmap(offer.booked),
        ],
    )


def unseal_offer(text: str, family: FamilyId | None, signing: Signing) -> Offer:
    """What ``seal_offer`` sealed. Raises BadForm for a field that is not ours or not of this family; with None, any
    family's is taken."""
    try:
        mark, first, days, rows, offered, booked = signing.unseal(PURPOSE, text)
    except Tampered as fault:
        raise BadForm("offer") from fault
    if family is not None and not signing.is_token(mark, MARK, family):
        raise BadForm("offer-family")
    table = SlotTable([_row(row) for row in rows], date.fromordinal(first), days)
    return Offer(table.slots(offered), table.slots(booked))


def cell(slot: Slot) -> str:
    """Value of a slot's checkbox: ``<child>~<activity>~<date>``."""
    return row_of_cells(slot) + slot.day.isoformat()


def row_of_cells(slot: Slot) -> str:
    """How the values of a row's checkboxes begin: everything but the day."""
    return f"{slot.child}~{slot.activity}~"


def week_name(day: date) -> str:
    """The end of the value of a week's one checkbox: ``2026-W53``, the ISO week of ``day``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def slots_of(cells: Sequence[str], offer: Offer) -> frozenset[Slot]:
    """The slots of the ticked cells. The cell of a week stands for its slots in the offer, which its reader saw.

    Raises BadForm for a cell that is malformed or ticked twice, or a week that was not offered.
    """
    if len(set(cells)) != len(cells):
        raise BadForm("cell-twice")
    return frozenset(slot for text in cells for slot in _slots(text, offer))


def _slots(text: str, offer: Offer) -> Iterable[Slot]:
    row, _, day = text.rpartition("~")
    week = _WEEK.fullmatch(day)
    if not week and not _DAY.fullmatch(day):
        raise BadForm("cell")
    try:
        child, activity = _row(row)
        first = date.fromisocalendar(int(week[1]), int(week[2]), 1) if week else date.fromisoformat(day)
    except ValueError as fault:
        raise BadForm("cell") from fault
    return _slots_of_week(child, activity, first, offer) if week else (Slot(child, activity, first),)


def _slots_of_week(child: ChildId, activity: ActivityId, monday: date, offer: Offer) -> frozenset[Slot]:
    asked = (child, activity, monday)
    found = frozenset(slot for slot in offer.slots if (slot.child, slot.activity, monday_of(slot.day)) == asked)
    if not found:
        raise BadForm("cell-not-offered")
    return found


def _row(text: str) -> Row:
    child, _, activity = text.partition("~")
    return child_id(child), activity_id(activity)


def _mark(family: FamilyId, signing: Signing) -> str:
    """A mark that tells families apart, without the family's identifier in the page."""
    return signing.token(MARK, family)[:12]
