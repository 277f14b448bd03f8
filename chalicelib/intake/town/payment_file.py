"""Limits of paying online in ``[paiement]`` of town.toml."""

from chalicelib.intake.files.toml_tables import Table
from chalicelib.rules.money import Cents, euros, in_words
from chalicelib.rules.payments import LEAST, MOST

CEILING = "plafond"


def read_ceiling(payment: Table) -> Cents:
    """The most that one payment may be: euros, as a number or as text. The treasury's own when it is not said."""
    said = payment.any(CEILING)
    if said is None:
        return MOST
    try:
        ceiling = euros(str(said))
    except ValueError:
        ceiling = Cents(0)
    if not LEAST <= ceiling <= MOST:
        expected = f"attendu : de {in_words(LEAST)} à {in_words(MOST)}, par exemple 1500"
        payment.fault(CEILING, f"« {CEILING} = {said} » ; {expected}")
        return MOST
    return ceiling
