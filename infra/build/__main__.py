"""``python -m infra.build package STAGE``: the zip and the template of a stage; ``lock``: the list of its wheels."""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

from infra.build.bundle import build_tree, files_of, heaviest, write_zip
from infra.build.lock import VERSIONS, write_lock
from infra.build.sam import ROOT, CannotBuild, Code, template_of
from infra.build.sbom import sbom_of

DIST = ROOT / "dist"
BUCKET = "REPLACED-BY-DEPLOY"


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    try:
        if options.command == "lock":
            write_lock()
        else:
            out = Path(options.out) if options.out else DIST / options.stage
            sys.stdout.write("\n".join(package(options.stage, options.python, options.architecture, out)) + "\n")
    except CannotBuild as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return 0


def package(stage: str, version: str, architecture: str, out: Path, bucket: str = BUCKET) -> list[str]:
    """Write ``portal-<hash>.zip``, ``template.json``, ``sbom.cdx.json`` and ``contents.txt`` in ``out``; what to say of
    them. Raises CannotBuild."""
    out.mkdir(parents=True, exist_ok=True)
    # Made beside, moved when all of it is there: a build that fails leaves the one before whole.
    with tempfile.TemporaryDirectory(prefix="bundle-") as folder, tempfile.TemporaryDirectory(dir=out) as beside:
        tree, made = Path(folder), Path(beside)
        build_tree(tree, version, architecture)
        size = write_zip(tree, made / "portal.zip")
        digest = hashlib.sha256((made / "portal.zip").read_bytes()).hexdigest()
        key = f"portal-{digest[:20]}.zip"
        (made / "portal.zip").rename(made / key)
        (made / "contents.txt").write_text("".join(f"{name}\n" for name in files_of(tree)))
        (made / "sbom.cdx.json").write_text(sbom_of(tree))
        template = template_of(stage, Code(bucket, key, f"python{version}", architecture))
        (made / "template.json").write_text(json.dumps(template, indent=1, sort_keys=True))
        for old in out.glob("portal-*.zip"):
            old.unlink()
        for one in sorted(made.iterdir()):
            one.replace(out / one.name)
    heavy = ", ".join(f"{name} {weight / 1e6:.2f}" for name, weight in heaviest(out / key)[:6])
    return [
        f"{out / key}: {size / 1e6:.2f} MB, sha256 {digest}",
        f"for Python {version} on {architecture}; the heaviest, in MB: {heavy}",
    ]


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.build")
    commands = parser.add_subparsers(dest="command", required=True)
    packing = commands.add_parser("package")
    packing.add_argument("stage")
    packing.add_argument("--python", choices=VERSIONS, default="3.13", help="of Lambda and of what compiles for it")
    packing.add_argument("--architecture", choices=("arm64", "x86_64"), default="arm64")
    packing.add_argument("--out", help="a folder; dist/STAGE when it is left out")
    commands.add_parser("lock")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
