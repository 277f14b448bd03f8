"""Every template is rendered, compiled templates say the same, and pages stay light: bytes and counts, not time."""

import gzip
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from chalicelib.pages.presenters import planning
from chalicelib.rules.errors import Crowded
from chalicelib.rules.families import Enrolment, MadeCertificate
from chalicelib.rules.money import Cents
from chalicelib.web import assets, rendering
from chalicelib.web.assets import TEMPLATES, script, style_sheet
from chalicelib.web.precompile import precompile
from chalicelib.web.site_map import OPTIONAL, REQUIRED
from tests.builders import a_payment, an_invoice
from tests.pages.client import HOST, Opened, PageClient
from tests.pages.conftest import World, screens
from tests.pages.invoice_states import PAYING
from tests.pages.test_crowd import Rush
from tests.storage.test_orders import REF, VERSION

FIRST_VIEW = 14 * 1024
HTML, CSS, JS = 6 * 1024, 3 * 1024, 2 * 1024
NODES = 1000
GOOD = "c-007~petites-vac-matin~2015-12-23"


PAGES = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")} - {
    str(path.relative_to(TEMPLATES)) for path in (TEMPLATES / "email").rglob("*.html")
}


def gzipped(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


def every_page(world: World) -> dict[str, Opened]:
    """One of each screen, errors and empty states included."""
    visitor, parent = world.visitor(), world.parent()
    pages = {route.path: visitor.get(route.path) for route in screens(OPTIONAL)}
    seen = [route.path for route in screens(OPTIONAL) + screens(REQUIRED) if route.path != "/"]
    pages |= {f"{path} signed in": parent.get(path) for path in seen}
    pages["/contact?envoye=1"] = visitor.get("/contact?envoye=1")
    pages["wrong codes"] = visitor.sign_in("007", "wrong")
    planning = pages["/planning signed in"]
    pages["/deconnexion signed in"] = parent.get("/deconnexion")
    pages["recap"] = parent.follow(parent.save(planning, GOOD, "c-007~cantine~2015-12-23"))
    pages["contact with faults"] = visitor.post("/contact", ouvert=visitor.get("/contact").hidden("ouvert"))
    pages["error"] = parent.get("/planning?enfant=c-100")
    pages |= invoice_pages(world, parent) | notice_pages(world, visitor, parent) | order_pages(world, visitor)
    parent.cookie = ""
    pages["kept ticks"] = parent.save(planning, GOOD)
    return pages


def while_nothing_is_saved() -> None:
    """The page that keeps the ticks and sends them again."""
    plannings = Rush()
    parent = World(plannings=plannings).parent()
    planning = parent.get("/planning")
    plannings.trouble = Crowded("planning")
    parent.save(planning, GOOD)


def a_certificate_without_pdf(world: World, parent: PageClient) -> Opened:
    made = MadeCertificate(2014, "0123456789abcdef", 1, world.clock.now(), 38_000)
    family = world.families.families[world.family.id]
    world.families.families[family.id] = replace(family, certificates=(made,))
    return parent.get("/attestations/2014")


def invoice_pages(world: World, parent: PageClient) -> dict[str, Opened]:
    shown = parent.get("/factures")
    csrf = shown.hidden("csrf")
    chosen = parent.post("/factures", csrf=csrf, facture="2013-026-000335", email="jamie.bond@server.fr")
    world.lose_pdfs()
    missing = parent.get("/factures/2013-026-000335/pdf")
    lost = a_certificate_without_pdf(world, parent)
    address = f"/factures/2013-026-000335/{{}}?{chosen.headers['Location'].partition('?')[2]}"
    parent.get(address.format("banque"))
    waiting = parent.get("/factures/2013-026-000335/paiement")
    held, listed = parent.get(address.format("payer")), parent.get("/factures")
    world.treasury.says("idop-1", "R")
    world.clock.forward(seconds=5)
    refused = parent.get("/factures/2013-026-000335/paiement")
    world.treasury.says("idop-1", "P")
    world.clock.forward(seconds=5)
    return {
        "payment waiting": waiting,
        "payment under way": held,
        "/factures, one under way": listed,
        "payment refused": refused,
        "invoice recap": parent.get(address.format("payer")),
        "payment confirmed": parent.get("/factures/2013-026-000335/paiement"),
        "/factures": shown,
        "older invoices": parent.get("/factures?avant=2013-01-01~2013-001-000001"),
        "invoices with faults": parent.post("/factures", csrf=csrf),
        "missing pdf": missing,
        "missing certificate": lost,
    }


def notice_pages(world: World, visitor: PageClient, parent: PageClient) -> dict[str, Opened]:
    fresh = parent.get("/notifications")
    fields = {"csrf": fresh.hidden("csrf"), "version": fresh.hidden("version"), "adresse1": "bond@"}
    faults = parent.post("/notifications", **fields)
    saved = parent.follow(parent.post("/notifications", **fields | {"adresse1": "BOND@server.fr"}))
    until = world.clock.now() + timedelta(days=7)
    confirm = world.links.confirm(world.family.id, "BOND@server.fr", until).partition(HOST)[2]
    stop = world.links.stop(world.family.id, "BOND@server.fr").partition(HOST)[2]
    return {
        "/notifications": parent.get("/notifications"),
        "notices with faults": faults,
        "notices saved": saved,
        "confirm": visitor.get(confirm),
        "confirmed": visitor.get(f"{confirm}&fait=1"),
        "stop": visitor.get(stop),
        "stopped": visitor.post_raw(stop, b""),
        "dead link": visitor.get("/desinscription"),
    }


def order_pages(world: World, visitor: PageClient) -> dict[str, Opened]:
    world.orders.put(VERSION, (), (), None)
    link = world.links.order(REF).partition(HOST)[2]
    return {"order": visitor.get(link), "no order": visitor.get("/commande")}


@pytest.fixture
def long_standing() -> World:
    """Fifteen years of paid invoices, and a whole year still due: the manual's two, and ten more."""
    world = World()
    for n in range(190):
        number = f"{2000 + n // 12}-{n % 12 + 1:03}-{n * 7919:06}"
        label = f"CANTINE ET GARDERIE {n % 12 + 1:02}/{2000 + n // 12}"
        day = date(2000, 1, 31) + timedelta(days=30 * n)
        payments = (a_payment(1000 + n, paid_on=day, payer=f"Jamie BOND {n}"),) if n < 180 else ()
        world.add(an_invoice(number, label=label, total=Cents(1000 + n), payments=payments, pdf_bytes=30_000 + 97 * n))
    return world


@pytest.mark.parametrize(("page", "due"), [("", 12), ("?avant=2008-01-01~2008-001-000001", 0)])
def test_fifteen_years_of_invoices_stay_light(long_standing: World, page: str, due: int) -> None:
    opened = long_standing.parent().get(f"/factures{page}")
    assert len([e for e in opened.page.all("input") if e.attrs.get("type") == "radio"]) == due
    assert len(opened.page.all("tr")) == 13
    assert gzipped(opened.body) <= HTML
    assert len(opened.page.elements) <= NODES


def test_a_year_that_is_too_late_to_pay_here_stays_light(long_standing: World) -> None:
    """Each invoice says so in a box of its own."""
    long_standing.towns.town = replace(long_standing.town, payment=PAYING)
    opened = long_standing.parent().get("/factures")
    assert opened.main.count("Trop tard pour payer en ligne") == 12
    assert gzipped(opened.body) <= HTML
    assert len(opened.page.elements) <= NODES


def test_every_template_is_rendered(world: World) -> None:
    for remembered in (rendering._environment, planning._head, planning._box, planning._still):
        remembered.cache_clear()
    every_page(world)
    while_nothing_is_saved()
    World(family=replace(world.family, children=())).parent().get("/planning")
    environment = rendering._environment()
    assert environment.cache is not None
    rendered = {template.name for template in environment.cache.values()}
    assert rendered == PAGES


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
    subprocess.run([sys.executable, "-m", "chalicelib.web.precompile", str(tmp_path)], check=True)
    assert len(list(tmp_path.glob("*.py"))) == len(PAGES)


def test_a_deployment_has_the_style_and_the_script_that_a_working_copy_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = style_sheet("#0b5c8c"), script()
    precompile(tmp_path)
    monkeypatch.setattr(assets, "COMPILED", tmp_path)
    monkeypatch.setattr(assets, "STATIC", tmp_path / "not there")
    remembered = assets._text, style_sheet, script
    try:
        for one in remembered:
            one.cache_clear()
        assert (style_sheet("#0b5c8c"), script()) == made
    finally:
        for one in remembered:
            one.cache_clear()


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
