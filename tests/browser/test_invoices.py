"""Section 3 of the original service's manual up to the e-mail settings: invoices, their PDFs, who is told of them."""

import re

import pytest
from playwright.sync_api import Locator, Page

from tests.browser import checks
from tests.browser.conftest import DESKTOP, PHONE, MailboxOf, Opener, TakePicture
from tests.browser.steps import Parent, plain

EVERY_WAY = pytest.mark.parametrize(
    ("javascript", "size"),
    [
        pytest.param(True, PHONE, id="invoices-360x640-javascript"),
        pytest.param(False, DESKTOP, id="invoices-1280x800-no-javascript"),
    ],
)


def messages(mailbox: Page, subject: str, to: str) -> Locator:
    """Their lines on the page that is open, the newest first."""
    return mailbox.get_by_role("listitem").filter(has_text=subject).filter(has_text=f"à {to},")


def read_message(mailbox: Page, subject: str, to: str, before: int = 0) -> str:
    """Wait for a message in the local mailbox, one more than ``before``, open the newest, and return its text."""
    line = messages(mailbox, subject, to)
    for _ in range(60):
        mailbox.goto("/")
        if line.count() > before:
            line.first.get_by_role("link").click()
            return mailbox.locator("pre").inner_text()
        mailbox.wait_for_timeout(500)
    raise AssertionError(f"no message {subject!r} to {to} in: {mailbox.inner_text('body')}")


def address_in(text: str, path: str) -> str:
    """The link of a message that leads to ``path``."""
    found = re.search(rf"https?://\S*{re.escape(path)}\S*", text)
    assert found, f"no link to {path} in {text}"
    return found.group()


@EVERY_WAY
def test_the_manuals_invoices(
    portal: str, open_page: Opener, javascript: bool, size: tuple[int, int], take_picture: TakePicture
) -> None:
    # Given Jamie BOND, signed in
    parent = Parent(open_page(portal, size=size, javascript=javascript))
    parent.signs_in()

    # When she opens her invoices
    parent.follows("Facture")

    # Then those to pay come first, the oldest due date before the others, each with everything that is printed
    take_picture(parent, "1-factures")
    parent.sees("Jamie BOND", "Mes factures à payer", "merci de l'ignorer", "Une seule à la fois")
    due = [plain(text) for text in parent.page.get_by_role("radio").locator("xpath=..").all_inner_texts()]
    assert len(due) >= 2
    for said, words in zip(
        due,
        [
            ("7,77 €", "2013-019-000345", "2013-T5-00-19000345", "CANTINE ET GARDERIE JUIN-JUILLET 2013", "31 juillet"),
            ("4,24 €", "2013-026-000335", "2013-T5-00-26000335", "CANTINE ET GARDERIE SEPTEMBRE 2013", "15 octobre"),
        ],
        strict=False,
    ):
        for word in (*words, "REGIE PERISCOLAIRE", "2013"):
            assert word in said

    # And those already paid follow, with who paid, how, and on which day
    for number, printed in {
        "2012-003-000314": (
            "2012-T5-00-3000314",
            "Jamie BOND",
            "25/04/2012",
            "Paiement en ligne",
            "15/04/2012",
            "21,00 €",
        ),
        "2012-004-000313": ("2012-T5-00-4000313", "Jamie BOND", "16/08/2012", "Chèque", "15/05/2012", "10,50 €"),
    }.items():
        row = plain(parent.page.get_by_role("row").filter(has_text=number).inner_text())
        for word in (*printed, "CANTINE ET GARDERIE", "REGIE PERISCOLAIRE"):
            assert word in row, f"{word!r} is not in: {row}"

    # When she chooses none, then she is told
    parent.presses("Procéder au paiement")
    parent.sees("Choisissez la facture à payer.")

    # When she chooses one, then its recap asks to confirm the total, and lets her go back
    parent.page.get_by_role("radio", name=re.compile("2013-026-000335")).check()
    parent.presses("Procéder au paiement")
    take_picture(parent, "2-recapitulatif")
    parent.sees("2013-026-000335", "CANTINE ET GARDERIE SEPTEMBRE 2013", "TOTAL À RÉGLER : 4,24 €")
    parent.follows("Annuler et retourner aux factures")
    parent.sees("Mes factures à payer")


def test_a_pdf_opens_through_a_short_link_for_its_family_only(portal: str, open_page: Opener) -> None:
    # Given a family's invoices
    parent = Parent(open_page(portal))
    parent.signs_in()
    parent.goes_to("/factures")
    href = parent.page.get_by_role("link", name=re.compile(r"Facture 2013-026-000335 \(PDF, \d+ Ko\)")).get_attribute(
        "href"
    )

    # When the parent follows a PDF's link
    first = parent.page.request.get(str(href), max_redirects=0)
    answer = parent.page.request.get(str(href))

    # Then it is the file, under the invoice's number, at an address that is soon worth nothing
    assert first.status == 303
    assert "Expires=60&" in f"{first.headers['location']}&"
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="2013-026-000335.pdf"'
    assert answer.body().startswith(b"%PDF-")

    # And nobody who is not signed in gets one
    stranger = open_page(portal)
    stranger.goto(str(href))
    assert stranger.get_by_label("Code payeur").count() == 1


