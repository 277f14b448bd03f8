"""The words of e-mails: every template, in plain French, with what its reader needs and nobody's name."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from chalicelib.adapters.mail_templates import FOLDER, TemplateMails
from chalicelib.rules.town import Office, Town
from chalicelib.services.mail_ports import Mail, RenderedMail
from tests.builders import BOND, a_town
from tests.clock import paris
from tests.fakes import MemoryTown

STOP = "https://portail.example/desinscription?jeton=a.b&x=1"
FACTS = {
    "invoice-online": {
        "number": "2013-026-000335",
        "label": "CANTINE ET GARDERIE SEPTEMBRE 2013",
        "regie": "REGIE PERISCOLAIRE",
        "total": "4,24\u00a0€",
        "due_on": "15/10/2013",
        "invoices_link": "https://portail.example/factures",
        "stop_link": STOP,
    },
    "certificate-online": {
        "year": "2025",
        "again": "1",
        "invoices_link": "https://portail.example/factures",
        "stop_link": STOP,
    },
    "invoice-debited": {
        "number": "2013-026-000335",
        "label": "CANTINE ET GARDERIE SEPTEMBRE 2013",
        "regie": "REGIE PERISCOLAIRE",
        "total": "4,24\u00a0€",
        "due_on": "15/10/2013",
        "invoices_link": "https://portail.example/factures",
        "stop_link": STOP,
    },
    "credit-note": {
        "number": "2013-026-000336",
        "label": "AVOIR CANTINE SEPTEMBRE 2013",
        "regie": "REGIE PERISCOLAIRE",
        "total": "4,24\u00a0€",
        "corrects": "2013-026-000335",
        "left": "2,24\u00a0€",
        "invoices_link": "https://portail.example/factures",
        "stop_link": STOP,
    },
    "confirm-address": {
        "confirm_link": "https://portail.example/notifications/confirmer?jeton=a.b",
        "until": "1/1/2027",
    },
    "bookings-cancelled": {
        "bookings": "Cantine, mardi 1er décembre 2026 (Grève)\nÉtude, mardi 1er décembre 2026, 2 réservations (Grève)",
    },
    "payment-reversed": {
        "number": "2013-026-000335",
        "label": "CANTINE ET GARDERIE SEPTEMBRE 2013",
        "regie": "REGIE PERISCOLAIRE",
        "amount": "4,24\u00a0€",
        "means": "chèque",
        "paid_on": "23/12/2015",
        "day": "04/01/2016",
        "bounced": "1",
        "due": "4,24\u00a0€",
        "why": "provision insuffisante",
    },
    "refund-done": {
        "number": "2013-026-000335",
        "label": "CANTINE ET GARDERIE SEPTEMBRE 2013",
        "regie": "REGIE PERISCOLAIRE",
        "amount": "4,24\u00a0€",
        "means": "virement",
        "day": "04/01/2016",
        "warrant": "M-2016-17",
        "why": "payée deux fois",
    },
    "files-dropped": {
        "what": "accepté\u202f: le portail dit maintenant ce que disent ces fichiers",
        "numbers": "Familles\u202f: 1 de plus, 0 autrement, 199 pareil",
        "where": "traites/2026-11-25T09-05-07Z/rapport.txt",
    },
    "payment-receipt": {
        "number": "2013-026-000335",
        "reference": "2013-T5-00-26000335",
        "label": "CANTINE ET GARDERIE SEPTEMBRE 2013",
        "regie": "REGIE PERISCOLAIRE",
        "amount": "4,24\u00a0€",
        "day": "23/12/2015",
        "hour": "16:20",
        "means": "Carte bancaire",
        "authorisation": "3fd",
    },
}


FACTS |= {
    "kitchen-order": {
        "title": "Commande Cantine 2026-11-30 n° 2",
        "figures_of": "Chiffres du lundi 30 novembre 2026 à 8 h 45.",
        "compared": "Ce qui a changé depuis la commande n° 1.",
        "moved": "1 changement",
        "changes": "- MALLERIN, 1er service\u202f: 24 → 22",
        "figures": "Lundi 30 novembre\u202f: 212 repas",
        "named": "lundi 30 novembre – Zoé BOND",
        "order_link": "https://portail.example/commande?jeton=a.b",
        "late": "",
        "until": "lundi 30 novembre à 10 h 45",
    },
    "order-unacknowledged": {
        "name": "Cantine 2026-11-30 n° 2",
        "kitchen": "cuisine@traiteur.example",
        "at": "lundi 30 novembre à 8 h 45",
    },
    "order-trouble": {
        "name": "Cantine",
        "at": "lundi 30 novembre à 8 h 45",
        "kitchen": "cuisine@traiteur.example",
        "trouble": "waiting",
    },
}
CHOOSES = {"again", "moved", "trouble", "bounced"}
"""Facts that are in the subject, or choose the words."""


KINDS = sorted({path.name for path in FOLDER.iterdir()} - {"contact"})
"""Every folder but the office's: a new one is tried by being there."""


