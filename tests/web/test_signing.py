"""Signatures while the secret changes: what one process signs, no other refuses."""

import pytest

from chalicelib.web.signing import Signing, Tampered

OLD, BOTH, TURNED, NEW = (Signing(secret) for secret in ("old", "old new", "new old", "new"))


@pytest.mark.parametrize(
    ("writer", "reader"), [(OLD, BOTH), (BOTH, OLD), (BOTH, TURNED), (TURNED, BOTH), (TURNED, NEW)]
)
def test_each_step_of_a_rotation_reads_the_step_beside_it(writer: Signing, reader: Signing) -> None:
    assert reader.unseal("session", writer.seal("session", ["f-bond"])) == ["f-bond"]
    token = writer.token("csrf", "nonce")
    assert reader.is_token(token, "csrf", "nonce")
    assert reader.is_token(token[:12], "csrf", "nonce")


def test_the_first_secret_signs() -> None:
    assert TURNED.seal("session", 1) == NEW.seal("session", 1)
    assert BOTH.seal("session", 1) == OLD.seal("session", 1)


def test_a_secret_that_was_forgotten_opens_nothing() -> None:
    with pytest.raises(Tampered):
        NEW.unseal("session", OLD.seal("session", 1))
    assert not NEW.is_token(OLD.token("csrf", "n"), "csrf", "n")


@pytest.mark.parametrize("text", ["", "x", OLD.token("csrf", "n")[:11], OLD.token("csrf", "other"), "é" * 43])
def test_what_is_no_token(text: str) -> None:
    assert not OLD.is_token(text, "csrf", "n")
