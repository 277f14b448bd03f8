"""What money was received for: a payment is shared among the products of its invoice, and no cent is lost.

The rule: each product gets the part of the payment that it has in the invoice's total, in whole cents rounded down;
the cents that are left go one by one to the largest remainders, the first lines of the invoice first. A negative
payment is shared as the positive one of the same amount, so a reversal takes back exactly what was given.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.letters import plain
from chalicelib.rules.money import Cents

UNKNOWN = ""
"""The product of money that no invoice's line explains."""


def product_name(what: str) -> str:
    """The text of an invoice's line as a product's name: with single spaces."""
    return " ".join(what.split())


def product_key(name: str) -> str:
    """Two names with the same key are one product: case, accents and spaces do not count, digits do."""
    return plain(name)


def products_of(lines: Iterable[InvoiceLine]) -> Mapping[str, Cents]:
    """What the invoice asks for each product, in the order of its lines, under the name that comes first."""
    names: dict[str, str] = {}
    found: dict[str, Cents] = {}
    for line in lines:
        name = product_name(line.what)
        name = names.setdefault(product_key(name), name)
        found[name] = Cents(found.get(name, 0) + line.amount)
    return found


def shared(amount: Cents, products: Mapping[str, Cents]) -> Mapping[str, Cents]:
    """``amount`` among the products of an invoice; what they get adds up to it. Nothing is known of an invoice whose
    products sum up to nothing: all of it is UNKNOWN's."""
    total = sum(products.values())
    if total == 0:
        return {UNKNOWN: amount}
    exact = {name: Fraction(abs(amount) * asked, total) for name, asked in products.items()}
    parts = {name: part.numerator // part.denominator for name, part in exact.items()}
    left = abs(amount) - sum(parts.values())
    for name in sorted(parts, key=lambda one: parts[one] - exact[one])[:left]:
        parts[name] += 1
    sign = -1 if amount < 0 else 1
    return {name: Cents(sign * part) for name, part in parts.items() if part}
