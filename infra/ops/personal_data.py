"""``make family`` and ``make erase``: the use cases of a family's own data, on a deployed stage."""

import json
from base64 import b64encode
from pathlib import Path

from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import FamilyId
from chalicelib.services.personal_data import MoneyBetween, PersonalData
from chalicelib.settings import Settings
from chalicelib.wiring import build_personal_data
from infra.ops.secret_turns import read_secret
from infra.ops.stage import CannotOperate, Stage


def export_family(stage: Stage, family: str, folder: Path) -> int:
    """Write ``<family>.json`` and the family's PDFs in ``folder``; return how many items. Raises CannotOperate for
    none."""
    try:
        items, documents = _personal_data(stage).give(FamilyId(family))
    except NotFound as nobody:
        raise CannotOperate(f"there is no family {family}") from nobody
    path = folder / f"{family}.json"
    path.write_text(json.dumps(items, indent=1, ensure_ascii=False, default=_of_bytes), encoding="utf-8")
    path.chmod(0o600)
    for name, content in documents:
        document = folder / family / name
        document.parent.mkdir(parents=True, exist_ok=True)
        document.write_bytes(content)
    return sum(map(len, items.values()))


def erase_family(stage: Stage, family: str) -> int:
    """Delete all that the portal has of a family; return how many items. After an interruption, run it again: it
    finishes.

    Raises CannotOperate while money is between the family and the town.
    """
    try:
        return _personal_data(stage).erase(FamilyId(family))
    except MoneyBetween as money:
        owes = f"owes {', '.join(money.owed)}" if money.owed else ""
        pays = f"has a payment under way for {', '.join(money.under_way)}" if money.under_way else ""
        said = " and ".join(filter(None, (owes, pays)))
        raise CannotOperate(f"{family} {said}: nothing was erased, run it again when that is settled") from money


def _personal_data(stage: Stage) -> PersonalData:
    """Raises CannotOperate without the pepper."""
    return build_personal_data(
        Settings(
            stage=stage.name,
            region=stage.region,
            tables=stage.prefix,
            session_secret="",
            pepper=read_secret(stage, "pepper"),
            sender="",
            endpoint=stage.endpoint,
            bucket=stage.documents,
        )
    )


def _of_bytes(value: bytes) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}
