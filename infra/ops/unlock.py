"""``make unlock``: forget the wrong tries that keep a parent out, before their quarter of an hour is over."""

from collections.abc import Iterator

from chalicelib.services.keyed_hashes import address_subject, child_subject
from infra.ops.items import query, write
from infra.ops.secret_turns import read_secret
from infra.ops.stage import CannotOperate, Stage


def unlock(stage: Stage, *, family: str = "", child: str = "", address: str = "") -> int:
    """Delete the counters of a family's child codes, of one child code, of an IP address; how many there were.

    Raises CannotOperate when none of the three is given, or the family has no child. A payer code's counter stays:
    the portal does not know the code, and a quarter of an hour ends it.
    """
    codes = [child] * bool(child) + (_codes_of(stage, family) if family else [])
    if not (codes or address):
        raise CannotOperate("FAMILY=, CHILD= or ADDRESS= is missing")
    pepper = read_secret(stage, "pepper")
    subjects = [child_subject(pepper, code) for code in codes]
    subjects += [address_subject(pepper, address)] * bool(address)
    keys = [key for subject in dict.fromkeys(subjects) for key in _counters(stage, subject)]
    write(stage, f"{stage.prefix}-throttle", ({"DeleteRequest": {"Key": key}} for key in keys))
    return len(keys)


def _codes_of(stage: Stage, family: str) -> list[str]:
    codes = [item["code"]["S"] for item in query(stage, "families", "family", family) if "code" in item]
    if not codes:
        raise CannotOperate(f"there is no family {family}, or it has no child")
    return codes


def _counters(stage: Stage, subject: str) -> Iterator[dict[str, dict[str, str]]]:
    for item in query(stage, "throttle", "subject", subject):
        yield {name: item[name] for name in ("subject", "window")}
