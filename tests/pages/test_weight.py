"""Every template is rendered, compiled templates say the same, and pages stay light: bytes and counts, not time."""

import gzip
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from chalicelib.pages import rendering
from chalicelib.pages.assets import TEMPLATES, script, style_sheet
from chalicelib.pages.precompile import precompile
from chalicelib.pages.presenters import planning
from chalicelib.rules.families import Enrolment
from tests.pages.client import Opened, PageClient
from tests.pages.conftest import World

FIRST_VIEW = 14 * 1024
HTML, CSS, JS = 6 * 1024, 3 * 1024, 2 * 1024
NODES = 1000
GOOD = "c-007~petites-vac-matin~2015-12-23"


def gzipped(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


def every_page(world: World) -> dict[str, Opened]:
    """One of each screen, errors and empty states included."""
    visitor, parent = world.visitor(), world.parent()
    pages = {path: visitor.get(path) for path in ("/", "/contact", "/aide", "/contact?envoye=1", "/deconnexion")}
    pages |= {path: visitor.get(path) for path in ("/mentions-legales", "/donnees-personnelles", "/accessibilite")}
    pages["wrong codes"] = visitor.sign_in("007", "wrong")
    planning = parent.get("/planning")
    pages["/planning"] = planning
    pages |= {f"{path} signed in": parent.get(path) for path in ("/enfants", "/modifications", "/deconnexion")}
    pages["recap"] = parent.follow(parent.save(planning, GOOD, "c-007~cantine~2015-12-23"))
    pages["contact with faults"] = visitor.post("/contact", ouvert=visitor.get("/contact").hidden("ouvert"))
    pages["error"] = parent.get("/planning?enfant=c-100")
    parent.cookie = ""
    pages["kept ticks"] = parent.save(planning, GOOD)
    return pages


def test_every_template_is_rendered(world: World) -> None:
    for remembered in (rendering._environment, planning._head, planning._box, planning._still):
        remembered.cache_clear()
    every_page(world)
    World(family=replace(world.family, children=())).parent().get("/planning")
    environment = rendering._environment()
    assert environment.cache is not None
    rendered = {template.name for template in environment.cache.values()}
    assert rendered == {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}


def shape(page: Opened) -> tuple[str, list[tuple[str, list[str]]]]:
    """What does not change from one session to the next: words, elements, names of attributes."""
    return page.main, [(element.tag, sorted(element.attrs)) for element in page.page.elements]


def test_compiled_templates_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {name: shape(page) for name, page in every_page(World()).items()}
    precompile(tmp_path)
    monkeypatch.setattr(rendering, "COMPILED", tmp_path)
    rendering._environment.cache_clear()
    try:
        compiled = {name: shape(page) for name, page in every_page(World()).items()}
        assert isinstance(rendering._environment().loader, ModuleLoader)
    finally:
        rendering._environment.cache_clear()
    assert compiled == expected


def test_the_compiler_runs_as_a_command(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "chalicelib.pages.precompile", str(tmp_path)], check=True)
    assert len(list(tmp_path.glob("*.py"))) == len(list(TEMPLATES.rglob("*.html")))


def test_style_and_script_stay_light() -> None:
    assert gzipped(style_sheet("#0b5c8c").css) <= CSS
    assert gzipped(script().text) <= JS


def test_every_page_stays_light(world: World) -> None:
    for name, page in every_page(world).items():
        assert gzipped(page.body) <= HTML, name
        assert gzipped(page.body) + gzipped(script().text) <= FIRST_VIEW, name
        assert len(page.page.elements) <= NODES, name
        loaded = [e for e in page.page.all("script", "img", "link", "iframe") if not _is_inside(e.attrs)]
        assert len(loaded) <= 1, "only the script is fetched beside the page"


def _is_inside(attrs: dict[str, str]) -> bool:
    return attrs.get("src", attrs.get("href", "")).startswith("data:")


@pytest.fixture
def large() -> PageClient:
    """Every activity over five school weeks: the fullest planning of this town."""
    world = World()
    enrolments = tuple(Enrolment(activity) for activity in world.town.activities)
    child = replace(world.family.children[0], enrolments=enrolments)
    return World(family=replace(world.family, children=(child,))).parent()


def test_the_fullest_planning_stays_light(large: PageClient) -> None:
    page = large.get("/planning?semaine=2016-01-04")
    assert gzipped(page.body) <= HTML
    assert len(page.page.elements) <= NODES


@pytest.mark.parametrize(("child", "taken"), [("c-007", 1), ("c-100", 0)])
def test_a_planning_costs_two_reads_or_three(child: str, taken: int) -> None:
    """The family, its bookings, and the places only when an activity is limited."""
    world = World()
    visitor = world.visitor()
    visitor.sign_in(*(("007", "GOLDENEYE7") if child == "c-007" else ("100", "SPECTRE100")))
    reads: list[str] = []
    for store, name in ((world.families, "find"), (world.plannings, "booked"), (world.plannings, "taken")):
        _count(store, name, reads)
    assert visitor.get(f"/planning?enfant={child}").status == 200
    assert sorted(reads) == sorted(["find", "booked"] + ["taken"] * taken)


def _count(store: object, name: str, reads: list[str]) -> None:
    real = getattr(store, name)

    def counted(*args: object) -> object:
        reads.append(name)
        return real(*args)

    setattr(store, name, counted)
