"""What every page of the portal must be, whatever it shows."""

from collections.abc import Callable
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_BYTES = 14 * 1024
MOST_REQUESTS = 4
STICKS_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.defile'))
  .slice(0, 5).map(e => e.outerHTML.slice(0, 80))"""

BEHIND_THE_BAR = """() => [...document.querySelectorAll('#planning [type=checkbox]')].filter(box => {
  box.focus();
  const ring = 5, at = box.getBoundingClientRect(), bar = document.querySelector('.barre').getBoundingClientRect();
  return at.bottom + ring > bar.top && at.top - ring < bar.bottom;
}).map(box => box.value)"""
"""Values of the planning's boxes that the save bar covers when they have the focus."""


def no_axe_violation(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    said = [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
    assert said == [], f"{page.url}: {said}"


def no_horizontal_scroll(page: Page, when: str) -> None:
    """Nothing sticks out of the window; what does is named."""
    wide, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= there, f"{page.url} {when}: {wide} px of page in {there} px of window, {page.evaluate(STICKS_OUT)}"


def text_size(page: Page, percent: int) -> None:
    """What a phone's « texte plus grand » does: every size that follows the root's grows."""
    page.evaluate("percent => { document.documentElement.style.fontSize = percent + '%' }", percent)


@dataclass
class Weight:
    """What came over the wire since the page was asked for: bytes, headers included, and requests."""

    bytes: int = 0
    requests: int = 0


def weigh(page: Page, visit: Callable[[], object]) -> Weight:
    """Measure what ``visit`` makes the browser load, its cache emptied first."""
    weight = Weight()

    def finished(event: dict[str, float]) -> None:
        weight.bytes += int(event["encodedDataLength"])
        weight.requests += 1

    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    session.on("Network.loadingFinished", finished)
    visit()
    page.wait_for_load_state("networkidle")
    session.detach()
    return weight
