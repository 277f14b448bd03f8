"""Paying online: its use cases, each of which has a module of its own."""

from chalicelib.services.declaring import DeclarePayment
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import StartPayment
from chalicelib.values import Value


class PaymentUseCases(Value):
    """Paying online: a payment is opened, looked at, and settled by what the treasury tells."""

    start: StartPayment
    show: ShowPayment
    settle: SettlePayment
    declare: DeclarePayment
