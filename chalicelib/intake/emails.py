"""What a clerk reads about an e-mail address that the portal would refuse from a parent too."""

from chalicelib.services.emails import is_email


def email_fault(text: str) -> str | None:
    """What is wrong with the address, in French; None when nothing is."""
    if is_email(text):
        return None
    return f"l'adresse « {text} » n'est pas valable ; attendu par exemple : prenom.nom@exemple.fr"
