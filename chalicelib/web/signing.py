"""Values that travel through the browser, and are accepted only when they come back unchanged."""

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from itsdangerous.encoding import base64_encode

TOKEN_CHARACTERS = 12
"""Characters of a token that are enough to tell families apart."""


class Tampered(ValueError):
    """We did not sign the text for this purpose."""


class Signing:
    """Signs JSON values with the portal's secret. ``purpose`` keeps a value from being used for something else.

    ``secret`` is one secret, or several with spaces between them. The first signs; what was signed with the others is
    still accepted, so that a secret can be changed while parents are at work.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def seal(self, purpose: str, value: Any) -> str:
        """The signed value as text that is safe in a cookie, a form or an address."""
        return str(self._serializer(purpose).dumps(value))

    def unseal(self, purpose: str, text: str) -> Any:
        """The value that was given to ``seal``. Raises Tampered."""
        try:
            return self._serializer(purpose).loads(text)
        except BadSignature as fault:
            raise Tampered(purpose) from fault

    def token(self, purpose: str, subject: str) -> str:
        """A short secret of ``subject`` that only we can compute; URL-safe, 43 characters."""
        return self._tokens(purpose, subject)[0]

    def is_token(self, text: str, purpose: str, subject: str) -> bool:
        """Whether ``text`` is a token of ours, under any secret: the whole token, or at least its first twelve
        characters."""
        return len(text) >= TOKEN_CHARACTERS and any(
            hmac.compare_digest(text.encode(), token[: len(text)].encode()) for token in self._tokens(purpose, subject)
        )

    def _tokens(self, purpose: str, subject: str) -> list[str]:
        signer = self._serializer(purpose).make_signer(purpose)
        signatures = [
            signer.algorithm.get_signature(signer.derive_key(key), subject.encode()) for key in signer.secret_keys
        ]
        return [base64_encode(signature).decode() for signature in reversed(signatures)]

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return _serializer(self._secret, purpose)


@lru_cache(maxsize=16)
def _serializer(secret: str, purpose: str) -> URLSafeSerializer:
    # itsdangerous wants the newest last.
    return URLSafeSerializer(
        secret.split()[::-1] if " " in secret else secret,
        salt=purpose,
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
