"""Is this an e-mail address? Its form only: an import asks nothing of the network."""

from email_validator import EmailNotValidError, validate_email


def email_fault(text: str) -> str | None:
    """What is wrong with the address, None when nothing is."""
    try:
        validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return f"l'adresse « {text} » n'est pas valable ; attendu par exemple : prenom.nom@exemple.fr"
    return None
