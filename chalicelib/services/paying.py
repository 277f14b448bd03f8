"""Paying online: its use cases, each of which has a module of its own."""

from dataclasses import dataclass

from chalicelib.services.declaring import DeclarePayment
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import StartPayment


@dataclass(frozen=True)
class PaymentUseCases:
    """Paying online: a payment is opened, looked at, and settled by what the treasury tells."""

    start: StartPayment
    show: ShowPayment
    settle: SettlePayment
    declare: DeclarePayment
