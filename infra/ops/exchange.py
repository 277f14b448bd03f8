"""``make import FROM=dir``, ``make export TO=dir WHAT=tout``, ``make codes FROM=dir``, ``make controle MONTH=2026-11``:
each with the environment of a stage."""

import os
import subprocess
import sys
from pathlib import Path

from infra.local.stage import ROOT, UnknownStage, environment_of
from infra.ops.stage import CannotOperate, Stage, read_stage

USAGES = {
    "import": "make import FROM=dir [STAGE=local] [PORT=8000] [VERIFIER=oui] [ACCEPTER=oui] [ANNULER=oui]: "
    "dir holds the town's files",
    "codes": "make codes FROM=dir [STAGE=local] [PORT=8000] [PORTAIL=https://…] [FAMILLE=f-1] [REMPLACER=oui]: "
    "dir holds the town's files; PORTAIL, the address that letters say, does without a stage",
    "export": "make export TO=dir [WHAT=paiements] [DAY=2026-11-22] [MONTH=2026-11] [CLOSED_BY='Mme Petit'] "
    "[FOR=mairie] [SINCE=2026-11-01] [STAGE=local] [PORT=8000]: the files are written in dir",
}
WITHOUT_FOLDER = "controle"
OR_PORTAIL = ", or the address that the letters say: PORTAIL=https://…"


def main(what: str, stage: str, *options: str) -> int:
    """Run ``what``: a key of ``USAGES``, whose first option is a folder, or WITHOUT_FOLDER. Returns its exit status, or
    2 when it could not start.

    ``make`` ends with 2 for any of them but 0, and prints the one that it got.
    """
    if what != WITHOUT_FOLDER:
        folder, *rest = options
        if not folder or not Path(folder).is_dir():
            print(f"{folder or 'nothing'!r} is not a directory. {USAGES[what]}", file=sys.stderr)
            return 2
        options = (str(Path(folder).resolve()), *rest)
    try:
        environment = dict(os.environ) if "--portail" in options else _environment(what, stage)
    except (UnknownStage, CannotOperate, ValueError) as error:
        print(f"make {what}: {error}{OR_PORTAIL if what == 'codes' else ''}", file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "chalicelib.commands", what, *options]
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if status and what == "import" and stage != "local" and "--verifier" not in options:
        _ring(read_stage(stage))
    return status


def _environment(what: str, stage: str) -> dict[str, str]:
    """The environment of the stage. Letters that are made for a local one say the address on which it runs."""
    port = int(os.environ.get("PORT") or 8000)
    environment = environment_of(stage, port)
    if what == "codes" and stage == "local":
        environment["PORTAL_ORIGIN"] = f"http://127.0.0.1:{port}"
    return environment


def _ring(stage: Stage) -> None:
    """A nightly import has nobody before its screen."""
    data = [{"MetricName": "import-failed", "Value": 1}]
    stage.client("cloudwatch").put_metric_data(Namespace=stage.prefix, MetricData=data)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