def rendered(kind: str, town: Town | None = None, **facts: str) -> RenderedMail:
    mail = Mail("m-1", "x@server.fr", kind, FACTS.get(kind, {}) | facts, BOND, "s", paris("lundi 2026-09-14 08:00"))
    return TemplateMails(MemoryTown(town or a_town())).render(mail)


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str | None] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name == "href"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_the_same_in_both_parts(kind: str) -> None:
    mail = rendered(kind)
    html = Words(mail.html)
    for name, fact in FACTS[kind].items():
        if name in CHOOSES:
            continue
        assert fact in mail.text, name
        assert fact in (html.links if name.endswith("_link") else html.text), name
    for words in (mail.subject, mail.text, html.text):
        assert "Ville de démo" in words
        assert not re.search(r"[ \u00a0][;:!?»]|«[ \u00a0]|\w'\w|{{|None", words), "typography"
    assert "01 00 00 00 00" in mail.text
    assert mail.html.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert not re.search(r"<(img|script|style|link)", mail.html), "nothing is fetched, nobody is followed"


def test_a_debited_invoice_and_a_credit_note_invite_nobody_to_pay() -> None:
    for kind in ("invoice-debited", "credit-note"):
        mail = rendered(kind)
        for words in (mail.text, Words(mail.html).text):
            assert not re.search(r"régler|À payer", words), kind
    assert "sera prélevé" in rendered("invoice-debited").text
    alone = rendered("credit-note", corrects="", left="")
    for words in (alone.text, Words(alone.html).text):
        assert "corrige" not in words
        assert "reste" not in words


@pytest.mark.parametrize("trouble", ["missed", "waiting", "refused", "bounced"])
def test_each_trouble_of_an_order_says_what_to_do(trouble: str) -> None:
    mail = rendered("order-trouble", trouble=trouble)
    for words in (mail.text, Words(mail.html).text):
        assert "éléphonez à la cuisine" in words
    assert "Cantine" in mail.subject


def test_an_order_says_in_its_subject_what_moved_and_that_it_is_late() -> None:
    assert rendered("kitchen-order").subject == "Ville de démo – Commande Cantine 2026-11-30 n° 2 (1 changement)"
    late = rendered("kitchen-order", late="1", moved="")
    assert late.subject == "Ville de démo – en retard\u202f: Commande Cantine 2026-11-30 n° 2"
    assert "retard" in late.text
    assert "retard" in late.html


def test_facts_of_no_kind_are_not_kept() -> None:
    assert set(FACTS) - set(KINDS) == set()


def test_the_office_reads_a_message_as_it_was_written() -> None:
    text = "Bonjour,\r\n<b>{{ town }}</b> & l'été ?"
    mail = rendered("contact", name="Jamie BOND", reply_to="jamie@server.fr", subject="Codes <perdus>", text=text)
    said = f"{text}\n\n-- \nJamie BOND\njamie@server.fr\n"
    assert mail == RenderedMail("[Portail parents] Codes <perdus>", said, "")


def test_a_new_invoice_says_how_to_stop() -> None:
    mail = rendered("invoice-online")
    assert mail.text.rstrip().endswith(STOP)
    assert STOP in Words(mail.html).links


def test_words_of_the_town_s_files_are_only_text() -> None:
    mail = rendered("invoice-online", label="A & <b>B</b>")
    assert "A & <b>B</b>" in mail.text
    assert "A &amp; &lt;b&gt;B&lt;/b&gt;" in mail.html


def test_a_subject_stays_on_one_line() -> None:
    assert rendered("invoice-online", number="1\r\nBcc: x@server.fr").subject.splitlines() == [
        "Ville de démo – votre facture 1 Bcc: x@server.fr est en ligne"
    ]


def test_what_the_town_leaves_empty_leaves_no_hole() -> None:
    town = replace(a_town(), office=Office("", "", "x@ville.fr", ""))
    text = rendered("invoice-online", town, regie="").text
    assert "()" not in text
    assert "service enfance" not in text


@pytest.mark.parametrize("kind", ["unknown", "../email/invoice-online"])
def test_a_kind_without_template_is_told(kind: str) -> None:
    with pytest.raises(LookupError, match="mail"):
        rendered(kind)


def test_a_missing_fact_is_told() -> None:
    mail = Mail("m-1", "x@server.fr", "invoice-online", {}, BOND, "s", paris("lundi 2026-09-14 08:00"))
    with pytest.raises(LookupError, match="undefined"):
        TemplateMails(MemoryTown(a_town())).render(mail)


def test_a_payment_that_bounced_says_what_is_due_after_it() -> None:
    bounced = rendered("payment-reversed").text
    assert "n’a pas été payé par votre banque" in bounced
    assert "Il reste 4,24\u00a0€ à régler" in bounced
    withdrawn = rendered("payment-reversed", bounced="", due="").text
    assert "La mairie a retiré le 04/01/2016 le règlement" in withdrawn
    assert "Il ne reste rien à régler" in withdrawn
    assert "banque" not in withdrawn
