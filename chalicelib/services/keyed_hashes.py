"""Codes, addresses and families as hashes that only the pepper makes: tables and counters tell none of them."""

import hashlib
import hmac

from chalicelib.rules.codes import normal_code


def login_key(pepper: str, child_code: str) -> str:
    """Key of the logins table, hex, 64 characters: an HMAC of the child code, which is no secret, and of that alone.

    A key that held the payer code too would be a fast hash of it, beside the slow one.
    """
    return keyed_hash(pepper, f"login|{normal_code(child_code)}")


def secret_of(pepper: str, payer_code: str, salt: bytes) -> bytes:
    """What the logins table keeps of a payer code. Without the pepper it cannot be tried at all; with it, slowly."""
    return slow_hash(bytes.fromhex(keyed_hash(pepper, f"secret|{normal_code(payer_code)}")), salt)


def slow_hash(secret: bytes, salt: bytes) -> bytes:
    """scrypt with 16 MB, about 43 ms: what a stolen table and a stolen pepper still do not give.

    OWASP's advice for 16 MB is p=5, for passwords that people choose and without a pepper. The town gives payer codes
    out, the pepper is elsewhere, and every sign-in of a crowd pays this: p=1 is a fifth of that advice, and said so.
    """
    return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=32)


def subject(pepper: str, kind: str, what: str) -> str:
    """Of a counter. An HMAC: the counters tell neither codes nor addresses, few as those are."""
    return f"{kind}#{keyed_hash(pepper, f'{kind}|{what}')}"


def child_subject(pepper: str, child_code: str) -> str:
    return subject(pepper, "child", normal_code(child_code))


def address_subject(pepper: str, address: str) -> str:
    return subject(pepper, "address", address)


def keyed_hash(pepper: str, text: str) -> str:
    """HMAC-SHA256 under the pepper, hex. ``text`` begins with what it is: one thing's hash is no other thing's."""
    return hmac.new(pepper.encode(), text.encode(), hashlib.sha256).hexdigest()
