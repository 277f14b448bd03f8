"""How a save is written in its row: one short line of text for each wish.

``+2015-12-23|cantine|c-007`` books, ``-`` cancels. A refusal comes before its wish:
``too-late|2015-12-22T09:00:00.000000Z||+2015-12-23|cantine|c-007``. The child comes last, so it may hold any character.
"""

from datetime import date
from typing import Any

from chalicelib.rules import retention
from chalicelib.rules.ids import ActivityId, ChildId, EntryId, FamilyId
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.planning import Reason, RefusedWish, Slot, Wish
from chalicelib.services.ports import JournalEntry
from chalicelib.storage.database import RawItem
from chalicelib.storage.rows import JournalRow


def row_of(rows: type[JournalRow], family: FamilyId, entry: JournalEntry) -> JournalRow:
    return rows(
        family,
        entry.id,
        at=instant_text(entry.at),
        channel=entry.channel,
        changes=[_wish_text(wish) for wish in entry.changes],
        refusals=[_refusal_text(refusal) for refusal in entry.refusals],
        already=[_wish_text(wish) for wish in entry.already],
        expires=retention.of_save(entry.at),
    )


def entry_of(item: RawItem) -> JournalEntry:
    return JournalEntry(
        id=EntryId(item["entry"]["S"]),
        at=instant_of(item["at"]["S"]),
        channel=item["channel"]["S"],
        changes=tuple(_wish(text) for text in _texts(item["changes"])),
        refusals=tuple(_refusal(text) for text in _texts(item["refusals"])),
        already=tuple(_wish(text) for text in _texts(item["already"])),
    )


def _texts(attribute: dict[str, Any]) -> list[str]:
    return [one["S"] for one in attribute["L"]]


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
