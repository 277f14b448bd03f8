"""The checks that ``PageClient`` makes of every page can fail."""

import pytest

from tests.pages.client import Document, check_nothing_is_restored

PAGE = "<html><body>{}</body></html>"


@pytest.mark.parametrize(
    "html",
    [
        '<form><input type="checkbox" name="c"></form>',
        '<form method="post"><input type="radio" name="facture"></form>',
        '<form><select name="activite"><option>a</option></select></form>',
        '<form autocomplete="on"><input type="checkbox" name="c"></form>',
        '<input type="checkbox" form="elsewhere">',
    ],
)
def test_a_form_that_a_browser_restores_is_caught(html: str) -> None:
    with pytest.raises(AssertionError):
        check_nothing_is_restored(Document(PAGE.format(html)))


def test_forms_without_state_may_be_restored() -> None:
    kept = '<form><input name="message"></form><form autocomplete="off"><input type="checkbox"></form>'
    check_nothing_is_restored(Document(PAGE.format(kept + '<input type="checkbox" disabled>')))
