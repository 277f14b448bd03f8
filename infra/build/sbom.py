"""The bundle's bill of materials, as CycloneDX 1.5. The same bundle gives the same bill."""

import json
from pathlib import Path
from typing import Any

from infra.build.bundle import licences
from infra.build.lock import LOCK, Lock, read_lock


def sbom_of(tree: Path, lock: Lock = LOCK) -> str:
    hashes = {(wheel.name, wheel.version): wheel.hashes for wheel in read_lock(lock)}
    components = [_component(*found, hashes[found[0], found[1]]) for found in licences(tree)]
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}
    return json.dumps(bill, indent=1)


def _component(name: str, version: str, licence: str, hashes: tuple[str, ...]) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": [{"license": {"name": licence or "see its project"}}],
        "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
    }
