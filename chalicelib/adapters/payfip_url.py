"""The treasury's older contract (TIPI direct): the parent's own request carries the order, and nothing can be looked
up.

The answer is not signed. A nonce, which only the treasury and the parent's browser see, names the attempt. Whatever
comes back under it is a declaration, which the town's own records must confirm.
"""

import secrets
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from chalicelib.adapters.payfip_answer import answer_of
from chalicelib.adapters.payfip_order import TEST, checked_address, order_of
from chalicelib.rules.payments import Attempt, BankAnswer
from chalicelib.services.payment_ports import NotYetKnown

PAGE = "/tpa/paiement.web"
LIVE_LETTERS = frozenset("XAM")


class PayFipUrl:
    """``PaymentProvider`` for the URL contract. ``return_address`` turns an attempt's nonce into the address where the
    treasury posts its result; ``test`` is as for ``PayFip``."""

    def __init__(self, base_url: str, return_address: Callable[[str], str], *, test: bool) -> None:
        self.base_url = base_url
        self._letters = LIVE_LETTERS | {TEST} if test else LIVE_LETTERS
        self._return_address = return_address

    def create(self, attempt: Attempt, *, notify: str, back: str) -> str:
        """A nonce; nobody is asked. This contract does not use ``notify`` and ``back``."""
        del notify, back
        order_of(attempt, self._letters)
        nonce = secrets.token_urlsafe(24)
        checked_address(self._return_address(nonce), "N1")
        return nonce

    def page(self, attempt: Attempt) -> str:
        order = {**order_of(attempt, self._letters), "urlcl": self._return_address(attempt.idop)}
        return f"{self.base_url}{PAGE}?{urlencode(order)}"

    def result_of(self, idop: str) -> BankAnswer:
        """Always NotYetKnown: the treasury cannot be asked in this contract."""
        raise NotYetKnown(idop)

    def declared(self, told: Mapping[str, str]) -> BankAnswer:
        return answer_of(told)
