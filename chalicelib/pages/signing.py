"""Values that travel through the browser and come back unchanged, or not at all."""

import hashlib
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer


class Tampered(ValueError):
    """The text was not signed by us for this purpose."""


class Signing:
    """Signs JSON values with the portal's secret. ``purpose`` keeps a value from being used for something else."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def seal(self, purpose: str, value: Any) -> str:
        """Text safe in a cookie, a form or an address."""
        return str(self._serializer(purpose).dumps(value))

    def unseal(self, purpose: str, text: str) -> Any:
        """The value of ``seal``; raises Tampered."""
        try:
            return self._serializer(purpose).loads(text)
        except BadSignature as fault:
            raise Tampered(purpose) from fault

    def token(self, purpose: str, subject: str) -> str:
        """A short secret of ``subject`` that only we can work out; URL-safe, 43 characters."""
        signer = self._serializer(purpose).make_signer(purpose)
        return signer.get_signature(subject.encode()).decode()

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return _serializer(self._secret, purpose)


@lru_cache(maxsize=16)
def _serializer(secret: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret, salt=purpose, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
