"""What is in the two zips: the locked wheels without the parts that never run, the code, the templates; all compiled.

One is of the API and the jobs, which must start fast; the other of the import, which needs calendars, fonts and paper.

The same input gives the same bytes: everything is sorted, nothing has a date, and no path of this machine is in it.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jinja2 import TemplateSyntaxError

from infra.build.aws_data import OPERATIONS, OPERATIONS_OF_THE_IMPORT, keep_what_is_called
from infra.build.certificates import keep_the_roots_of_aws
from infra.build.lock import IMPORT_LOCK, LOCK, Lock, pip_options, read_lock, without_a_wheel
from infra.build.sam import ROOT, CannotBuild

MOST_BYTES = 12_000_000
MOST_UNPACKED = 250_000_000
"""Lambda's own limit for what a function has on its disk of code."""
ONLY_TO_BUILD = ("chalicelib/web/minify.py", "chalicelib/web/precompile.py")
PERSONAL = (
    # Operators alone give or erase what the portal has of a family.
    *("chalicelib/adapters/family_documents.py", "chalicelib/services/personal_data.py"),
    "chalicelib/storage/personal_data.py",
)
NOT_ON_LAMBDA = (
    "chalicelib/commands",
    "chalicelib/wiring_codes.py",
    "chalicelib/adapters/access_letters.py",
    *ONLY_TO_BUILD,
    *PERSONAL,
)


@dataclass(frozen=True)
class Bundle:
    """One zip. ``name`` begins its file's; ``left_out`` are files and folders of ours that are not in it; ``pages``:
    whether it has the templates. ``operations`` are what its code calls of AWS."""

    name: str
    lock: Lock
    left_out: tuple[str, ...]
    operations: Mapping[str, frozenset[str]]
    pages: bool
    most_bytes: int


