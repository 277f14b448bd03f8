"""``python -m infra.ops COMMAND STAGE …``: what ``make deploy``, ``make doctor`` and their like run."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.rules.errors import Unavailable
from infra.build.__main__ import DIST, package
from infra.build.sam import CannotBuild
from infra.ops.addresses import unsuppress
from infra.ops.deploy import adopt, deploy, turn_secrets
from infra.ops.destroy import destroy
from infra.ops.doctor import findings
from infra.ops.items import load, save
from infra.ops.operator import Operator
from infra.ops.personal_data import erase_family, export_family
from infra.ops.secret_turns import rotate
from infra.ops.stage import CannotOperate, Stage, read_stage
from infra.ops.unlock import unlock

PYTHON = "3.13"


def main(arguments: list[str]) -> int:
    """Run a command and return its exit status: 0 done, 1 not done (the words say why), 2 wrong use."""
    if len(arguments) < 2 or arguments[0] not in COMMANDS:
        print(f"usage: python -m infra.ops {{{'|'.join(COMMANDS)}}} STAGE …", file=sys.stderr)
        return 2
    name, stage_name, *rest = arguments
    try:
        stage = read_stage(stage_name)
        stage.check_account()
        return COMMANDS[name](stage, rest)
    except (CannotOperate, CannotBuild, Unavailable, BotoCoreError, ClientError) as trouble:
        print(f"make {name}: {trouble}", file=sys.stderr)
        return 1


def _operator() -> Operator:
    return Operator(print, _agrees)


def _agrees(question: str) -> bool:
    """Whether the operator agrees. YES=1 answers for pipelines, where nobody can be asked."""
    if os.environ.get("YES") == "1":
        return True
    return sys.stdin.isatty() and input(f"{question} [yes/no] ").strip() == "yes"


def _deploy(stage: Stage, rest: list[str]) -> int:
    deploy(stage, _built(stage, rest), _operator())
    print("Now: make doctor STAGE=" + stage.name)
    return 0


def _adopt(stage: Stage, rest: list[str]) -> int:
    adopt(stage, _built(stage, rest), _operator())
    print("Now: make doctor STAGE=" + stage.name)
    return 0


def _built(stage: Stage, rest: list[str]) -> Path:
    version = rest[0] if rest and rest[0] else PYTHON
    built = DIST / stage.name
    for line in package(stage.name, version, "arm64", built):
        print(line)
    return built


def _destroy(stage: Stage, rest: list[str]) -> int:
    if not _agrees(f"Take down {stage.prefix}?"):
        raise CannotOperate("nothing was deleted")
    word, items = [*rest, "", ""][:2]
    destroy(stage, word, items, _operator())
    return 0


def _rotate(stage: Stage, _rest: list[str]) -> int:
    rotate(stage, lambda: turn_secrets(stage, _operator()))
    print("The session secret is a new one; nobody was signed out. The one before stays good until the next time.")
    return 0


def _doctor(stage: Stage, _rest: list[str]) -> int:
    good = True
    for found in findings(stage):
        print(f"{'ok  ' if found.good else 'MEND'} {found.what}: {found.words}")
        good = good and found.good
    return 0 if good else 1


def _backup(stage: Stage, rest: list[str]) -> int:
    return _told(save(stage, _folder(rest)))


def _restore(stage: Stage, rest: list[str]) -> int:
    return _told(load(stage, _folder(rest)))


def _family(stage: Stage, rest: list[str]) -> int:
    count = export_family(stage, _word(rest, "FAMILY"), _folder(rest[1:]))
    print(f"{count} items")
    return 0


def _erase(stage: Stage, rest: list[str]) -> int:
    family = _word(rest, "FAMILY")
    if not _agrees(f"Erase all that {stage.prefix} has of {family}?"):
        raise CannotOperate("nothing was erased")
    print(f"{erase_family(stage, family)} items of {family} are gone. Point-in-time recovery forgets them in 35 days.")
    return 0


def _unsuppress(stage: Stage, rest: list[str]) -> int:
    email = _word(rest, "EMAIL")
    print(f"The portal writes to {email} again. It did not since: {unsuppress(stage, email)}")
    return 0


def _unlock(stage: Stage, rest: list[str]) -> int:
    """``rest`` has family, child code and address; each may be empty."""
    family, child, address = (*rest, "", "", "")[:3]
    count = unlock(stage, family=family, child=child, address=address)
    nothing = "No wrong try was counted there: the codes that were typed are wrong."
    print(f"Counters cleared: {count}" if count else nothing)
    return 0


def _word(rest: list[str], name: str) -> str:
    if not rest or not rest[0]:
        raise CannotOperate(f"{name}= is missing")
    return rest[0]


def _folder(rest: list[str]) -> Path:
    folder = Path(_word(rest, "TO"))
    if not folder.is_dir():
        raise CannotOperate(f"{folder} is not a directory")
    return folder


def _told(counts: dict[str, int]) -> int:
    for name, count in counts.items():
        print(f"{name}: {count}")
    return 0


COMMANDS: dict[str, Callable[[Stage, list[str]], int]] = {
    "deploy": _deploy,
    "adopt": _adopt,
    "destroy": _destroy,
    "rotate": _rotate,
    "doctor": _doctor,
    "backup": _backup,
    "restore": _restore,
    "family": _family,
    "erase": _erase,
    "unsuppress": _unsuppress,
    "unlock": _unlock,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
