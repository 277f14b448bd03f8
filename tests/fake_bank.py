"""A treasury that answers what a test tells it to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.adapters.payfip_answer import answer_of
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.payments import Attempt, BankAnswer
from chalicelib.services.payment_ports import (
    NotYetKnown,
    OrderRefused,
    UnknownOperation,
)
from tests.clock import paris


@dataclass
class Treasury:
    """``PaymentProvider``. ``answers``: what became of each operation; None while it does not know."""

    answers: dict[str, BankAnswer | None] = field(default_factory=dict)
    asked: list[tuple[Attempt, str, str]] = field(default_factory=list)
    looked: Counter[str] = field(default_factory=Counter)
    """How many look-ups of each operation."""
    broken: set[str] = field(default_factory=set)
    """Operations over which it breaks down."""
    down: bool = False
    refuses: str = ""
    now: datetime = field(default_factory=lambda: paris("lundi 2026-11-23 10:00"))

    def create(self, attempt: Attempt, *, notify: str, back: str) -> str:
        self._answer()
        if self.refuses:
            raise OrderRefused(self.refuses, parent=self.refuses == "A2")
        idop = f"idop-{len(self.asked) + 1}"
        self.asked.append((attempt, notify, back))
        self.answers[idop] = None
        return idop

    def page(self, attempt: Attempt) -> str:
        return f"https://bank.example/{attempt.idop}"

    def result_of(self, idop: str) -> BankAnswer:
        self.looked[idop] += 1
        self._answer()
        if idop in self.broken:
            raise Unavailable("treasury: 999")
        if idop not in self.answers:
            raise UnknownOperation(idop)
        answer = self.answers[idop]
        if answer is None:
            raise NotYetKnown(idop)
        return answer

    def declared(self, told: Mapping[str, str]) -> BankAnswer:
        return answer_of(told)

    def says(self, idop: str, letter: str, **changes: object) -> None:
        attempt, _, _ = self.asked[int(idop.removeprefix("idop-")) - 1]
        facts = (attempt.client_number, attempt.reference, attempt.amount, attempt.saisie)
        self.answers[idop] = replace(BankAnswer(idop, letter, *facts, "A55A", self.now), **changes)  # type: ignore[arg-type]

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("treasury")


def posted(answer: BankAnswer, **changes: str) -> dict[str, str]:
    """An answer in the fields of the treasury's unsigned return."""
    told = {
        "numcli": answer.client_number,
        "refdet": answer.reference,
        "montant": str(answer.amount),
        "saisie": answer.saisie,
        "resultrans": answer.letter,
        "numauto": answer.authorisation,
    }
    return {**told, **changes}


def nobody_reads(event: str, **facts: object) -> None:
    """A ``Report`` to nobody."""
