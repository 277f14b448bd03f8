"""What every page of the portal must be, whatever it shows."""

from collections.abc import Callable
from dataclasses import dataclass

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import CDPSession, Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules whose answer may change with the scheme of colours: the dark one changes nothing else."""
MOST_BYTES = 14 * 1024
MOST_REQUESTS = 4
STICKS_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.defile'))
  .slice(0, 5).map(e => e.outerHTML.slice(0, 80))"""

OUT_OF_REACH = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter(e => e.checkVisibility({ visibilityProperty: true }) && e.type !== 'hidden' && !e.closest('.defile'))
  .filter(e => { const at = e.getBoundingClientRect(); return at.left < -1 || at.right > innerWidth + 1; })
  .map(e => e.outerHTML.slice(0, 80))"""
"""Links, buttons and fields that no scrolling down brings into the window."""

BEHIND_THE_BAR = """() => [...document.querySelectorAll('#planning [type=checkbox]')].filter(box => {
  box.focus();
  const ring = 5, at = box.getBoundingClientRect(), bar = document.querySelector('.barre').getBoundingClientRect();
  return at.bottom + ring > bar.top && at.top - ring < bar.bottom;
}).map(box => box.value)"""
"""Values of the planning's boxes that the save bar covers when they have the focus."""


def no_axe_violation(page: Page) -> None:
    """By every rule of the standards."""
    _no_violation(page, {"type": "tag", "values": TAGS})


def no_axe_violation_of_colours(page: Page) -> None:
    """For a page that was held to every rule in other colours."""
    _no_violation(page, {"type": "rule", "values": OF_COLOURS})


def _no_violation(page: Page, run_only: dict[str, object]) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # Otherwise it describes every element that is well, which takes longer than looking at it.
    options = {"runOnly": run_only, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    said = [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
    assert said == [], f"{page.url}: {said}"


def no_horizontal_scroll(page: Page, when: str) -> None:
    """Nothing sticks out of the window; what does is named."""
    wide, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= there, f"{page.url} {when}: {wide} px of page in {there} px of window, {page.evaluate(STICKS_OUT)}"


def fits_in(page: Page, size: tuple[int, int]) -> None:
    """The page as it is, in a window of another size, then as before: it has its heading there, nothing sticks out, and
    every control can be reached."""
    before, heading = page.viewport_size, page.inner_text("h1")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    no_horizontal_scroll(page, f"in {size[0]} px")
    assert page.inner_text("h1") == heading
    assert page.locator("h1").is_visible()
    out_of_reach = page.evaluate(OUT_OF_REACH)
    assert out_of_reach == [], f"{page.url} in {size[0]} px: {out_of_reach}"
    assert before is not None
    page.set_viewport_size(before)


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
