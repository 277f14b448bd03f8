"""When the treasury is asked what became of an attempt to pay."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from chalicelib.rules.payments import EXPIRES_AFTER, LIVE, Attempt, AttemptState, Doubt
from chalicelib.rules.school_calendar import PARIS

LOOK_GAP = timedelta(seconds=5)
"""Least time between two look-ups of one operation, whoever asks: the treasury wants no less."""
TOLD_GAP = timedelta(seconds=1)
"""Least time before a look-up that follows a notification: it may be the treasury's own."""
NO_GAP = timedelta(0)
"""No wait: for a look-up without which a second payment would be opened."""
YOUNG_GAP = timedelta(minutes=5)
SECOND_LOOK_AFTER = timedelta(hours=2, minutes=15)
GIVEN_UP_AFTER = timedelta(days=2)
"""How long the treasury is asked about an operation when it only breaks down over it."""
LONGEST_GAP = timedelta(hours=2)
MORNING_IN_PARIS = time(7, 0)
"""An hour in Paris: the treasury's night is over, and operations that were never used are purged."""


def may_look(attempt: Attempt, now: datetime, gap: timedelta) -> bool:
    return attempt.looked_at is None or now >= attempt.looked_at + gap


def is_looked_at_soon(attempt: Attempt, now: datetime) -> bool:
    """Whether the reconciliation will ask within its usual five minutes."""
    return attempt.look_at is not None and attempt.look_at <= now + YOUNG_GAP


def next_look(attempt: Attempt, now: datetime) -> datetime | None:
    """When the reconciliation asks the treasury again; None when nothing more can come.

    It asks every five minutes for two hours, then at 2 h 15, then the next morning. It also asks about refused and
    abandoned attempts: a late success wins over them. When nothing can be looked up, it only waits until the attempt's
    time is over.
    """
    if attempt.is_final or not attempt.idop or attempt.state is AttemptState.FAILED:
        return None
    if not attempt.can_be_asked:
        return attempt.created_at + EXPIRES_AFTER if attempt.state in LIVE else None
    if attempt.gone_at and now < attempt.gone_at:
        return attempt.gone_at
    if now - attempt.created_at < EXPIRES_AFTER:
        return now + YOUNG_GAP
    second = attempt.created_at + SECOND_LOOK_AFTER
    if now < second:
        return second
    morning = _morning_after(attempt.created_at)
    return morning if now < morning else None


def next_try(attempt: Attempt, now: datetime) -> datetime | None:
    """When the reconciliation asks again after the treasury broke down over this attempt; None when it asks no more.

    The wait grows: it is a quarter of the attempt's age, between five minutes and two hours, so that other attempts
    come first.
    """
    age = now - attempt.created_at
    if age >= GIVEN_UP_AFTER and attempt.state not in {*LIVE, AttemptState.EXPIRED}:
        return None
    return now + max(YOUNG_GAP, min(age / 4, LONGEST_GAP))


def never_answered(attempt: Attempt, now: datetime) -> Attempt:
    """The attempt when the treasury still breaks down over it: a person asks then, because money was perhaps taken.

    It is the same object before ``GIVEN_UP_AFTER``, or when the treasury once said that nothing was paid.
    """
    unknown = attempt.state in LIVE or attempt.state is AttemptState.EXPIRED
    if unknown and now >= attempt.created_at + GIVEN_UP_AFTER:
        return replace(attempt, state=AttemptState.TO_CHECK, settled_at=now, doubt=Doubt.SILENT, why="silent")
    return attempt


def _morning_after(created_at: datetime) -> datetime:
    tomorrow = created_at.astimezone(PARIS).date() + timedelta(days=1)
    return datetime.combine(tomorrow, MORNING_IN_PARIS, PARIS).astimezone(UTC)
