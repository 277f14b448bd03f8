"""Debian's Chromium, driven by Playwright, against the portal that ``make run`` starts. Firefox: ``firefox.py``."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from infra.local.stage import environment_of
from tests.browser.bank import Bank
from tests.browser.steps import Parent
from tests.local.running import running_portal

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


@pytest.fixture(scope="session")
def portal(browser: Browser) -> Iterator[str]:
    """A town that tests only look at, or change where no other test looks. Its clock started on the manual's day."""
    with running_portal() as running:
        yield running.url


@pytest.fixture
def fresh_portal(browser: Browser) -> Iterator[str]:
    """A town of the test's own, as the import left it."""
    with running_portal() as running:
        yield running.url


@pytest.fixture(scope="session")
def town(browser: Browser) -> Iterator[str]:
    """One town for all journeys to the bank: each starts with the manual's invoice due, see ``bank``."""
    with running_portal() as running:
        yield running.url


@pytest.fixture
def bank(town: str) -> Bank:
    made = Bank(urlsplit(town).port or 80)
    made.start_again()
    return made


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Open a page in a browser without history: ``open_page(url, size=PHONE, javascript=False, scheme="dark")``."""
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
    """``take_picture(parent, "planning")``: the whole page, in .local/screenshots/."""

    def picture(parent: Parent, name: str) -> Path:
        path = SCREENSHOTS / f"{request.node.callspec.id}-{name}.png"
        parent.page.screenshot(path=path, full_page=True)
        return path

    return picture


@pytest.fixture
def mailbox_of() -> MailboxOf:
    """Address of the page that lists what a portal sent: ``mailbox_of(portal)``."""
    return lambda portal: environment_of("local", urlsplit(portal).port or 80)["PORTAL_MAILBOX"]
