"""Debian's Chromium, driven by Playwright, against the portal that ``make run`` starts."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.local.running import running_portal

CHROMIUM = shutil.which("chromium")
INSTALL = "Chromium is missing: sudo apt-get install --no-install-recommends chromium"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
SCREENSHOTS = Path(__file__).parents[2] / ".local" / "screenshots"

PHONE = (360, 640)
DESKTOP = (1280, 800)

Opener = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("PORTAL_BROWSER") == "required":
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
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


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Open a page in a browser without history: ``open_page(url, size=PHONE, javascript=False, scheme="dark")``."""
    contexts: list[BrowserContext] = []

    def opened(url: str, *, size: tuple[int, int] = DESKTOP, javascript: bool = True, scheme: str = "light") -> Page:
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
