"""What a parent does and reads, in the words of the screen."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, Response

WEEK = """number => {
  const table = [...document.querySelectorAll('table')]
    .find(t => t.caption.textContent.trim().startsWith('Semaine ' + number));
  const cell = td => {
    const box = td.querySelector('input');
    return box ? (box.checked ? '[x]' : '[ ]') : td.querySelector('.vh').textContent;
  };
  return {
    heads: [...table.tHead.rows[0].querySelectorAll('th')]
      .map(th => th.querySelector('[aria-hidden]').textContent + ' ' + /\\d+(er)?/.exec(th.textContent)[0]),
    rows: [...table.tBodies[0].rows].map(tr => [tr.cells[0].innerText, ...[...tr.cells].slice(1).map(cell)]),
  };
}"""


def plain(text: str) -> str:
    """Words without their typography: ordinary spaces and apostrophes."""
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


@dataclass
class Parent:
    """A parent in front of one page."""

    page: Page

    def sees(self, *words: str) -> None:
        """Each of ``words`` is on the screen."""
        said = plain(self.page.inner_text("body"))
        for wanted in words:
            assert plain(wanted) in said, f"{wanted!r} is not in: {said}"

    @property
    def heading(self) -> str:
        return plain(self.page.inner_text("h1"))

    def goes_to(self, path: str) -> Response | None:
        return self.page.goto(path)

    def follows(self, label: str) -> None:
        self.page.get_by_role("link", name=label).first.click()
        self.page.wait_for_load_state()

    def presses(self, label: str) -> None:
        self.page.get_by_role("button", name=label).click()
        self.page.wait_for_load_state()

    def signs_in(self, child_code: str = "007", payer_code: str = "GOLDENEYE7") -> None:
        self.page.get_by_label("Code enfant").fill(child_code)
        self.page.get_by_label("Code payeur").fill(payer_code)
        self.presses("connexion")

    def box(self, slot: str) -> Locator:
        """The checkbox that a screen reader calls ``slot``: « Cantine jeudi 7 janvier »."""
        return self.page.get_by_role("checkbox", name=slot, exact=True)

    def week(self, number: int) -> dict[str, list[str]]:
        """Each row of a week: ``[x]`` and ``[ ]`` are boxes, anything else is what a screen reader says."""
        return {plain(row[0]): [plain(cell) for cell in row[1:]] for row in self._table(number)["rows"]}

    def days_of(self, number: int) -> list[str]:
        """``Lu 21``, ``Ma 22``… as the columns of a week are headed."""
        heads: list[str] = self._table(number)["heads"]
        return heads

    def lines_under(self, title: str) -> list[str]:
        """The list that follows a heading."""
        found = self.page.locator("h2", has_text=re.compile(re.escape(title))).locator("xpath=following::ul[1]/li")
        return [plain(line) for line in found.all_inner_texts()]

    def _table(self, number: int) -> dict[str, Any]:
        table: dict[str, Any] = self.page.evaluate(WEEK, number)
        return table
