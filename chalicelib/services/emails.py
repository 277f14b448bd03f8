"""What an e-mail address is, both typed in a form and read from a list: one definition."""

LONGEST_EMAIL = 254


def is_email(text: str) -> bool:
    """Whether ``text`` is one address that mail could reach. Only its form is checked; nothing is asked of the
    network."""
    # Imported here, because few pages need it and it would make every cold start slower.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return len(text) <= LONGEST_EMAIL
