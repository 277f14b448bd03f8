"""Reads a form as strictly as our pages write it: one encoding, known fields, a limited size."""

import binascii
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from chalicelib.rules.errors import BadForm
from chalicelib.values import Value

LARGEST_FORM_BYTES = 64 * 1024
"""Bytes. Five weeks of ten activities and three children, with every box ticked, stay under 40 KB."""
MOST_CELLS = 1000
MOST_FIELDS = MOST_CELLS + 20
_FORM = re.compile(r"application/x-www-form-urlencoded\s*(;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)


class TooLarge(ValueError):
    """The body is larger than ``LARGEST_FORM_BYTES``."""


class NotAForm(ValueError):
    """The body is not of the kind that a page's form sends, or its charset is not UTF-8."""


class Form(Value):
    """The fields of one POST: at most one value for each, and the cells of the planning."""

    fields: dict[str, str]
    cells: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """The field's value; empty when the form does not have it."""
        return self.fields.get(name, "")


def read_form(request: Any, names: Collection[str]) -> Form:
    """The form of a Chalice request. Raises TooLarge, NotAForm, or BadForm for anything that no page of ours sends."""
    if not _FORM.fullmatch(request.headers.get("content-type", "")):
        raise NotAForm
    fields: dict[str, str] = {}
    cells: list[str] = []
    for name, value in _pairs(_text(request)):
        if name == "c" and "c" in names:
            cells.append(value)
        elif name not in names:
            raise BadForm("field-unknown")
        elif name in fields:
            raise BadForm("field-twice")
        else:
            fields[name] = value
    if len(cells) > MOST_CELLS:
        raise BadForm("too-many-cells")
    return Form(fields, tuple(cells))


def _text(request: Any) -> str:
    try:
        body = request.raw_body
    except (binascii.Error, UnicodeError) as fault:
        raise BadForm("encoding") from fault
    if len(body) > LARGEST_FORM_BYTES:
        raise TooLarge
    try:
        return str(body, "utf-8")
    except UnicodeError as fault:
        raise BadForm("encoding") from fault


def _pairs(text: str) -> list[tuple[str, str]]:
    if text.count("&") >= MOST_FIELDS:
        raise BadForm("too-many-cells")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", separator="&")
    except UnicodeError as fault:
        raise BadForm("encoding") from fault
