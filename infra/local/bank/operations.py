"""The bank's books: each payment that was ordered, what became of it, and what was told about it."""

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.rules.school_calendar import PARIS
from chalicelib.services.ports import Clock
from infra.local.bank.options import BankOptions

LIFE = timedelta(minutes=15)
KEPT = timedelta(days=365)
NIGHT_HOUR = 3
TAKEN = frozenset({"P", "V"})
"""Letters of money: a card's, and an accepted direct debit's."""
TECHNICAL = "?"
"""A letter that exists only in the books: the bank did not know, and look-ups answer the fault 999."""


@dataclass(frozen=True)
class Order:
    """What the portal ordered. ``montant`` is in cents. ``mode`` is ``ws`` (SOAP) or ``url``, which has no ``back``."""

    mode: str
    numcli: str
    exer: str
    refdet: str
    objet: str
    montant: int
    mel: str
    saisie: str
    notify: str
    back: str = ""


@dataclass(frozen=True)
class BankOutcome:
    """``letter`` is P, R, A, V, Z, or any other. ``at`` is from when it is known. ``montant`` are the cents that were
    really taken."""

    letter: str
    at: datetime
    montant: int
    numauto: str = ""
    means: str = ""


@dataclass(frozen=True)
class Operation:
    """``key`` is the ``idop`` of an order by SOAP. ``log`` tells when and what happened, oldest first.

    ``later`` is how it ends a second time. ``fault`` strikes every look-up of this operation, and ``wrong`` is in every
    answer about it, until they are changed; both are among the choices of the options.
    """

    key: str
    order: Order
    created_at: datetime
    outcome: BankOutcome | None = None
    log: tuple[tuple[datetime, str], ...] = ()
    later: BankOutcome | None = None
    fault: str = ""
    wrong: str = ""

    @property
    def settled(self) -> bool:
        """Whether money was taken, or a direct debit accepted."""
        return self.outcome is not None and self.outcome.letter in TAKEN


class Unusable(LookupError):
    """An operation that cannot be paid or read. ``args[0]`` is the service's code (P1, P3, P4, P5, 999)."""


@dataclass
class Debt:
    """A titre that the accountant knows; its amount is in cents."""

    due: int
    paid: bool = False


@dataclass
class _Books:
    options: BankOptions = field(default_factory=BankOptions)
    fault_ends: datetime | None = None
    offset: timedelta = timedelta()
    operations: dict[str, Operation] = field(default_factory=dict)
    debts: dict[tuple[str, str], Debt] = field(default_factory=dict)
    emails: list[dict[str, str]] = field(default_factory=list)


