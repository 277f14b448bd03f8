"""Asking the treasury later about the payments of which nobody told us."""

from collections.abc import Callable
from contextlib import suppress

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.looks import LOOK_GAP, next_look, next_try
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
        """How many attempts were looked at. Raises Unavailable, at the end, when one of them could not be; the others
        were."""
        due = self.attempts.to_look_at(self.clock.now(), ATTEMPTS_A_RUN)
        looked, failed = 0, 0
        for attempt in due:
            if seconds_left() <= MARGIN_SECONDS:
                break
            looked += 1
            failed += not self._is_looked_at(attempt)
        if due:
            self.report("payment.reconciled", looked=looked, failed=failed, left=len(due) - looked)
        if failed:
            raise Unavailable(f"payment: {failed} attempts could not be looked at")
        return looked

    def _is_looked_at(self, attempt: Attempt) -> bool:
        try:
            self._look(attempt)
        except Unavailable as unavailable:
            self.report("payment.not_reconciled", level="error", attempt=attempt.id, why=str(unavailable))
            self._put_off(attempt, unavailable)
            return False
        return True

    def _look(self, attempt: Attempt) -> None:
        """Look at one attempt. The list may be a little late: when the attempt changed in between, another request
        takes care of it."""
        look, now = self.settle.look(attempt), self.clock.now()
        if not look.changed:
            self.attempts.look_again(attempt, next_look(attempt, now) if look.asked else now + LOOK_GAP)

    def _put_off(self, attempt: Attempt, fault: Unavailable) -> None:
        """Move the attempt's next look. If this cannot be written, the attempt stays due and the next run tries it."""
        with suppress(StaleWrite, Unavailable):
            if not (isinstance(fault, NotAnswered) and self.settle.give_up(attempt)):
                self.attempts.look_again(attempt, next_try(attempt, self.clock.now()))
