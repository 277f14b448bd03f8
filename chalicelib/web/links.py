"""Addresses that leave in e-mails and to the treasury. What acts without a session is signed."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from chalicelib.rules.ids import FamilyId, family_id
from chalicelib.settings import MissingSetting, Settings
from chalicelib.web.signing import Signing, Tampered

CONFIRM, STOP = "confirm-address-1", "stop-notices-1"
"""What a token is good for, with the number of its layout."""


class SignedLinks:
    """``MailLinks`` and ``PaymentLinks``. All raise MissingSetting in a portal that was not told its public address."""

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
    """Family and address of a ``stop`` link. It never expires: an old e-mail can still be answered. Raises Tampered."""
    family, email = signing.unseal(STOP, token)
    return family_id(family), str(email)


def whom_to_confirm(token: str, signing: Signing, now: datetime) -> tuple[FamilyId, str]:
    """Family and address of a ``confirm`` link; raises Tampered, also when its time is over."""
    family, email, until = signing.unseal(CONFIRM, token)
    if now >= datetime.fromtimestamp(until, UTC):
        raise Tampered(CONFIRM)
    return family_id(family), str(email)