class Ledger:
    """The books, safe for several threads. ``on_outcome`` is called outside the lock with each operation that ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._books = _Books()
        self.on_outcome: Callable[[Operation], None] = lambda _: None

    def reset(self) -> None:
        with self._lock:
            self._books = _Books()

    @property
    def options(self) -> BankOptions:
        return self._books.options

    def set_options(self, wanted: Mapping[str, Any]) -> None:
        """Raises BadOption."""
        with self._lock:
            self._books.options = options = self._books.options.changed(wanted)
            if {"fault", "fault_hours"} & set(wanted):
                self._books.fault_ends = (
                    self.now() + timedelta(hours=options.fault_hours) if options.fault_hours else None
                )

    def bend(self, key: str, fault: str, wrong: str) -> None:
        """From now on, strike every look-up of one operation, or answer wrongly about it. Raises Unusable P1,
        BadOption."""
        self.options.changed({"fault": fault, "answer_wrong": wrong})
        with self._lock:
            self._books.operations[key] = replace(self.get(key), fault=fault, wrong=wrong)
            self.note(key, f"panne : {fault or 'aucune'}, réponse faussée : {wrong or 'non'}")

    def strike(self, operation: str, key: str = "") -> str:
        """The fault that this SOAP call meets, about the operation of that key; it is then used up once."""
        with self._lock:
            about = self._books.operations.get(key)
            if about and about.fault:
                return about.fault
            if self._books.fault_ends and self.now() >= self._books.fault_ends:
                self.set_options({"fault": "", "fault_hours": 0.0})
            options = self.options
            if not options.fault or options.fault_on not in ("", operation):
                return ""
            if options.fault_times == 1:
                self._books.options = replace(options, fault="", fault_times=0)
            elif options.fault_times:
                self._books.options = replace(options, fault_times=options.fault_times - 1)
            return options.fault

    def now(self) -> datetime:
        return self._clock.now() + self._books.offset

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._books.offset += by

    def night(self) -> None:
        """Move the clock to the next night; operations that were never used are then forgotten."""
        with self._lock:
            self._books.offset += next_night(self.now()) - self.now()
            kept = {key: one for key, one in self._books.operations.items() if one.outcome or one.order.mode == "url"}
            self._books.operations = kept

    def create(self, order: Order) -> Operation:
        with self._lock:
            operation = Operation(str(uuid.uuid1()), order, self.now())
            self._books.operations[operation.key] = operation
            self.note(operation.key, "opération créée")
            return self._books.operations[operation.key]

    def all(self) -> list[Operation]:
        """Every operation, newest first."""
        with self._lock:
            return [self.get(key) for key in reversed(self._books.operations)]

    def get(self, key: str) -> Operation:
        """Raises Unusable P1."""
        with self._lock:
            operation = self._books.operations.get(key)
            if operation is None:
                raise Unusable("P1")
            if operation.later and operation.later.at <= self.now():
                operation = self._keep(replace(operation, outcome=operation.later, later=None))
            return operation

    def payable(self, key: str) -> Operation:
        """An operation whose pages may be used. Raises Unusable P1, P3 or P4."""
        operation = self.get(key)
        if operation.outcome and not self._lives_on(operation.outcome):
            raise Unusable("P3")
        if self.now() - operation.created_at >= LIFE:
            raise Unusable("P4")
        return operation

    def _lives_on(self, outcome: BankOutcome) -> bool:
        """Whether it was abandoned and can still be paid."""
        return outcome.letter == "A" and self.now() - outcome.at < timedelta(seconds=self.options.abandon_lives)

    def result(self, key: str) -> tuple[Operation, BankOutcome]:
        """What a look-up by SOAP tells. Raises Unusable P1, P5 or 999."""
        operation = self.get(key)
        outcome = operation.outcome
        if operation.order.mode != "ws" or (outcome and self.now() - outcome.at > KEPT):
            raise Unusable("P1")
        if outcome is None or outcome.at > self.now():
            raise Unusable("P5")
        if outcome.letter == TECHNICAL:
            raise Unusable("999")
        return self.as_told(operation), outcome

    def as_told(self, operation: Operation) -> Operation:
        """The operation with what is wrong in every answer at the moment."""
        return replace(operation, wrong=operation.wrong or self.options.answer_wrong)

    def finish(self, key: str, letter: str, *, extra: int = 0, late: timedelta = timedelta(), means: str = "") -> None:
        """End a payment on its pages, once. ``extra`` are cents taken beyond the order. Raises Unusable."""
        with self._lock:
            operation = self.payable(key)
            outcome = _outcome(letter, self.now() + late, operation.order.montant + extra, means)
            ended = [self._keep(replace(operation, outcome=outcome, later=None))]
            if letter == "P" and self.options.double_paid:
                twins = self._twins(operation)
                ended += [self._keep(replace(one, outcome=_same(outcome, self.now(), one.order))) for one in twins]
        for one in ended:
            self.on_outcome(one)

    def abandon(self, key: str, paid_after: timedelta, means: str = "") -> None:
        """Abandon a payment on its pages, and let it be paid a little later all the same. Raises Unusable."""
        self.finish(key, "A")
        with self._lock:
            operation = self.get(key)
            later = _outcome("P", self.now() + paid_after, operation.order.montant, means)
            self._books.operations[key] = replace(operation, later=later)
        self.on_outcome(replace(operation, outcome=later))

    def force(self, key: str, letter: str, montant: int | None = None, *, tell: bool = True) -> None:
        """Write a result over whatever was there, as a late success does. Raises Unusable P1."""
        with self._lock:
            operation = self.get(key)
            amount = operation.order.montant if montant is None else montant
            ended = self._keep(replace(operation, outcome=_outcome(letter, self.now(), amount, "FORCÉ"), later=None))
        if tell:
            self.on_outcome(ended)

    def note(self, key: str, text: str) -> None:
        """Add to an operation's log; do nothing when the operation was forgotten meanwhile."""
        with self._lock:
            operation = self._books.operations.get(key)
            if operation:
                self._books.operations[key] = replace(operation, log=(*operation.log, (self.now(), text)))

    def set_debt(self, numcli: str, refdet: str, due: int) -> None:
        with self._lock:
            self._books.debts[numcli, refdet] = Debt(due)

    def debt(self, numcli: str, refdet: str) -> Debt | None:
        return self._books.debts.get((numcli, refdet))

    def pays_titres(self, numcli: str) -> bool:
        """Whether debts were listed for a client: then a payment's reference is looked up first."""
        return any(client == numcli for client, _ in list(self._books.debts))

    def mail(self, to: str, subject: str, text: str) -> None:
        with self._lock:
            self._books.emails.append({"to": to, "subject": subject, "text": text, "at": self.now().isoformat()})

    def emails(self) -> list[dict[str, str]]:
        with self._lock:
            return list(reversed(self._books.emails))

    def _twins(self, operation: Operation) -> list[Operation]:
        same = (operation.order.numcli, operation.order.refdet)
        others = [one for one in self._books.operations.values() if one.key != operation.key and not one.outcome]
        return [one for one in others if (one.order.numcli, one.order.refdet) == same]

    def _keep(self, ended: Operation) -> Operation:
        """Write an operation that just ended into the books."""
        self._books.operations[ended.key] = ended
        outcome = ended.outcome
        if outcome:
            self.note(ended.key, f"résultat {outcome.letter}, {outcome.montant} centimes")
        debt = self.debt(ended.order.numcli, ended.order.refdet)
        if debt and ended.settled:
            debt.paid = True
        return self._books.operations[ended.key]


def _outcome(letter: str, at: datetime, montant: int, means: str) -> BankOutcome:
    return BankOutcome(letter, at, montant, uuid.uuid4().hex[:6] if letter in TAKEN else "", means)


def _same(outcome: BankOutcome, at: datetime, order: Order) -> BankOutcome:
    """The end of another operation that ends like this one, for what was ordered by it."""
    return _outcome(outcome.letter, at, order.montant, outcome.means)


def next_night(now: datetime) -> datetime:
    """The next 3 o'clock in Paris."""
    local = now.astimezone(PARIS)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night <= local:
        night += timedelta(days=1)
    return night.astimezone(now.tzinfo)
