"""Addresses that bounced or complained: the outbox knows them by an HMAC only, so the question brings the address."""

from collections.abc import Iterable
from typing import Any

from chalicelib.storage import keys
from infra.ops.secret_turns import read_secret
from infra.ops.stage import CannotOperate, Stage

Item = dict[str, Any]


def addresses_of(items: Iterable[Item]) -> set[str]:
    """Every e-mail address among a family's items of the families table: the town's, and those that parents added."""
    found = set()
    for item in items:
        found.add(item.get("email", {}).get("S", ""))
        found |= {told["S"].partition("|")[2] for told in item.get("extra", {}).get("L", [])}
    return found - {""}


def suppressions(stage: Stage, emails: Iterable[str]) -> list[Item]:
    """The outbox's items that say not to write to ``emails``. Raises CannotOperate without the pepper."""
    pepper = read_secret(stage, "pepper")
    wanted = (_key(pepper, email) for email in sorted(emails))
    found = (stage.client("dynamodb").get_item(TableName=_table(stage), Key=key).get("Item") for key in wanted)
    return [item for item in found if item]


def unsuppress(stage: Stage, email: str) -> str:
    """Let the portal write to ``email`` again; why it did not. Raises CannotOperate when it did."""
    there = suppressions(stage, [email])
    if not there:
        raise CannotOperate(f"{email} is not suppressed: the portal writes to it")
    (item,) = there
    stage.client("dynamodb").delete_item(TableName=_table(stage), Key={name: item[name] for name in ("shard", "due")})
    return str(item["why"]["S"])


def _key(pepper: str, email: str) -> Item:
    return {"shard": {"S": keys.SUPPRESSED}, "due": {"S": keys.suppressed_address(pepper, email)}}


def _table(stage: Stage) -> str:
    return f"{stage.prefix}-outbox"
