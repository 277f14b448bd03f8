"""Debian's Chromium, driven by Playwright, against the portal that ``make run`` starts. Firefox: ``firefox.py``."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from infra.local.stage import environment_of
from tests.browser.bank import Bank
from tests.browser.steps import Parent
from tests.browser.tables import Tables
from tests.local.running import THE_MANUALS_DAY, running_portal

CHROMIUM = shutil.which("chromium")
INSTALL = "Chromium is missing: sudo apt-get install --no-install-recommends chromium"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
SCREENSHOTS = Path(__file__).parents[2] / ".local" / "screenshots"

PHONE = (360, 640)
DESKTOP = (1280, 800)

Scheme = Literal["light", "dark"]
Opener = Callable[..., Page]
TakePicture = Callable[[Parent, str], object]
MailboxOf = Callable[[str], str]


def need(program: str | None, install: str) -> None:
    """Skip what needs a browser that is not there, and say how to install it. With PORTAL_BROWSER=required, fail."""
    if program is None:
        if os.environ.get("PORTAL_BROWSER") == "required":
            pytest.fail(install)
        pytest.skip(install)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    need(CHROMIUM, INSTALL)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield launched
        launched.close()


@dataclass(frozen=True)
class Town:
    """The portal of this test run, on the manual's day, and what is behind it. ``bank``: address of the simulator."""

    url: str
    mailbox: str
    bank: str
    tables: Tables
    ready_at: float

    def now(self) -> datetime:
        """The town's hour, in Paris: its clock started some seconds before it was ready."""
        since = timedelta(seconds=time.monotonic() - self.ready_at)
        return datetime.fromisoformat(THE_MANUALS_DAY) + since


@pytest.fixture(scope="session")
def the_town() -> Iterator[Town]:
    """One portal for all files: starting one takes longer than most tests do. Each file has its tables put back."""
    with running_portal() as running:
        ready_at, port = time.monotonic(), urlsplit(running.url).port or 80
        tables = Tables(port)
        tables.keep()
        yield Town(running.url, running.mailbox, environment_of("local", port)["PORTAL_PAYFIP_URL"], tables, ready_at)


@pytest.fixture(scope="module")
def portal(browser: Browser, the_town: Town) -> str:
    """As the import left it, for a file whose tests only look, or change where no other one of them looks."""
    the_town.tables.put_back()
    return the_town.url


@pytest.fixture
def fresh_portal(portal: str, the_town: Town) -> str:
    """As the import left it, for one test."""
    the_town.tables.put_back()
    return portal


@pytest.fixture
def town(portal: str) -> str:
    """The same, for journeys to the bank: each starts with the manual's invoice due, see ``bank``."""
    return portal


@pytest.fixture
def bank(town: str, the_town: Town) -> Bank:
    made = Bank(the_town.bank, the_town.tables)
    made.start_again()
    return made


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Open a page in a browser without history: ``open_page(url, size=PHONE, javascript=False, scheme="dark")``."""
    with opening(browser) as opened:
        yield opened


@contextlib.contextmanager
def opening(browser: Browser) -> Iterator[Opener]:
    """What opens pages, all of which close with the block."""
    contexts: list[BrowserContext] = []

    def opened(url: str, *, size: tuple[int, int] = DESKTOP, javascript: bool = True, scheme: Scheme = "light") -> Page:
        context = browser.new_context(
            base_url=url,
            viewport={"width": size[0], "height": size[1]},
            is_mobile=size[0] < 600,
            has_touch=size[0] < 600,
            java_script_enabled=javascript,
            color_scheme=scheme,
            locale="fr-FR",
            timezone_id="America/Martinique",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def take_picture(request: pytest.FixtureRequest) -> TakePicture:
    """``take_picture(parent, "planning")``: the whole page, in .local/screenshots/, when somebody asked to see them."""

    def picture(parent: Parent, name: str) -> None:
        if os.environ.get("PORTAL_PICTURES"):
            path = SCREENSHOTS / f"{request.node.callspec.id}-{name}.png"
            parent.page.screenshot(path=path, full_page=True)

    return picture


@pytest.fixture
def mailbox_of(the_town: Town) -> MailboxOf:
    """Address of the page that lists what a portal sent: ``mailbox_of(portal)``."""
    return lambda _portal: the_town.mailbox