@EVERY_WAY
def test_an_added_address_agrees_before_anything_is_sent_to_it(
    fresh_portal: str,
    mailbox_of: MailboxOf,
    open_page: Opener,
    javascript: bool,
    size: tuple[int, int],
    take_picture: TakePicture,
) -> None:
    # Given the settings as the town imported them
    parent = Parent(open_page(fresh_portal, size=size, javascript=javascript))
    parent.signs_in()
    parent.goes_to("/notifications")
    take_picture(parent, "3-notifications")
    parent.sees("jamie.bond@server.fr", "Cette adresse est enregistrée par la mairie")
    assert parent.page.get_by_label("Me prévenir par e-mail").is_checked()
    assert parent.page.get_by_label("Adresse 1").input_value() == "BOND@server.fr"

    # When the parent adds an address, badly then well
    parent.page.get_by_label("Adresse 2").fill("moneypenny")
    parent.presses("Enregistrer")
    parent.sees("Rien n'est encore enregistré", "Écrivez une adresse e-mail complète")
    mailbox = open_page(mailbox_of(fresh_portal))
    before = messages(mailbox, "confirmez votre adresse", "moneypenny@server.fr").count()
    parent.page.get_by_label("Adresse 2").fill("moneypenny@server.fr")
    parent.presses("Enregistrer")

    # Then what was saved is said, and the new address is asked
    take_picture(parent, "4-notifications-enregistrees")
    assert parent.heading == "Réglages enregistrés"
    parent.sees("BOND@server.fr : confirmée", "moneypenny@server.fr : en attente de confirmation")
    text = read_message(mailbox, "confirmez votre adresse", "moneypenny@server.fr", before)
    assert "James" not in text

    # When its owner, who has no codes, agrees
    owner = Parent(open_page(fresh_portal, size=size, javascript=javascript))
    owner.goes_to(address_in(text, "/notifications/confirmer"))
    take_picture(owner, "5-confirmation")
    owner.presses("Confirmer")
    assert owner.heading == "Votre adresse est confirmée"

    # Then the parent sees it
    parent.goes_to("/notifications")
    parent.sees("confirmée")
    assert parent.page.get_by_text("en attente de confirmation").count() == 0

    # When the parent empties a field, then that address is gone
    parent.page.get_by_label("Adresse 1").fill("")
    parent.presses("Enregistrer")
    assert "BOND@server.fr" not in parent.page.inner_text("main")


def test_the_mail_of_a_new_invoice_is_read_and_leads_to_it(
    fresh_portal: str, mailbox_of: MailboxOf, open_page: Opener
) -> None:
    # Given the demo town, whose import put invoices online
    mailbox = open_page(mailbox_of(fresh_portal))

    # When each address of the family reads its mail
    for email in ("jamie.bond@server.fr", "BOND@server.fr"):
        text = read_message(mailbox, "votre facture 2013-026-000335 est en ligne", email)

        # Then it says what is due, and names no child
        for words in ("2013-026-000335", "CANTINE ET GARDERIE SEPTEMBRE 2013", "4,24 €", "15/10/2013"):
            assert words in plain(text)
        assert "James" not in text
        assert "Aline" not in text
        frame = mailbox.frame_locator("iframe")
        assert "4,24 €" in plain(frame.locator("body").inner_text())

    # When the parent follows its link, then the invoices are there once she has signed in
    parent = Parent(open_page(fresh_portal))
    parent.goes_to(address_in(text, "/factures"))
    parent.signs_in()
    parent.sees("Mes factures à payer", "2013-026-000335")

    # When the owner of the other address wants no more, then the family sees it
    owner = Parent(open_page(fresh_portal))
    owner.goes_to(address_in(text, "/desinscription"))
    owner.presses("Ne plus recevoir")
    owner.sees("BOND@server.fr ne sera plus prévenue")
    parent.goes_to("/notifications")
    parent.sees("arrêtée, à la demande de son propriétaire")


def test_the_mailbox_is_accessible(portal: str, mailbox_of: MailboxOf, open_page: Opener) -> None:
    mailbox = open_page(mailbox_of(portal))
    read_message(mailbox, "votre facture", "jamie.bond@server.fr")
    for path in ("/", mailbox.url):
        mailbox.goto(path)
        checks.no_axe_violation(mailbox)
