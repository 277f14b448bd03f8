"""``make import FROM=dir`` and ``make export TO=dir DAY=2026-11-22``, each with the environment of a stage."""

import os
import subprocess
import sys
from pathlib import Path

from infra.local.stage import ROOT, UnknownStage, environment_of
from infra.ops.stage import CannotOperate, Stage, read_stage

USAGES = {
    "import": "make import FROM=dir [STAGE=local] [PORT=8000] [ACCEPTER=oui] [ANNULER=oui]: dir holds the town's files",
    "export": "make export TO=dir [DAY=2026-11-22] [STAGE=local] [PORT=8000]: the lists are written in dir",
}


def main(what: str, stage: str, folder: str, *options: str) -> int:
    """Run ``what``, ``import`` or ``export``. Returns its exit status, or 2 when it could not start.

    ``make`` ends with 2 for any of them but 0, and prints the one that it got.
    """
    if not folder or not Path(folder).is_dir():
        print(f"{folder or 'nothing'!r} is not a directory. {USAGES[what]}", file=sys.stderr)
        return 2
    try:
        environment = environment_of(stage, int(os.environ.get("PORT") or 8000))
    except (UnknownStage, CannotOperate, ValueError) as error:
        print(f"make {what}: {error}", file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "chalicelib.commands", what, str(Path(folder).resolve()), *options]
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if status and what == "import" and stage != "local":
        _ring(read_stage(stage))
    return status


def _ring(stage: Stage) -> None:
    """A nightly import has nobody before its screen."""
    data = [{"MetricName": "import-failed", "Value": 1}]
    stage.client("cloudwatch").put_metric_data(Namespace=stage.prefix, MetricData=data)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
