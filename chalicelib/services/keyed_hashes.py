"""Hashes of codes, addresses and families under the pepper: without it, tables and counters tell none of them."""

import hashlib
import hmac

from chalicelib.rules.codes import normal_code


def login_key(pepper: str, child_code: str) -> str:
    """Key of the logins table (hex, 64 characters): an HMAC of the child code alone, which is no secret.

    A key that also held the payer code would be a fast hash of it, beside the slow one.
    """
    return keyed_hash(pepper, f"login|{normal_code(child_code)}")


def secret_of(pepper: str, payer_code: str, salt: bytes) -> bytes:
    """What the logins table keeps of a payer code. Without the pepper nobody can try codes against it; with the pepper,
    only slowly."""
    return slow_hash(bytes.fromhex(keyed_hash(pepper, f"secret|{normal_code(payer_code)}")), salt)


def slow_hash(secret: bytes, salt: bytes) -> bytes:
    """scrypt with 16 MB, about 43 ms: it protects payer codes even when both the table and the pepper are stolen.

    For 16 MB, OWASP advises p=5; it speaks of passwords that people choose, without a pepper. Here the town gives out
    the payer codes, the pepper is kept elsewhere, and everybody in a crowd pays this time at sign-in. So p is 1, a
    fifth of the advice.
    """
    return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=32)


def subject(pepper: str, kind: str, what: str) -> str:
    """Subject of a counter. It is an HMAC: codes and addresses are few, and the counters must not tell them."""
    return f"{kind}#{keyed_hash(pepper, f'{kind}|{what}')}"


def child_subject(pepper: str, child_code: str) -> str:
    return subject(pepper, "child", normal_code(child_code))


def address_subject(pepper: str, address: str) -> str:
    return subject(pepper, "address", address)


def keyed_hash(pepper: str, text: str) -> str:
    """HMAC-SHA256 under the pepper, in hex. ``text`` begins with the kind of thing, so that two kinds never have the
    same hash."""
    return hmac.new(pepper.encode(), text.encode(), hashlib.sha256).hexdigest()
