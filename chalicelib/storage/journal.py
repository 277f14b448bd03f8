"""How a save is written in its row: one short line of text for each wish.

``+2015-12-23|cantine|c-007`` books, ``-`` cancels. A refusal comes before its wish:
``too-late|2015-12-22T09:00:00.000000Z||+2015-12-23|cantine|c-007``. The child comes last, so it may hold any character.
"""

from datetime import UTC, date, datetime
from typing import Any

from chalicelib.rules import retention
from chalicelib.rules.ids import ActivityId, ChildId, EntryId, FamilyId
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.planning import Reason, RefusedWish, Slot, Wish
from chalicelib.services.ports import JournalEntry
from chalicelib.storage import keys
from chalicelib.storage.database import RawItem
from chalicelib.storage.journal_rows import JournalRow

WHEN_WRITTEN = ("feed", "written")


def row_of(rows: type[JournalRow], family: FamilyId, entry: JournalEntry, written: datetime) -> JournalRow:
    """The row of a save that is written at ``written``. A save that changed nothing is not in the feed."""
    return rows(
        family,
        entry.id,
        at=instant_text(entry.at),
        channel=entry.channel,
        changes=[_wish_text(wish) for wish in entry.changes],
        refusals=[_refusal_text(refusal) for refusal in entry.refusals],
        already=[_wish_text(wish) for wish in entry.already],
        feed=keys.feed(written.astimezone(UTC).date(), family) if entry.changes else None,
        written=instant_text(written),
        reason=entry.reason or None,
        expires=retention.of_save(entry.at),
    )


def is_same(found: RawItem | None, written: RawItem) -> bool:
    """Whether the item in the way is this very save, which an earlier try wrote at an instant of its own."""
    return found is not None and _what(found) == _what(written)


def _what(item: RawItem) -> RawItem:
    return {name: value for name, value in item.items() if name not in WHEN_WRITTEN}


def entry_of(item: RawItem) -> JournalEntry:
    return JournalEntry(
        id=EntryId(item["entry"]["S"]),
        at=instant_of(item["at"]["S"]),
        channel=item["channel"]["S"],
        changes=tuple(_wish(text) for text in _texts(item["changes"])),
        refusals=tuple(_refusal(text) for text in _texts(item.get("refusals"))),
        already=tuple(_wish(text) for text in _texts(item.get("already"))),
        reason=item["reason"]["S"] if "reason" in item else "",
    )


def _texts(attribute: dict[str, Any] | None) -> list[str]:
    """The index by the instant of writing has neither refusals nor what already was so."""
    return [one["S"] for one in attribute["L"]] if attribute else []


def _wish_text(wish: Wish) -> str:
    slot = wish.slot
    return f"{'+' if wish.booked else '-'}{slot.day.isoformat()}|{slot.activity}|{slot.child}"


def _wish(text: str) -> Wish:
    day, activity, child = text[1:].split("|", 2)
    return Wish(Slot(ChildId(child), ActivityId(activity), date.fromisoformat(day)), text[0] == "+")


def _refusal_text(refusal: RefusedWish) -> str:
    closed_at = instant_text(refusal.closed_at) if refusal.closed_at else ""
    return f"{refusal.reason.value}|{closed_at}|{refusal.other or ''}|{_wish_text(refusal.wish)}"


def _refusal(text: str) -> RefusedWish:
    reason, closed_at, other, wish = text.split("|", 3)
    return RefusedWish(
        wish=_wish(wish),
        reason=Reason(reason),
        closed_at=instant_of(closed_at) if closed_at else None,
        other=ActivityId(other) if other else None,
    )
