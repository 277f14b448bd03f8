"""The certificates that botocore trusts in the zip: the roots of AWS's own addresses, out of the 127 that it brings.

Every cold start reads all of them. Only botocore reads this file: connections to others, such as the treasury, trust
what the system trusts.
"""

import re
from pathlib import Path

from infra.build.sam import CannotBuild

BUNDLE = Path("botocore") / "cacert.pem"
ROOTS = (*(f"Amazon Root CA {n}" for n in range(1, 5)), "Starfield Services Root Certificate Authority - G2")
"""Roots that AWS tells its clients to trust: https://www.amazontrust.com/repository/."""
CERTIFICATE = re.compile(
    r'# Label: "(?P<label>[^"]+)"\n.*?(?P<pem>-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n)', re.DOTALL
)


def keep_the_roots_of_aws(tree: Path) -> None:
    """Reduce botocore's file to these roots. Raises CannotBuild with the names of roots that botocore does not bring:
    no other would be trusted in their place."""
    path = tree / BUNDLE
    found = {one["label"]: one["pem"] for one in CERTIFICATE.finditer(path.read_text(encoding="utf-8"))}
    missing = [name for name in ROOTS if name not in found]
    if missing:
        raise CannotBuild(f"botocore's {BUNDLE.name} lacks {', '.join(missing)}: see ROOTS in certificates.py")
    path.write_text("".join(f"# {name}\n{found[name]}" for name in ROOTS), encoding="utf-8")
