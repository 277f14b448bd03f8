"""No sequence of anonymous requests changes where the bank's book leads.

An honest history of payments is played twice, once with strangers between its steps who send everything that the
public addresses take. In the end our books are the same, and equal to the bank's.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.logs import report
from chalicelib.portal import assemble
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.families import Family
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer, Doubt
from chalicelib.rules.points import PointKind
from chalicelib.services.invoicing import AlreadyPaid, NotPayable
from chalicelib.services.payment_ports import NotYetKnown
from chalicelib.services.ports import Login
from chalicelib.services.reconciling import Reconcile
from chalicelib.services.starting import BeingOpened
from infra.local.bank.operations import Operation, Unusable
from infra.local.bank.soap import told
from tests.builders import BOND, JAMES
from tests.pages.conftest import SALT, World
from tests.simulated_bank import Bank

NUMBER = InvoiceNumber("2013-026-000335")
PAUSE = timedelta(seconds=6)
"""Between two steps of people: the treasury may be asked again."""


class Town(World):
    """A town whose bank is the simulator's ledger; nobody signs in. ``contract``: its own, also while it is closed."""

    contract = ""

    def _login(self, payer_code: str, family: Family) -> Login:
        return Login(family.id, JAMES, SALT, b"")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.bank = Bank(self.clock)
        self.portal = assemble(replace(self.ports, providers={"web-service": self.bank, "url": ByAddress(self.bank)}))
        self.reconcile = Reconcile(
            attempts=self.attempts, settle=self.portal.payments.settle, clock=self.clock, report=report
        )
        self.stranger = self.visitor()

    def signs(self, contract: str) -> None:
        self.towns.town = replace(self.town, payment=replace(self.town.payment, online=contract))

    def operations(self) -> list[Operation]:
        """Oldest first."""
        return self.bank.ledger.all()[::-1]

    def operation(self, which: int) -> Operation | None:
        every = self.operations()
        return every[which % len(every)] if every else None

    def attempts_in_order(self) -> list[Attempt]:
        return list(self.attempts.kept.values())


class ByAddress(Bank):
    """The older contract on the same books: nothing can be looked up."""

    def __init__(self, bank: Bank) -> None:
        self.ledger, self.mute = bank.ledger, 0

    def result_of(self, idop: str) -> BankAnswer:
        raise NotYetKnown(idop)


def starts(town: Town, _: int) -> None:
    town.portal.payments.start(town.family, NUMBER, "jamie.bond@server.fr")


def looks(town: Town, _: int) -> None:
    town.portal.payments.show(BOND, NUMBER)


def the_job_runs(town: Town, _: int) -> None:
    town.reconcile(lambda: 300.0)


def notifies(town: Town, which: int) -> None:
    """The bank's own word, in the form of the contract."""
    operation = town.operation(which)
    if operation is None or operation.outcome is None:
        return
    if town.contract == "web-service":
        town.stranger.post("/payfip/notification", idop=operation.key)
    else:
        town.stranger.post(f"/payfip/notification/{operation.key}", **told(operation, operation.outcome))


def ends(letter: str) -> Any:
    def end(town: Town, which: int) -> None:
        operation = town.operation(which)
        if operation:
            town.bank.ledger.finish(operation.key, letter)
            notifies(town, which)

    end.__name__ = f"ends_{letter}"
    return end


def changes_its_mind(town: Town, which: int) -> None:
    """A late success. The bank tells of it: the job alone would hear it later than a stranger's knock lets us."""
    operation = town.operation(which)
    if operation and not operation.settled:
        town.bank.ledger.force(operation.key, "P", tell=False)
        notifies(town, which)


def takes_another_amount(town: Town, which: int) -> None:
    """The bank takes a euro more than was asked, and says so."""
    operation = town.operation(which)
    if operation and operation.outcome is None:
        town.bank.ledger.finish(operation.key, "P", extra=100)
        notifies(town, which)


def abandons_then_pays(town: Town, which: int) -> None:
    operation = town.operation(which)
    if operation:
        town.bank.ledger.abandon(operation.key, timedelta(seconds=90))
        notifies(town, which)


def breaks_down(town: Town, which: int) -> None:
    """The service answers 999 about one operation, until it is repaired."""
    if operation := town.operation(which):
        town.bank.ledger.bend(operation.key, "999", "")


def answers_wrongly(wrong: str) -> Any:
    def answer(town: Town, which: int) -> None:
        if operation := town.operation(which):
            town.bank.ledger.bend(operation.key, "", wrong)

    answer.__name__ = f"answers_{wrong}"
    return answer


def is_repaired(town: Town, which: int) -> None:
    if operation := town.operation(which):
        town.bank.ledger.bend(operation.key, "", "")


def closes(town: Town, _: int) -> None:
    """``en-ligne = "non"``, as the operator's book advises while the treasury is down."""
    town.signs("")


def opens(town: Town, _: int) -> None:
    town.signs(town.contract)


def waits(minutes: int) -> Any:
    def wait(town: Town, _: int) -> None:
        town.clock.at += timedelta(minutes=minutes)

    wait.__name__ = f"waits_{minutes}"
    return wait


