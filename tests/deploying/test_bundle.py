"""The zip: the same bytes from the same input, nothing of this machine in it, nothing too much."""

import ast
import json
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.web.assets import script, style_sheet
from infra.build import bundle
from infra.build.__main__ import main, package
from infra.build.aws_data import OPERATIONS
from infra.build.bundle import IMPORT, MOST_UNPACKED, build_tree, files_of, heaviest, interpreter, write_zip
from infra.build.lock import IMPORT_LOCK, LOCK, Lock, _pinned, read_lock, without_a_wheel
from infra.build.sam import ROOT, CannotBuild
from infra.build.sbom import sbom_of

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    build_tree(folder, HERE, "arm64")
    return folder


def test_twice_the_same_bytes(tree: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    build_tree(again, HERE, "arm64")
    sizes = [write_zip(one, tmp_path / f"{n}.zip") for n, one in enumerate((tree, again))]
    assert (tmp_path / "0.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()
    assert sizes[0] < 7_000_000


def test_nothing_of_this_machine_is_left(tree: Path) -> None:
    for name in files_of(tree):
        content = (tree / name).read_bytes()
        assert str(tree).encode() not in content, name
        assert str(ROOT).encode() not in content, name


def test_everything_is_compiled_and_nothing_that_never_runs_is_there(tree: Path) -> None:
    files = {str(name) for name in files_of(tree)}
    sources = {name for name in files if name.endswith(".py")}
    for name in sources:
        folder, _, module = name.rpartition("/")
        cached = f"{folder}/__pycache__/" if folder else "__pycache__/"
        assert f"{cached}{module[:-3]}.cpython-{HERE.replace('.', '')}.pyc" in files, name
    tops = {name.partition("/")[0] for name in files}
    assert not tops & {"pip", "setuptools", "fpdf", "PIL", "fontTools", "segno", "boto3", "tests", "infra", "click"}
    assert not tops & {"markdown_it", "mdurl", "rcssmin", "rjsmin", "_rcssmin", "_rjsmin", "waitress"}
    assert "chalicelib/intake/importing.py" not in files
    assert [name for name in files if name.endswith(("personal_data.py", "family_documents.py"))] == []
    assert "templates/email/payment-receipt/body.html" in files
    assert [name for name in files if name.startswith("templates/compiled/tmpl_")]
    services = {name.split("/")[2] for name in files if name.startswith("botocore/data/") and name.count("/") > 2}
    assert services == set(OPERATIONS)


def test_a_module_needs_nothing_that_stays_here_to_be_imported(tree: Path) -> None:
    """Code that never runs on Lambda may be named inside a function; above all functions it would end the start."""
    assert len(list((tree / "chalicelib").rglob("*.py"))) > 100
    assert missing_in(tree) == []


def missing_in(tree: Path) -> list[str]:
    """What a module of ours imports at once and the tree does not have."""
    missing = []
    for module in sorted([*tree.glob("app.py"), *(tree / "chalicelib").rglob("*.py")]):
        for name in imported_at_once(ast.parse(module.read_text("utf-8"))):
            top = name.partition(".")[0]
            path = tree / name.replace(".", "/") if top == "chalicelib" else tree / top
            there = path.is_dir() or path.with_suffix(".py").is_file() or any(tree.glob(f"{top}.*.so"))
            if not there and top not in sys.stdlib_module_names:
                missing.append(f"{module.relative_to(tree)} imports {name}")
    return missing


def imported_at_once(module: ast.Module) -> list[str]:
    """Names of the modules that an import of this one imports: what stands outside of its functions."""
    names = []
    for node in module.body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(str(node.module))
    return names


def test_the_style_sheet_and_the_script_are_the_local_town_s(tree: Path) -> None:
    compiled = tree / "templates" / "compiled"
    assert (compiled / "portail.js").read_text("utf-8") == script().text
    assert style_sheet("#0b5c8c").css.endswith((compiled / "portail.css").read_text("utf-8"))
    assert not (tree / "templates" / "static").exists()


@pytest.fixture(scope="module")
def of_the_import(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("import")
    build_tree(folder, HERE, "arm64", IMPORT)
    return folder


def test_the_import_has_a_zip_of_its_own_with_what_it_needs(of_the_import: Path, tree: Path, tmp_path: Path) -> None:
    assert write_zip(of_the_import, tmp_path / "import.zip", IMPORT.most_bytes) < 30_000_000
    assert sum((of_the_import / name).stat().st_size for name in files_of(of_the_import)) < MOST_UNPACKED / 2
    tops = {str(name).partition("/")[0] for name in files_of(of_the_import)}
    assert {"fpdf", "fontTools", "PIL", "segno", "holidays", "vacances_scolaires_france", "markdown_it"} <= tops
    assert not tops & {"app.py", "templates", "boto3", "pip", "tests", "infra", "click"}
    ours = {str(name) for name in files_of(of_the_import) if str(name).startswith("chalicelib/")}
    assert {"chalicelib/drops.py", "chalicelib/intake/importing.py", "chalicelib/adapters/invoice_pdf.py"} <= ours
    assert [name for name in ours if name.startswith("chalicelib/adapters/fonts/") and name.endswith(".ttf")]
    assert not [name for name in ours if name.startswith(("chalicelib/pages/", "chalicelib/commands/"))]
    assert not [name for name in map(str, files_of(tree)) if "drop_box" in name or "chalicelib/intake" in name]


def test_its_modules_need_nothing_that_stays_here(of_the_import: Path) -> None:
    assert missing_in(of_the_import) == []


def test_its_bill_of_materials_is_its_lock(of_the_import: Path) -> None:
    bill = json.loads(sbom_of(of_the_import, IMPORT_LOCK))
    listed = {(one["name"], one["version"]) for one in bill["components"]}
    assert listed == {(wheel.name, wheel.version) for wheel in read_lock(IMPORT_LOCK)}
    assert all(one["hashes"] for one in bill["components"])


def test_both_zips_have_the_same_version_of_what_both_have() -> None:
    ours, theirs = ({wheel.name: wheel for wheel in read_lock(lock)} for lock in (LOCK, IMPORT_LOCK))
    assert ours.keys() < theirs.keys()
    assert {name: theirs[name] for name in ours} == ours


def test_an_unchecked_pyc_is_read_without_its_source_s_date(tree: Path) -> None:
    (compiled,) = [name for name in files_of(tree) if str(name).startswith("__pycache__/app.")]
    flags = (tree / compiled).read_bytes()[4:8]
    assert flags == b"\x01\x00\x00\x00", "hash-based, never checked"


def test_the_bill_of_materials_is_the_lock(tree: Path) -> None:
    bill = json.loads(sbom_of(tree))
    assert bill["bomFormat"] == "CycloneDX"
    listed = {(one["name"], one["version"]) for one in bill["components"]}
    assert listed == {(wheel.name, wheel.version) for wheel in read_lock(LOCK)}
    assert all(one["hashes"] and one["licenses"][0]["license"]["name"] for one in bill["components"])


def test_a_missing_wheel_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = tmp_path / "lock.txt"
    wanted.write_text("nosuchthing==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr("infra.build.bundle.read_lock", lambda _lock: ())
    strange = replace(bundle.PORTAL, lock=Lock(wanted, (), frozenset()))
    with pytest.raises(CannotBuild, match=r"^nosuchthing==1\.0 has no wheel for arm64"):
        build_tree(tmp_path / "tree", HERE, "arm64", strange)


def test_a_requirement_that_the_lock_lacks_is_named(tmp_path: Path) -> None:
    short = tmp_path / "lock.txt"
    short.write_text("")
    with pytest.raises(CannotBuild, match=r"lacks .*pynamodb==.*run python -m infra\.build lock"):
        read_lock(replace(LOCK, path=short))


def test_a_requirement_that_pins_nothing_is_named() -> None:
    assert _pinned("# why\nJinja2==3.1.6  # pages\n") == {"jinja2==3.1.6"}
    with pytest.raises(CannotBuild, match=r"attrs, six>=1 is not pinned"):
        _pinned("attrs\nsix>=1\njinja2==3.1.6\n")


def test_a_wheel_that_is_not_the_locked_one_is_told_from_one_that_is_missing() -> None:
    said = "WARNING: x\nERROR: THESE PACKAGES DO NOT MATCH\n    chalice==1.34.0 from https://x/c.whl (line 4):\n"
    assert without_a_wheel("arm64", "3.13", said).startswith("chalice==1.34.0: not the file")


def test_a_stray_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "chalicelib").mkdir()
    (tmp_path / "chalicelib" / "pages.py").touch()
    bundle._refuse_strays(tmp_path)
    (tmp_path / "chalicelib" / "secret.env").touch()
    with pytest.raises(CannotBuild, match=r"chalicelib/secret\.env would go to Lambda"):
        bundle._refuse_strays(tmp_path)


def test_a_build_that_fails_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "portal-0.zip").write_bytes(b"before")

    def refuse(*_: object) -> None:
        raise CannotBuild("no such thing")

    monkeypatch.setattr("infra.build.__main__.build_tree", refuse)
    with pytest.raises(CannotBuild):
        package("prod", HERE, "arm64", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["portal-0.zip"]


def test_a_zip_that_is_too_heavy_names_what_is(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "heavy").mkdir(parents=True)
    (tree / "heavy" / "noise.bin").write_bytes(bytes(range(256)) * 40)
    (tree / "light.py").write_text("")
    target = tmp_path / "x.zip"
    with pytest.raises(CannotBuild, match=r"more than 0\.0001: heavy"):
        write_zip(tree, target, most=100)
    assert heaviest(target)[0][0] == "heavy"
    with zipfile.ZipFile(target) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {bundle.EPOCH}


def test_an_interpreter_that_is_not_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.build.bundle.shutil.which", lambda _name: None)
    with pytest.raises(CannotBuild, match=r"python3\.99 is not on this machine"):
        interpreter("3.99")
    assert interpreter(HERE) == sys.executable


def test_trouble_is_a_sentence_and_a_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_lock: Lock) -> None:
        raise CannotBuild("no such thing")

    monkeypatch.setattr("infra.build.__main__.write_lock", refuse)
    assert main(["lock"]) == 1
    assert capsys.readouterr().err == "no such thing\n"
