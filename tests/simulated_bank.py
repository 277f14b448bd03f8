"""The simulator's ledger as a ``PaymentProvider``, without its pages: what it took is the truth to come to."""

from collections.abc import Mapping

from chalicelib.adapters.payfip_answer import answer_of
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.payments import Attempt, BankAnswer
from chalicelib.services.payment_ports import NotYetKnown, UnknownOperation
from infra.local.bank.operations import TAKEN, Ledger, Order, Unusable
from infra.local.bank.soap import told
from tests.clock import FixedClock


class Bank:
    """``PaymentProvider`` over the simulator's ledger. ``mute``: how many answers get lost on their way."""

    def __init__(self, clock: FixedClock) -> None:
        self.ledger = Ledger(clock)
        self.mute = 0

    def create(self, attempt: Attempt, *, notify: str, back: str) -> str:
        facts = (attempt.client_number, attempt.exercice, attempt.reference, "", int(attempt.amount), attempt.email)
        operation = self.ledger.create(Order("ws", *facts, attempt.saisie, notify, back))
        self._answer()
        return operation.key

    def page(self, attempt: Attempt) -> str:
        return attempt.idop

    def result_of(self, idop: str) -> BankAnswer:
        self._answer()
        if self.ledger.strike("recupererDetailPaiementSecurise", idop):
            raise Unavailable("the bank breaks down over it")
        try:
            operation, outcome = self.ledger.result(idop)
        except Unusable as unusable:
            raise (UnknownOperation if unusable.args[0] == "P1" else NotYetKnown)(idop) from None
        return answer_of({**told(operation, outcome), "idop": idop})

    def declared(self, told: Mapping[str, str]) -> BankAnswer:
        return answer_of(told)

    def _answer(self) -> None:
        if self.mute:
            self.mute -= 1
            raise Unavailable("the bank's answer was lost")

    def taken(self) -> dict[str, int]:
        """Cents of every operation that ended with money."""
        ended = [one for one in self.ledger.all() if one.outcome and one.outcome.letter in TAKEN]
        return {one.key: one.outcome.montant for one in ended if one.outcome}
