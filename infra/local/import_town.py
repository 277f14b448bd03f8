"""``make import FROM=dir STAGE=local``: the import's command line with the environment of a stage."""

import os
import subprocess
import sys
from pathlib import Path

from infra.local.stage import ROOT, UnknownStage, environment_of

USAGE = "make import FROM=dir [STAGE=local] [PORT=8000]: dir holds town.toml and the CSV lists"


def main(stage: str, folder: str) -> int:
    if not folder or not Path(folder).is_dir():
        print(f"FROM={folder} is not a directory. {USAGE}", file=sys.stderr)
        return 2
    try:
        environment = environment_of(stage, int(os.environ.get("PORT") or 8000))
    except (UnknownStage, ValueError) as error:
        print(f"make import: {error}", file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "chalicelib.intake", str(Path(folder).resolve())]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
