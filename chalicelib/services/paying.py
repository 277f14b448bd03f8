"""Paying online: its use cases, each in a module of its own."""

from dataclasses import dataclass

from chalicelib.services.declaring import DeclarePayment
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import StartPayment


@dataclass(frozen=True)
class PaymentUseCases:
    """Paying online: opened, looked at, and settled by what the treasury tells."""

    start: StartPayment
    show: ShowPayment
    settle: SettlePayment
    declare: DeclarePayment
