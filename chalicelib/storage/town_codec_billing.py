"""The part of a town's JSON that says how its billing software wants its file; nothing for a town that says nothing."""

from collections.abc import Mapping
from typing import Any

from chalicelib.rules.billing import Billing, BillingCode


def dump_billing(billing: Billing) -> dict[str, Any]:
    if billing == Billing():
        return {}
    codes = {code.value: word for code, word in sorted(billing.codes.items())}
    return {"billing": {"columns": [list(column) for column in billing.columns], "codes": codes}}


def load_billing(read: Mapping[str, Any]) -> Billing:
    facts = read.get("billing")
    if not facts:
        return Billing()
    return Billing(
        columns=tuple((title, fact) for title, fact in facts["columns"]),
        codes={BillingCode(code): word for code, word in facts["codes"].items()},
    )
