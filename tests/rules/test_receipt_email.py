"""The treasury's limits of an e-mail address."""

import pytest

from chalicelib.rules.receipt_email import EmailFault, email_fault


@pytest.mark.parametrize(
    ("email", "fault"),
    [
        ("jamie.bond@server.fr", None),
        ("a@b.fr", None),
        ("a@b.c", EmailFault.LENGTH),
        (f"{'j' * 64}@{'s' * 12}.fr", None),
        (f"{'j' * 64}@{'s' * 13}.fr", EmailFault.LENGTH),
        ("jérôme@server.fr", EmailFault.LETTERS),
        ("jamie@bond@server.fr", EmailFault.SHAPE),
        ("jamie bond@server.fr", EmailFault.SHAPE),
        ("jamie.bond", EmailFault.SHAPE),
    ],
)
def test_what_the_treasury_takes(email: str, fault: EmailFault | None) -> None:
    assert email_fault(email) is fault
