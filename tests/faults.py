"""The fault harness: every AWS call of a use case fails in every way, and what must hold still holds.

Nobody lists the calls: the use case is run once to find them. Then, for each call and each way to fail, from a fresh
state: run with the fault, run the recovery (what a parent, a clerk or a schedule would do next), check the invariants.

    survives(Case(fresh=..., run=..., recover=..., check=...))
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar
from unittest import mock

from botocore.exceptions import ReadTimeoutError
from botocore.retries.quota import RetryQuota

from chalicelib.rules.errors import Unavailable
from tests.aws_calls import Answer, Attempt, counted, intercepted
from tests.waiting import without_waiting

World = TypeVar("World")


class Killed(BaseException):
    """The process is gone: no ``except Exception`` sees it, as none would see a Lambda that is stopped."""


class Way(Enum):
    """What happens to a call. A lasting fault starts at its call and ends with the run; others happen once."""

    KILLED_BEFORE = "the process dies before the call"
    KILLED_AFTER = "the process dies after the call took effect"
    ANSWER_LOST = "the call takes effect, its answer never comes"
    TIMED_OUT = "the call does not arrive"
    FAILED = "AWS answers 500"
    THROTTLED = "AWS throttles the call"
    CONFLICT = "the write meets another transaction"
    ALWAYS_TIMED_OUT = "no call arrives any more"
    ALWAYS_FAILED = "AWS answers 500 from now on"
    ALWAYS_THROTTLED = "AWS throttles every call from now on"
    ALWAYS_CONFLICT = "every write meets another transaction"


KILLS = {Way.KILLED_BEFORE, Way.KILLED_AFTER}
SEVERAL = frozenset({*KILLS, Way.ANSWER_LOST, Way.ALWAYS_FAILED, Way.ALWAYS_CONFLICT})
"""Deaths, a lost answer, and what lasts, for what makes many calls: tests/storage tries each in every other way."""
LASTING = {Way.ALWAYS_TIMED_OUT, Way.ALWAYS_FAILED, Way.ALWAYS_THROTTLED, Way.ALWAYS_CONFLICT}
CONFLICTS = {Way.CONFLICT, Way.ALWAYS_CONFLICT}
WRITES = {"PutItem", "UpdateItem", "DeleteItem"}


@dataclass(frozen=True)
class NextProcess(Generic[World]):
    """What a recovery starts from, for a use case that ends with its process (an import, a job).

    ``of`` gives the world as the process that comes next finds it, without anything that the first had in memory;
    ``kept`` all that this world can read, in one value. Then what follows depends on it alone: faults that leave the
    same behind are recovered from and checked once, which is what hundreds of runs take most of their time for.
    """

    of: Callable[[World], World]
    kept: Callable[[], Hashable]


@dataclass(frozen=True)
class Case(Generic[World]):
    """One use case to try.

    ``fresh`` gives a state that nobody touched; ``run`` is the use case; ``recover`` what happens next in life, without
    faults; ``check`` raises AssertionError when an invariant is broken. ``tolerates`` names calls whose lasting failure
    the use case may swallow (``dynamodb:UpdateItem``).
    """

    fresh: Callable[[], AbstractContextManager[World]]
    run: Callable[[World], object]
    recover: Callable[[World], object]
    check: Callable[[World], None]
    tolerates: frozenset[str] = frozenset()
    ways: frozenset[Way] = frozenset(Way)
    """Fewer for a use case of a hundred calls, where every way of each single call is tried elsewhere."""
    next: NextProcess[World] | None = None
    """None: what the run has in memory may matter to the recovery, which is tried after every fault."""


@dataclass(frozen=True)
class Fault:
    """``way`` happens to call number ``number`` (from 0), which is ``call`` in a run without faults."""

    number: int
    call: str
    way: Way

    def __str__(self) -> str:
        return f"call {self.number + 1}, {self.call}: {self.way.value}"


@dataclass
class _Injector:
    """Lets calls through until the fault's turn comes; ``happened`` tells whether it came."""

    fault: Fault
    seen: int = 0
    happened: int = field(default=0)

    def around(self, attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        number, self.seen = self.seen, self.seen + 1
        its_turn = number >= self.fault.number if self.fault.way in LASTING else number == self.fault.number
        if not its_turn or (self.fault.way in CONFLICTS and not _may_conflict(attempt.name)):
            return send()
        self.happened += 1
        return _bent(self.fault.way, attempt, send)


def survives(case: Case[World]) -> tuple[Fault, ...]:
    """Try every fault; return those tried. Raises AssertionError that names each one that broke something."""
    afterwards = _Afterwards(case)
    calls = calls_of(case, afterwards)
    assert calls, "the use case makes no AWS call: there is nothing to try"
    faults = tuple(fault for fault in faults_of(calls) if fault.way in case.ways)
    broken = [f"{fault}\n    {why}" for fault in faults if (why := _tried(case, fault, afterwards))]
    assert not broken, f"{len(broken)} of {len(faults)} faults broke something:\n" + "\n".join(broken)
    return faults


@dataclass
class _Afterwards(Generic[World]):
    """Recovers, then checks; ``sound``: what was left by runs after which both went well."""

    case: Case[World]
    sound: set[Hashable] = field(default_factory=set)

    def __call__(self, world: World) -> None:
        left = self.case.next.kept() if self.case.next else None
        if self.case.next:
            if left in self.sound:
                return
            world = self.case.next.of(world)
        self.case.recover(world)
        self.case.check(world)
        self.sound.add(left)


def calls_of(case: Case[World], afterwards: Callable[[World], None]) -> list[str]:
    """The calls of a run that goes well, in order; its recovery and its invariants must hold too."""
    with case.fresh() as world:
        with counted() as calls:
            case.run(world)
        afterwards(world)
    return calls.names


def faults_of(calls: list[str]) -> Iterator[Fault]:
    for number, call in enumerate(calls):
        for way in Way:
            if way not in CONFLICTS or _may_conflict(call):
                yield Fault(number, call, way)


def _tried(case: Case[World], fault: Fault, afterwards: Callable[[World], None]) -> str:
    """Why the fault broke something, empty when it did not."""
    with case.fresh() as world:
        injector = _Injector(fault)
        with _without_waiting(), intercepted(injector.around):
            ended = _ended(case, world)
        if not injector.happened:
            return "this run never made the call: a use case must make the same calls from the same state"
        wrong = _wrong_end(case, fault, ended)
        if wrong:
            return wrong
        try:
            afterwards(world)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this fault's consequence
            return f"then {type(error).__name__}: {error}"
    return ""


def _ended(case: Case[World], world: World) -> BaseException | None:
    try:
        case.run(world)
    except (Exception, Killed) as error:  # noqa: BLE001 - the caller judges every end
        return error
    return None


def _wrong_end(case: Case[World], fault: Fault, ended: BaseException | None) -> str:
    """A kill ends the run; one bad answer is survived by trying again; a lasting fault is told as Unavailable."""
    if fault.way in KILLS:
        return "" if isinstance(ended, Killed) else f"the kill was swallowed, the run ended with {ended!r}"
    if fault.way in LASTING:
        if ended is None and fault.call in case.tolerates:
            return ""
        return "" if isinstance(ended, Unavailable) else f"Unavailable was expected, the run ended with {ended!r}"
    return "" if ended is None else f"trying again was expected to do, the run ended with {ended!r}"


def _may_conflict(call: str) -> bool:
    service, _, operation = call.partition(":")
    return service == "dynamodb" and (operation == "TransactWriteItems" or operation in WRITES)


def _bent(way: Way, attempt: Attempt, send: Callable[[], Answer]) -> Answer:
    if way is Way.KILLED_BEFORE:
        raise Killed
    if way in {Way.KILLED_AFTER, Way.ANSWER_LOST}:
        send()
    if way is Way.KILLED_AFTER:
        raise Killed
    if way in {Way.ANSWER_LOST, Way.TIMED_OUT, Way.ALWAYS_TIMED_OUT}:
        return None, ReadTimeoutError(endpoint_url=attempt.request.url)
    if way in CONFLICTS:
        return refused(400, *_conflict(attempt.operation))
    if way in {Way.THROTTLED, Way.ALWAYS_THROTTLED}:
        return refused(400, "ThrottlingException")
    return refused(500, "InternalServerError")


def _conflict(operation: str) -> tuple[str, list[dict[str, str]]]:
    if operation == "TransactWriteItems":
        return "TransactionCanceledException", [{"Code": "TransactionConflict", "Message": "injected"}]
    return "TransactionConflictException", []


def refused(status: int, code: str, reasons: list[dict[str, str]] | None = None) -> Answer:
    """What botocore would have parsed from such an answer, whatever the service's protocol."""
    parsed: dict[str, Any] = {
        "Error": {"Code": code, "Message": "injected"},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    if reasons:
        parsed["CancellationReasons"] = reasons
    response = mock.Mock(status_code=status, headers={}, content=b"")
    return (response, parsed), None


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Retries at once, and as many as configured: botocore's budget of retries would run out over hundreds of runs."""
    with without_waiting(), mock.patch.object(RetryQuota, "acquire", return_value=True):
        yield
