"""Money enters an invoice by the book alone: nothing else writes what an item has of payments, or makes payments of it.

The stores are read for attributes that they set; the rest of the code for invoices with other payments.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.meta.test_architecture import SHIPPED, module_name

MONEY = {"paid", "payments"}
ALLOWED = {
    # Module: why.
    "rules.posting": "what an event of money makes of its invoices",
    "storage.invoice_items": "the item that an event of money writes, and reading it",
    "storage.invoices": "a new invoice has no payments",
    "services.deciding": "the payments of an event",
    "services.taking_back": "what an e-mail tells of the invoice as it will be",
    "intake.invoices.putting": "the PDF that comes with payments shows them",
    "intake.invoices.decisions": "compares a listed invoice with the payments that the portal has",
}
MAKES = {"replace", "Invoice", "InvoiceRow", "rows", "invoices"}
"""What makes an invoice, or its item."""


def money_written(source: str) -> Iterator[int]:
    """Lines that set what was paid: of a copy or a row, or of an item's attribute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (_makes_one(node) or _sets_one(node.func)):
            yield node.lineno


def _makes_one(call: ast.Call) -> bool:
    return _name(call.func) in MAKES and any(word.arg in MONEY for word in call.keywords)


def _sets_one(called: ast.expr) -> bool:
    if not (isinstance(called, ast.Attribute) and called.attr in {"set", "add", "remove"}):
        return False
    attribute = called.value
    return isinstance(attribute, ast.Attribute) and attribute.attr in MONEY and _name(attribute.value) in MAKES


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else str(getattr(node, "id", ""))


@pytest.mark.parametrize("path", SHIPPED, ids=module_name)
def test_money_enters_by_one_door(path: Path) -> None:
    module = module_name(path)
    if module not in ALLOWED:
        assert list(money_written(path.read_text())) == []


def test_every_exception_is_used() -> None:
    found = {module_name(path) for path in SHIPPED if list(money_written(path.read_text()))}
    assert set(ALLOWED) <= found


def test_only_the_book_writes_what_an_event_makes_of_an_item() -> None:
    callers = {module_name(path) for path in SHIPPED if "changing(" in path.read_text()}
    assert callers == {"storage.invoice_items", "storage.book"}


@pytest.mark.parametrize(
    "source",
    ["replace(invoice, payments=())", "rows.paid.add(1)", "self.rows.payments.set({})", "InvoiceRow(a, b, paid=3)"],
)
def test_another_door_is_seen(source: str) -> None:
    assert list(money_written(source))
