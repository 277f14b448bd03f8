"""Addresses that the portal gives to others, in e-mails and to the treasury. Those that act without a session are
signed."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

from chalicelib.rules.ids import FamilyId, family_id
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.kitchen import OrderId
from chalicelib.services.order_ports import OrderRef
from chalicelib.settings import MissingSetting, Settings
from chalicelib.web.signing import Signing, Tampered

CONFIRM, STOP, ORDER = "confirm-address-1", "stop-notices-1", "kitchen-order-1"
"""What a token is valid for, with the number of its layout."""


class SignedLinks:
    """``MailLinks``, ``PaymentLinks`` and ``OrderLinks``. Every method raises MissingSetting when the portal does not
    know its public address."""

    def __init__(self, settings: Settings) -> None:
        self._origin = settings.origin
        self._base_path = settings.base_path
        self._signing = Signing(settings.session_secret)

    def invoices(self) -> str:
        return self._absolute("/factures")

    def stop(self, family: FamilyId, email: str) -> str:
        return self._link("/desinscription", self._signing.seal(STOP, [family, email]))

    def confirm(self, family: FamilyId, email: str, until: datetime) -> str:
        token = self._signing.seal(CONFIRM, [family, email, int(until.timestamp())])
        return self._link("/notifications/confirmer", token)

    def order(self, ref: OrderRef) -> str:
        return self._link(
            "/commande", self._signing.seal(ORDER, [ref.order, ref.first.isoformat(), instant_text(ref.at)])
        )

    def notify(self) -> str:
        return self._absolute("/payfip/notification")

    def returned(self, nonce: str) -> str:
        """Where the treasury posts the result of an order of the URL contract."""
        return self._absolute(f"/payfip/notification/{nonce}")

    def back(self) -> str:
        return self._absolute("/payfip/retour")

    def _link(self, path: str, token: str) -> str:
        return self._absolute(f"{path}?{urlencode({'jeton': token})}")

    def _absolute(self, path: str) -> str:
        if not self._origin:
            raise MissingSetting("PORTAL_ORIGIN is empty: e-mails and the bank need the portal's public address")
        return self._origin + self._base_path + path


def whom_to_stop(token: str, signing: Signing) -> tuple[FamilyId, str]:
    """Family and address of a ``stop`` link. It never expires: an old e-mail must still work. Raises Tampered."""
    family, email = signing.unseal(STOP, token)
    return family_id(family), str(email)


def whom_to_confirm(token: str, signing: Signing, now: datetime) -> tuple[FamilyId, str]:
    """Family and address of a ``confirm`` link. Raises Tampered, also after the link's time."""
    family, email, until = signing.unseal(CONFIRM, token)
    if now >= datetime.fromtimestamp(until, UTC):
        raise Tampered(CONFIRM)
    return family_id(family), str(email)


def order_named(token: str, signing: Signing) -> OrderRef:
    """The order of an ``order`` link. It lasts as long as the order is kept. Raises Tampered."""
    order, first, at = signing.unseal(ORDER, token)
    return OrderRef(OrderId(order), date.fromisoformat(first), instant_of(at))
