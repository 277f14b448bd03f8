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
    """``key`` is the ``idop`` of an order by SOAP. ``log`` tells when and what happened, oldest first."""

    key: str
    order: Order
    created_at: datetime
    outcome: BankOutcome | None = None
    log: tuple[tuple[datetime, str], ...] = ()

    @property
    def settled(self) -> bool:
        """Whether money was taken, or a direct debit accepted."""
        return self.outcome is not None and self.outcome.letter in {"P", "V"}


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
            self._books.options = self._books.options.changed(wanted)

    def strike(self, operation: str) -> str:
        """The fault that this SOAP call meets; it is then used up once."""
        with self._lock:
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
            return list(reversed(self._books.operations.values()))

    def get(self, key: str) -> Operation:
        """Raises Unusable P1."""
        try:
            return self._books.operations[key]
        except KeyError:
            raise Unusable("P1") from None

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
        return operation, outcome

    def finish(self, key: str, letter: str, *, extra: int = 0, late: timedelta = timedelta(), means: str = "") -> None:
        """End a payment on its pages, once. ``extra`` are cents taken beyond the order. Raises Unusable."""
        with self._lock:
            operation = self.payable(key)
            ended = [self._end(operation, letter, operation.order.montant + extra, self.now() + late, means)]
            if letter == "P" and self.options.double_paid:
                ended += [
                    self._end(twin, "P", twin.order.montant, self.now(), means) for twin in self._twins(operation)
                ]
        for one in ended:
            self.on_outcome(one)

    def force(self, key: str, letter: str, montant: int | None = None, *, tell: bool = True) -> None:
        """Write a result over whatever was there, as a late success does. Raises Unusable P1."""
        with self._lock:
            operation = self.get(key)
            amount = operation.order.montant if montant is None else montant
            ended = self._end(operation, letter, amount, self.now(), "FORCÉ")
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

    def _end(self, operation: Operation, letter: str, montant: int, at: datetime, means: str) -> Operation:
        numauto = uuid.uuid4().hex[:6] if letter in {"P", "V"} else ""
        outcome = BankOutcome(letter, at, montant, numauto, means)
        self._books.operations[operation.key] = replace(operation, outcome=outcome)
        self.note(operation.key, f"résultat {letter}, {montant} centimes")
        debt = self.debt(operation.order.numcli, operation.order.refdet)
        if debt and letter in {"P", "V"}:
            debt.paid = True
        return self._books.operations[operation.key]


def next_night(now: datetime) -> datetime:
    """The next 3 o'clock in Paris."""
    local = now.astimezone(PARIS)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night <= local:
        night += timedelta(days=1)
    return night.astimezone(now.tzinfo)
