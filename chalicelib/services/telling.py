"""Tells each family, by one e-mail, what the town cancelled of its bookings."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from chalicelib.french.words import day_words, long_day, plural, typeset
from chalicelib.rules.ids import ActivityId, EntryId, FamilyId
from chalicelib.rules.town import Town
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.mail_ports import NoticeStore, Outbox, TownActs
from chalicelib.services.mails import bookings_cancelled
from chalicelib.services.ports import FamilyStore, JournalEntry, PlanningStore
from chalicelib.values import Value

MOST_DAYS_NAMED = 12
"""Days of one activity that an e-mail names one by one; more than that are counted."""


class TownActing(Value):
    """What the town does by itself: families are noted, then told."""

    acts: TownActs
    tell: "TellOfActs"


class TellOfActs:
    """Tells the families that are noted. What was noted and never written is forgotten: nothing was cancelled."""

    def __init__(
        self,
        *,
        acts: TownActs,
        plannings: PlanningStore,
        addresses: ConcernedAddresses,
    ) -> None:
        self.acts = acts
        self.plannings = plannings
        self.addresses = addresses

    def __call__(self, town: Town, family: FamilyId, entries: Iterable[EntryId], now: datetime) -> bool | None:
        """Whether the family was told: False when no address is known, None when there is nothing to tell. Raises
        Unavailable; run again, it tells those who are left."""
        found = [self.plannings.entry(family, one) for one in sorted(entries)]
        written = [entry for entry in found if entry is not None]
        emails = self.addresses(family) if written else ()
        lines = cancelled_lines(written, town)
        self.acts.told(
            family,
            [
                bookings_cancelled(family, email, rank, entry=written[-1].id, lines=lines, now=now)
                for rank, email in enumerate(emails)
            ],
        )
        return bool(emails) if written else None


def acting(
    *, acts: TownActs, plannings: PlanningStore, families: FamilyStore, notices: NoticeStore, outbox: Outbox
) -> TownActing:
    addresses = ConcernedAddresses(families=families, notices=notices, outbox=outbox)
    tell = TellOfActs(acts=acts, plannings=plannings, addresses=addresses)
    return TownActing(acts, tell)


def cancelled_lines(entries: Iterable[JournalEntry], town: Town) -> list[str]:
    """« Cantine, mardi 1er décembre 2026 (Grève) »: what the entries cancelled, in the town's order of activities. No
    child is named; siblings of one day are counted."""
    order = {activity: rank for rank, activity in enumerate(town.activities)}
    cancelled: defaultdict[tuple[ActivityId, str], Counter[date]] = defaultdict(Counter)
    for entry in entries:
        for wish in entry.changes:
            cancelled[wish.slot.activity, entry.reason][wish.slot.day] += 1
    said = []
    for (activity, reason), days in sorted(
        cancelled.items(), key=lambda one: (order.get(one[0][0], len(order)), one[0])
    ):
        for words in _days_words(days):
            said.append(typeset(f"{town.label_of(activity)}, {words} ({reason})"))
    return said


def _days_words(days: Counter[date]) -> list[str]:
    named = sorted(days)
    if len(named) > MOST_DAYS_NAMED:
        total = plural(sum(days.values()), "réservation", "réservations")
        return [f"du {long_day(named[0])} au {long_day(named[-1])} : {total}"]
    return [day_words(day, year=True) + (f", {days[day]} réservations" if days[day] > 1 else "") for day in named]
