"""An e-mail is written in one place, ``services.mails``: one function, named as its folder of templates is."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.adapters.mail_templates import FOLDER
from chalicelib.services import mails
from chalicelib.services.mail_ports import Mail
from tests.meta.test_architecture import SHIPPED, module_name

READ_BACK = "storage.outbox"
"""Makes again the e-mails that it kept."""


def made_in(source: str) -> Iterator[int]:
    """Lines on which the code makes an e-mail."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == Mail.__name__:
            yield node.lineno


def test_each_e_mail_is_a_function_named_as_its_folder() -> None:
    written = {name for name, made in inspect.getmembers(mails, inspect.isfunction) if makes_a_mail(made)}
    assert {name.replace("_", "-") for name in written} == {folder.name for folder in FOLDER.iterdir()}


def makes_a_mail(function: object) -> bool:
    return inspect.getmodule(function) is mails and inspect.signature(function).return_annotation is Mail  # type: ignore[arg-type]


@pytest.mark.parametrize("path", SHIPPED, ids=module_name)
def test_e_mails_are_written_nowhere_else(path: Path) -> None:
    if module_name(path) not in {mails.__name__.removeprefix("chalicelib."), READ_BACK}:
        assert list(made_in(path.read_text())) == []


def test_an_e_mail_written_elsewhere_is_caught() -> None:
    assert list(made_in("put(mail_ports.Mail(a, b))")) == [1]
