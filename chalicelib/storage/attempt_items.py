"""An attempt to pay as an item."""

import json
from datetime import datetime

from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer, Doubt
from chalicelib.storage import keys
from chalicelib.storage.database import RawItem
from chalicelib.storage.json_text import facts_of, json_text
from chalicelib.storage.payment_rows import AttemptRow

_ASKED = ("exercice", "reference", "label", "amount", "payer", "email", "client_number", "saisie", "contract")
"""Facts of an attempt that are written to JSON without a change."""


def row_of(rows: type[AttemptRow], attempt: Attempt, look_at: datetime | None) -> AttemptRow:
    asked = {name: getattr(attempt, name) for name in _ASKED}
    facts = {**asked, "id": attempt.id, "invoice": attempt.invoice, "created_at": instant_text(attempt.created_at)}
    row = rows(
        keys.attempt_partition(attempt.id),
        keys.UNIQUE,
        holder=attempt.family,
        facts=json_text(facts),
        state=attempt.state.value,
        idop=attempt.idop,
        answer=_answer_text(attempt.answer),
        settled_at=instant_text(attempt.settled_at) if attempt.settled_at else "",
        doubt=attempt.doubt.value if attempt.doubt else "",
        why=attempt.why,
        version=attempt.version,
    )
    if attempt.looked_at:
        row.looked_at = instant_text(attempt.looked_at)
    if attempt.unclassified:
        row.unclassified = attempt.unclassified
    if look_at:
        row.look, row.look_at = keys.TO_LOOK_AT, instant_text(look_at)
    return row


def attempt_of(item: RawItem) -> Attempt:
    facts = json.loads(item["facts"]["S"])
    settled_at = item["settled_at"]["S"]
    looked_at, look_at = (item[name]["S"] if name in item else "" for name in ("looked_at", "look_at"))
    return Attempt(
        id=AttemptId(facts["id"]),
        family=FamilyId(item["holder"]["S"]),
        invoice=InvoiceNumber(facts["invoice"]),
        created_at=instant_of(facts["created_at"]),
        state=AttemptState(item["state"]["S"]),
        idop=item["idop"]["S"],
        answer=_answer(item["answer"]["S"]),
        settled_at=instant_of(settled_at) if settled_at else None,
        doubt=_doubt(item["doubt"]["S"]),
        why=item["why"]["S"],
        looked_at=instant_of(looked_at) if looked_at else None,
        look_at=instant_of(look_at) if look_at else None,
        unanswered="unanswered" in item,
        unclassified=item["unclassified"]["S"] if "unclassified" in item else "",
        version=int(item["version"]["N"]),
        **{name: facts[name] for name in _ASKED},
    )


def _doubt(text: str) -> Doubt | None:
    return Doubt(text) if text else None


def _answer_text(answer: BankAnswer | None) -> str:
    if answer is None:
        return ""
    return json_text({**facts_of(answer), "paid_at": instant_text(answer.paid_at) if answer.paid_at else ""})


def _answer(text: str) -> BankAnswer | None:
    if not text:
        return None
    facts = json.loads(text)
    paid_at = facts.pop("paid_at")
    return BankAnswer(**facts, paid_at=instant_of(paid_at) if paid_at else None)
