"""``python -m infra.build package STAGE``: the zips and the template of a stage; ``lock``: the lists of wheels."""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

from infra.build.bundle import BUNDLES, IMPORT, PORTAL, Bundle, build_tree, files_of, heaviest, write_zip
from infra.build.lock import IMPORT_LOCK, LOCK, VERSIONS, write_lock
from infra.build.sam import ROOT, CannotBuild, Code, template_of
from infra.build.sbom import sbom_of

DIST = ROOT / "dist"
BUCKET = "REPLACED-BY-DEPLOY"


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    try:
        if options.command == "lock":
            for lock in (LOCK, IMPORT_LOCK):
                write_lock(lock)
        else:
            out = Path(options.out) if options.out else DIST / options.stage
            sys.stdout.write("\n".join(package(options.stage, options.python, options.architecture, out)) + "\n")
    except CannotBuild as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return 0


def package(stage: str, version: str, architecture: str, out: Path, bucket: str = BUCKET) -> list[str]:
    """Write ``portal-<hash>.zip`` and ``import-<hash>.zip``, each with its bill of materials and the list of what is in
    it, and ``template.json`` in ``out``; what to say of them. Raises CannotBuild."""
    out.mkdir(parents=True, exist_ok=True)
    # Made beside, moved when all of it is there: a build that fails leaves the one before whole.
    with tempfile.TemporaryDirectory(dir=out) as beside:
        made = Path(beside)
        said, keys = list[str](), dict[str, str]()
        for bundle in BUNDLES:
            key, words = _zip(bundle, version, architecture, made)
            keys[bundle.name] = key
            said += [f"{out / key}: {words}"]
        template = template_of(
            stage, Code(bucket, keys[PORTAL.name], keys[IMPORT.name], f"python{version}", architecture)
        )
        (made / "template.json").write_text(json.dumps(template, indent=1, sort_keys=True))
        for old in (one for bundle in BUNDLES for one in out.glob(f"{bundle.name}-*.zip")):
            old.unlink()
        for one in sorted(made.iterdir()):
            one.replace(out / one.name)
    return [*said, f"for Python {version} on {architecture}"]


def _zip(bundle: Bundle, version: str, architecture: str, out: Path) -> tuple[str, str]:
    """Name of the zip, and what to say of it. Raises CannotBuild."""
    with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
        tree, whole = Path(folder), out / f"{bundle.name}.zip"
        build_tree(tree, version, architecture, bundle)
        size = write_zip(tree, whole, bundle.most_bytes)
        digest = hashlib.sha256(whole.read_bytes()).hexdigest()
        key = f"{bundle.name}-{digest[:20]}.zip"
        whole.rename(out / key)
        beside = "" if bundle is PORTAL else f"-{bundle.name}"
        (out / f"contents{beside}.txt").write_text("".join(f"{name}\n" for name in files_of(tree)))
        (out / f"sbom{beside}.cdx.json").write_text(sbom_of(tree, bundle.lock))
    heavy = ", ".join(f"{name} {weight / 1e6:.2f}" for name, weight in heaviest(out / key)[:6])
    return key, f"{size / 1e6:.2f} MB, sha256 {digest}; the heaviest, in MB: {heavy}"


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
