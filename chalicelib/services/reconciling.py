"""Asking the treasury later about the payments of which nobody told us."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from enum import Enum

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.looks import LONGEST_GAP, LOOK_GAP, next_look, next_try
from chalicelib.rules.payments import Attempt
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock, Report
from chalicelib.services.settling import NotAnswered, SettlePayment

ATTEMPTS_A_RUN = 500
"""Attempts that one run looks at, those that have waited for the longest time first. Most runs end earlier, by their
time."""
MARGIN_SECONDS = 40.0
"""Seconds kept back at the end of a process: more than one look-up with its time-outs and its writes may take."""


class Reconcile:
    """Asks the treasury what became of attempts of which nobody told us, until it is known for good.

    The attempts over which the treasury breaks down are tried later and later, so that they never delay the others. In
    the end a person decides about them.
    """

    def __init__(self, *, attempts: AttemptStore, settle: SettlePayment, clock: Clock, report: Report) -> None:
        self.attempts = attempts
        self.settle = settle
        self.clock = clock
        self.report = report

    def __call__(self, seconds_left: Callable[[], float]) -> int:
        """How many attempts were looked at. Raises Unavailable, at the end, when our own tables failed for one of them.

        A treasury that does not answer is no failure of the job. Every run reports how many attempts wait for its
        answer, so that the alarm rings once and is over when it answers.
        """
        now = self.clock.now()
        # Those that it broke down over are tried again within the longest wait: they are counted, even when not due.
        listed = self.attempts.to_look_at(now + LONGEST_GAP, ATTEMPTS_A_RUN)
        due = [one for one in listed if one.look_at is None or one.look_at <= now]
        ends: dict[AttemptId, _End] = {}
        for attempt in due:
            if seconds_left() <= MARGIN_SECONDS:
                break
            ends[attempt.id] = self._end(attempt)
        if listed:
            self._report(listed, ends, left=len(due) - len(ends))
        if failed := Counter(ends.values())[_End.FAILED]:
            raise Unavailable(f"payment: {failed} attempts could not be looked at")
        return len(ends)

    def _report(self, listed: Iterable[Attempt], ends: Mapping[AttemptId, "_End"], *, left: int) -> None:
        before = {one.id for one in listed if one.unanswered}
        silent = {attempt for attempt, end in ends.items() if end is _End.SILENT}
        unanswered = silent | (before - {attempt for attempt, end in ends.items() if end is not _End.FAILED})
        self.report("payment.reconciled", looked=len(ends), silent=len(silent), unanswered=len(unanswered), left=left)

    def _end(self, attempt: Attempt) -> "_End":
        try:
            self._look(attempt)
        except NotAnswered as silent:
            self.report("payment.not_answered", level="warning", attempt=attempt.id, why=str(silent))
            self._put_off(attempt, silent)
            return _End.SILENT
        except Unavailable as unavailable:
            self.report("payment.not_reconciled", level="error", attempt=attempt.id, why=str(unavailable))
            self._put_off(attempt, unavailable)
            return _End.FAILED
        return _End.ANSWERED

    def _look(self, attempt: Attempt) -> None:
        """Look at one attempt. The list may be a little late: when the attempt changed in between, another request
        takes care of it."""
        look, now = self.settle.look(attempt), self.clock.now()
        if not look.changed:
            self.attempts.look_again(attempt, next_look(attempt, now) if look.asked else now + LOOK_GAP)

    def _put_off(self, attempt: Attempt, fault: Unavailable) -> None:
        """Move the attempt's next look. If this cannot be written, the attempt stays due and the next run tries it."""
        silent = isinstance(fault, NotAnswered)
        with suppress(StaleWrite, Unavailable):
            if not (silent and self.settle.give_up(attempt)):
                self.attempts.look_again(attempt, next_try(attempt, self.clock.now()), unanswered=silent)


class _End(Enum):
    """What became of one look."""

    ANSWERED = "answered"
    SILENT = "silent"
    """The treasury broke down."""
    FAILED = "failed"
    """Our own tables did not answer."""