HONEST = (
    starts, starts, closes, opens, looks, the_job_runs, notifies, changes_its_mind, takes_another_amount,
    abandons_then_pays, breaks_down, is_repaired, *map(answers_wrongly, ("letter", "future", "unreadable", "dateless")),
    *map(ends, "PPVRA"), *map(waits, (1, 3, 16, 136, 1440, 2900)),
)  # fmt: skip
honest = st.lists(st.tuples(st.sampled_from(HONEST), st.integers(0, 3)), min_size=2, max_size=12)
FACTS = {"numcli": "006382", "refdet": "2013T50026000335", "montant": "424", "saisie": "T", "numauto": "FORGED"}
PLACES = ("/payfip/notification", "/payfip/notification/{}", "/payfip/retour")
forgery = st.tuples(
    st.sampled_from(["GET", "POST"]),
    st.sampled_from(PLACES),
    st.integers(-1, 3),
    st.sampled_from(["P", "V", "R", "Z", "A", "Q"]),
    st.sampled_from([{}, {"montant": "1"}, {"refdet": "2013T50026000999"}, {"saisie": "W"}, {"dattrans": "01012030"}]),
)
forgeries = st.lists(st.lists(forgery, max_size=3), min_size=12, max_size=13)


def forges(town: Town, forged: tuple[str, str, int, str, dict[str, str]]) -> None:
    """``which`` below 0: an operation that nobody knows."""
    method, place, which, letter, changes = forged
    operation = town.operation(which) if which >= 0 else None
    idop = operation.key if operation else "nobody-s"
    fields = FACTS | {"resultrans": letter, "idop": idop} | changes
    path = place.format(idop)
    get = method == "GET"
    answer = town.stranger.get(f"{path}?{urlencode(fields)}") if get else town.stranger.post(path, **fields)
    assert answer.status in {200, 303, 405, 503}


def a_town_with(contract: str) -> Town:
    town = Town()
    town.contract = contract
    town.signs(contract)
    town.bank.ledger.set_options({"abandon_lives": 120.0})
    return town


def played(contract: str, history: Sequence[Any], noise: Sequence[Any] = ()) -> Town:
    """The town after ``history``, with the lists of ``noise`` before each of its steps and after the last."""
    town = a_town_with(contract)
    for turn, (step, which) in enumerate([*history, (looks, 0)]):
        for forged in noise[turn : turn + 1]:
            for one in forged:
                forges(town, one)
        town.clock.at += PAUSE
        try:
            step(town, which)
        except (AlreadyPaid, BeingOpened, NotPayable, Unusable, Unavailable):
            continue
    for number in range(len(town.operations())):
        is_repaired(town, number)
    for number in range(len(town.operations())):
        town.clock.at += PAUSE
        notifies(town, number)  # What the bank knows late, it tells: the job asks no more after a day.
    for _ in range(60):
        town.clock.at += timedelta(minutes=50)
        town.reconcile(lambda: 300.0)
    return town


def books(town: Town) -> dict[str, Any]:
    """Everything that money follows from; operations and attempts by their order, their names being drawn by lot."""
    invoice = town.invoices.find(BOND, NUMBER)
    assert invoice is not None
    return {
        "attempts": [(one.state, one.answer.amount if one.answer else 0) for one in town.attempts_in_order()],
        "paid": invoice.paid,
        "journal": sorted((line.entry.kind.value, line.entry.amount) for line in town.book.told),
        "too much": [point.received for point in town.book.points() if point.kind is PointKind.OVERPAID],
        "receipts": len([mail for mail in town.outbox.mails.values() if mail.kind == "payment-receipt"]),
        "bank": list(town.bank.taken().values())[::-1],
    }


@settings(max_examples=150, deadline=None)
@given(history=honest, noise=forgeries)
def test_strangers_change_nothing_where_the_bank_can_be_asked(history: Any, noise: Any) -> None:
    history = [(starts, 0), *history]
    quiet, noisy = played("web-service", history), played("web-service", history, noise)
    assert books(noisy) == books(quiet)
    unlike = [one.answer.amount for one in noisy.attempts_in_order() if one.doubt is Doubt.DIFFERS and one.answer]
    assert books(noisy)["paid"] + sum(unlike) == sum(books(noisy)["bank"])


@settings(max_examples=100, deadline=None)
@given(history=honest, noise=forgeries)
def test_strangers_only_announce_where_it_cannot(history: Any, noise: Any) -> None:
    """By URL, nothing unsigned is ever credited or final, and what the bank itself announces is always heard."""
    town = played("url", [(starts, 0), *history], noise)
    assert books(town)["paid"] == 0
    assert [line for line in town.book.told if line.entry.attempt] == []
    assert not [one for one in town.attempts_in_order() if one.is_final]
    for number, operation in enumerate(town.operations()):
        if operation.settled and operation.outcome:
            notifies(town, number)
            as_asked = operation.outcome.montant == operation.order.montant
            heard = {AttemptState.DECLARED} if as_asked else {AttemptState.DECLARED, AttemptState.TO_CHECK}
            assert {one.state for one in town.attempts_in_order() if one.idop == operation.key} <= heard


@pytest.mark.parametrize("letter", ["R", "Z", "A"])
def test_a_forged_refusal_opens_no_second_payment_beside_a_live_one(letter: str) -> None:
    for contract in ("web-service", "url"):
        town = a_town_with(contract)
        starts(town, 0)
        forges(town, ("POST", PLACES[1], 0, letter, {}))
        town.clock.at += PAUSE
        starts(town, 0)
        assert len(town.operations()) == 1


def test_the_bank_out_of_reach_while_strangers_knock() -> None:
    """A notification that finds no treasury is told so, whoever sent it, and writes nothing."""
    town = a_town_with("web-service")
    starts(town, 0)
    town.bank.mute = 2
    assert town.stranger.post("/payfip/notification", idop=town.operations()[0].key).status == 503
    town.clock.at += PAUSE
    with pytest.raises(Unavailable):
        town.portal.payments.settle(town.attempts_in_order()[0])
    assert town.attempts_in_order()[0].state is AttemptState.PENDING
