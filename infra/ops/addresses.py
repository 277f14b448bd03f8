"""Addresses that bounced or complained. The outbox knows only their HMACs, so the operator must give the address."""

from chalicelib.storage import keys
from infra.ops.secret_turns import read_secret
from infra.ops.stage import CannotOperate, Stage


def unsuppress(stage: Stage, email: str) -> str:
    """Let the portal write to ``email`` again; return why it did not. Raises CannotOperate when nothing forbade it."""
    address = keys.suppressed_address(read_secret(stage, "pepper"), email)
    table, key = f"{stage.prefix}-outbox", {"shard": {"S": keys.SUPPRESSED}, "due": {"S": address}}
    item = stage.client("dynamodb").get_item(TableName=table, Key=key).get("Item")
    if not item:
        raise CannotOperate(f"{email} is not suppressed: the portal writes to it")
    stage.client("dynamodb").delete_item(TableName=table, Key={name: item[name] for name in key})
    return str(item["why"]["S"])