PORTAL = Bundle(
    "portal",
    LOCK,
    (
        *NOT_ON_LAMBDA,
        *("chalicelib/intake", "chalicelib/wiring_intake.py", "chalicelib/wiring_drops.py", "chalicelib/drops.py"),
        "chalicelib/adapters/drop_box.py",
        *("chalicelib/certificates.py", "chalicelib/wiring_certificates.py", "chalicelib/adapters/certificate_pdf.py"),
        *("chalicelib/services/certifying.py", "chalicelib/storage/certificates.py"),
        *("chalicelib/rules/certificate.py", "chalicelib/rules/care.py"),
        "chalicelib/adapters/fonts/DejaVuSans-Bold-Names.ttf",
        *("chalicelib/adapters/invoice_pdf.py", "chalicelib/adapters/tagged_pdf.py"),
        *(
            "chalicelib/adapters/pdf_fonts.py",
            "chalicelib/adapters/pdf_letterhead.py",
            "chalicelib/adapters/qr_code.py",
        ),
        *("chalicelib/adapters/invoice_table.py", "chalicelib/adapters/invoice_words.py"),
        *("chalicelib/french/markdown.py", "templates/static"),
    ),
    OPERATIONS,
    pages=True,
    most_bytes=MOST_BYTES,
)
IMPORT = Bundle(
    "import",
    IMPORT_LOCK,
    (
        *(*NOT_ON_LAMBDA, "app.py", "templates", "chalicelib/exports", "chalicelib/pages", "chalicelib/jobs.py"),
        *("chalicelib/wiring_exports.py", "chalicelib/wiring_jobs.py"),
    ),
    OPERATIONS_OF_THE_IMPORT,
    pages=False,
    most_bytes=40_000_000,
)
BUNDLES = (PORTAL, IMPORT)
UNUSED = (
    # Chalice's command line, deployer, local server.
    *("chalice/cli", "chalice/deploy", "chalice/templates", "chalice/package.py", "chalice/pipeline.py"),
    *("chalice/awsclient.py", "chalice/invoke.py", "chalice/logs.py", "chalice/policies.json", "chalice/policy.py"),
    *("bin",),
)
SHIPPED = frozenset({".css", ".html", ".js", ".py", ".ttf", ".txt"})
"""Kinds of files that ``chalicelib`` and ``templates`` consist of. Any other file is there by mistake: a backup, a
``.env``."""
DROPPED = ("*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED", "*.dist-info/direct_url.json")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest date that a zip can say."""
COMPILE = """
import pathlib, py_compile, sys
root = pathlib.Path(sys.argv[1])
for path in sorted(root.rglob("*.py")):
    py_compile.compile(
        str(path), dfile="/var/task/" + path.relative_to(root).as_posix(), doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
"""


def interpreter(version: str) -> str:
    """A Python of that version on this machine: Lambda's must be able to read what it compiles. Raises CannotBuild."""
    name = f"python{version}"
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    # pyenv's own python3.13 in the PATH only starts when that version was chosen.
    places = sorted(map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}")), reverse=True)
    for found in (*places, shutil.which(name)):
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    raise CannotBuild(f"{name} is not on this machine: install it, or give the version of another with PYTHON_VERSION=")


def build_tree(tree: Path, version: str, architecture: str, bundle: Bundle = PORTAL) -> None:
    """Put everything that a function gets into the empty folder ``tree``. Raises CannotBuild."""
    install_wheels(tree, version, architecture, bundle.lock)
    _trim(tree, bundle.operations)
    _add_code(tree, bundle)
    compile_all(tree, version)
    if (unpacked := sum((tree / name).stat().st_size for name in files_of(tree))) > MOST_UNPACKED:
        raise CannotBuild(f"{bundle.name} has {unpacked / 1e6:.0f} MB unpacked; Lambda takes {MOST_UNPACKED / 1e6:g}")


def compile_all(tree: Path, version: str) -> None:
    """Compile every module to a ``.pyc`` that is never compared with its source. Raises CannotBuild."""
    python = interpreter(version)
    env = {"PYTHONHASHSEED": "0", "PATH": os.environ["PATH"]}
    said = subprocess.run([python, "-c", COMPILE, str(tree)], env=env, capture_output=True, text=True, check=False)
    if said.returncode:
        raise CannotBuild(f"{python} does not compile the bundle:\n{said.stderr}")


def install_wheels(tree: Path, version: str, architecture: str, lock: Lock) -> None:
    """The locked wheels, whole. Raises CannotBuild."""
    read_lock(lock)
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"),
        *("--no-compile", "--require-hashes", "--target", str(tree), "-r", str(lock.path)),
        *pip_options(architecture, version),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        raise CannotBuild(without_a_wheel(architecture, version, said.stderr, lock.path.name))


def _trim(tree: Path, operations: Mapping[str, frozenset[str]]) -> None:
    for name in UNUSED:
        _remove(tree / name)
    for pattern in DROPPED:
        for path in tree.glob(pattern):
            path.unlink()
    for folder in ("tests", "test", "__pycache__"):
        for path in sorted(tree.rglob(folder)):
            _remove(path)
    data = tree / "botocore" / "data"
    for service in data.iterdir():
        if service.is_dir() and service.name not in operations:
            _remove(service)
    for path in data.rglob("*"):
        if path.name.startswith(("examples-", "paginators-", "waiters-")):
            path.unlink()
    keep_what_is_called(data, operations)
    keep_the_roots_of_aws(tree)
    _keep_one_zone(tree / "tzdata" / "zoneinfo")


def _keep_one_zone(zones: Path) -> None:
    paris = (zones / "Europe" / "Paris").read_bytes()
    for path in list(zones.iterdir()):
        if path.name != "__init__.py":
            _remove(path)
    (zones / "Europe").mkdir()
    (zones / "Europe" / "__init__.py").touch()
    (zones / "Europe" / "Paris").write_bytes(paris)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _add_code(tree: Path, bundle: Bundle) -> None:
    _refuse_strays(ROOT)
    shutil.copy(ROOT / "app.py", tree / "app.py")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("chalicelib", "templates"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=ignored)
    for name in bundle.left_out:
        _remove(tree / name)
    if bundle.pages:
        _compile_pages(tree)


def _compile_pages(tree: Path) -> None:
    from chalicelib.web.precompile import precompile  # noqa: PLC0415 - a build alone needs the pages

    try:
        precompile(tree / "templates" / "compiled")
    except TemplateSyntaxError as error:
        raise CannotBuild(f"templates/{error.name}:{error.lineno}: {error.message}") from error
    for page in tree.glob("templates/*/*.html"):
        if page.parent.parent.name != "email":
            page.unlink()
    _remove(tree / "templates" / "base.html")


def _refuse_strays(project: Path) -> None:
    """Raises CannotBuild for files that are there by mistake: what is in these folders goes to Lambda, even if git
    ignores it."""
    found = (path.relative_to(project) for name in ("chalicelib", "templates") for path in (project / name).rglob("*"))
    strays = sorted(str(one) for one in found if one.suffix not in SHIPPED and (project / one).is_file())
    strays = [one for one in strays if "__pycache__" not in one]
    if strays:
        raise CannotBuild(f"{', '.join(strays)} would go to Lambda: remove it, or add its kind to SHIPPED in bundle.py")


def files_of(tree: Path) -> list[PurePosixPath]:
    return sorted(PurePosixPath(path.relative_to(tree).as_posix()) for path in tree.rglob("*") if path.is_file())


def write_zip(tree: Path, target: Path, most: int = MOST_BYTES) -> int:
    """Write the zip; return its size in bytes. Raises CannotBuild, with the names of what is heavy, above ``most``
    bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in files_of(tree):
            entry = zipfile.ZipInfo(str(name), EPOCH)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (tree / name).read_bytes())
    size = target.stat().st_size
    if size > most:
        heavy = ", ".join(f"{name} {weight / 1e6:.1f} MB" for name, weight in heaviest(target)[:5])
        raise CannotBuild(f"{target.name} has {size / 1e6:.1f} MB, more than {most / 1e6:g}: {heavy}")
    return size


def heaviest(archive: Path) -> list[tuple[str, int]]:
    """Top-level names of a zip and their compressed bytes, the heaviest first."""
    weights: dict[str, int] = {}
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            top = entry.filename.partition("/")[0]
            weights[top] = weights.get(top, 0) + entry.compress_size
    return sorted(weights.items(), key=lambda one: one[1], reverse=True)


def licences(tree: Path) -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of each distribution in ``tree``."""
    for found in _distributions(tree):
        licence = found.metadata["License-Expression"] or found.metadata["License"] or ""
        told = found.metadata.get_all("Classifier", [])
        classifiers = [one.rpartition(" :: ")[2] for one in told if one.startswith("License")]
        name = found.metadata["Name"].lower().replace("_", "-")
        yield name, found.version, licence if 0 < len(licence) < 60 else ", ".join(classifiers)


def _distributions(tree: Path) -> Iterable[importlib.metadata.Distribution]:
    return sorted(importlib.metadata.distributions(path=[str(tree)]), key=lambda one: one.metadata["Name"].lower())
