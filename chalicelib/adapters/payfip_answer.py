"""What the treasury says of an operation, in its own fields. They are the same in its web service and in its unsigned
return."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from chalicelib.rules.money import Cents
from chalicelib.rules.payments import BankAnswer
from chalicelib.rules.school_calendar import PARIS

LONGEST_FACT = 100
"""Most characters of one fact of an answer; the treasury's facts are far shorter."""


def answer_of(told: Mapping[str, str]) -> BankAnswer:
    """One answer, from the treasury's own fields (``resultrans``, ``montant`` in cents…). The case of their names does
    not count.

    Raises ValueError when the letter or the amount cannot be read, or when a fact is absurdly long.
    """
    facts = {name.lower(): value.strip() for name, value in told.items()}
    letter, amount = facts.get("resultrans", ""), facts.get("montant", "")
    if not letter or not re.fullmatch(r"\d{1,11}", amount, re.ASCII):
        raise ValueError(f"resultrans={letter[:10]!r} montant={amount[:20]!r}")
    if max(map(len, facts.values())) > LONGEST_FACT:
        raise ValueError("a fact is too long")
    return BankAnswer(
        idop=facts.get("idop", ""),
        letter=letter,
        client_number=facts.get("numcli", ""),
        reference=facts.get("refdet", ""),
        amount=Cents(int(amount)),
        saisie=facts.get("saisie", ""),
        authorisation=facts.get("numauto", ""),
        paid_at=bank_day(facts.get("dattrans", ""), facts.get("heurtrans", "")),
    )


def bank_day(day: str, hour: str) -> datetime | None:
    """``dattrans`` (DDMMYYYY) and ``heurtrans`` (HHMM), Paris wall time -> aware UTC; None for anything else.

    ``strptime`` alone is too lenient: without an hour, it reads the year 0920 in ``18092025``.
    """
    if not re.fullmatch(r"\d{8}", day, re.ASCII) or not re.fullmatch(r"\d{4}", hour, re.ASCII):
        return None
    try:
        on = date(int(day[4:]), int(day[2:4]), int(day[:2]))
        at = time(int(hour[:2]), int(hour[2:]))
    except ValueError:
        return None
    return datetime.combine(on, at, PARIS).astimezone(UTC)
