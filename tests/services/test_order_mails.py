"""The e-mails of the kitchen's orders: made from the order as it was written; what is told when one does not leave."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import DietId
from chalicelib.rules.kitchen import Adults, Margin
from chalicelib.services.mail_ports import MailRejected, MailThrottled
from chalicelib.services.sending import LEASE_SECONDS, LONG_SECONDS, MOST_ATTEMPTS
from tests.builders import BOND, SCHOOL
from tests.services.kitchen_world import CHEF, FRIDAY, KITCHEN, MONDAY, MONDAY_MORNING, OFFICE, Kitchen
from tests.services.mail_world import a_mail

DOWN = Unavailable("mail_sender.send: 500")


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


def text_to(kitchen: Kitchen, address: str = KITCHEN) -> str:
    return next(mail["text"] for mail in reversed(kitchen.post.sent) if mail["to"] == address)


def test_a_first_order_is_read_by_itself(kitchen: Kitchen) -> None:
    kitchen.configure(margin=Margin(percent=5), adults=(Adults(SCHOOL, "1er service", 4),))
    kitchen.run(FRIDAY)
    kitchen.send()
    assert sorted(kitchen.post.recipients) == [CHEF, KITCHEN]
    text = text_to(kitchen)
    for said in (
        "Commande Cantine 2026-11-30 n° 1",
        "Chiffres du vendredi 27\u00a0novembre 2026 à 10\u00a0h",
        "C’est la première commande pour ces jours.",
        "MALLERIN PRIMAIRE\u202f: 8 repas (3 enfants, 1 de marge, 4 adultes)",
        "1er service\u202f: 2 enfants, dont 1 sans porc\u202f; 4 adultes",
        "sans service\u202f: 1 enfant",
        "au plus tard vendredi 27\u00a0novembre à 12\u00a0h",
        "https://portail.example/commande?jeton=cantine.2026-11-30.270900",
    ):
        assert said in text, said
    assert "retard" not in text
    assert "Prénom" not in str(kitchen.post.sent) + str(kitchen.post.attached)


def test_the_files_are_those_of_the_order(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.send()
    sheet, paper = kitchen.post.attached[0]
    assert (sheet.name, sheet.kind) == ("commande-cantine-2026-11-30-1.csv", "text/csv")
    rows = sheet.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "commande;numero;jour;ecole;service;regime;repas"
    assert "Cantine;1;30/11/2026;MALLERIN PRIMAIRE;1er service;sans porc;1" in rows
    assert sum(int(row.rsplit(";", 1)[1]) for row in rows[1:]) == 7
    assert (paper.name, paper.kind) == ("commande-cantine-2026-11-30-1.pdf", "application/pdf")
    assert paper.content.startswith(b"%PDF")


def test_the_next_order_says_what_moved(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.bookings.book("samedi 2026-11-28 12:00", kitchen.children.listed[1], MONDAY, booked=False)
    kitchen.run(MONDAY_MORNING)
    kitchen.send()
    text = text_to(kitchen)
    assert "Ce qui a changé depuis la commande 2026-11-30 n° 1 du vendredi 27\u00a0novembre à 10\u00a0h\u202f:" in text
    assert "- lundi 30\u00a0novembre – MALLERIN PRIMAIRE, 1er service\u202f: 2 → 1 (sans porc\u202f: 1 → 0)" in text
    subjects = [mail["subject"] for mail in kitchen.post.sent if mail["to"] == KITCHEN]
    assert subjects[-1] == "Ville de démo – Commande Cantine 2026-11-30 n° 2 (1 changement)"


def test_an_order_in_which_nothing_moved_says_so(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.run(MONDAY_MORNING)
    kitchen.send()
    assert "Rien n’a changé depuis la commande 2026-11-30 n° 1" in text_to(kitchen)


def test_a_late_order_says_so(kitchen: Kitchen) -> None:
    kitchen.clock.set("vendredi 2026-11-27 15:00")
    kitchen.run()
    kitchen.send()
    assert "Cette commande part en retard." in text_to(kitchen)
    assert kitchen.post.sent[0]["subject"].startswith("Ville de démo – en retard\u202f: Commande")


def test_only_children_with_a_health_plan_are_named_and_only_when_the_town_says_so(kitchen: Kitchen) -> None:
    kitchen.configure(pai_names=True)
    kitchen.children.listed[2] = replace(kitchen.children.listed[2], diet=DietId("sans-porc"))
    kitchen.run(FRIDAY)
    assert "Prénom" not in str(kitchen.orders.kept) + str(kitchen.orders.names) + str(kitchen.outbox.mails)
    kitchen.send()
    text = text_to(kitchen)
    assert "lundi 30\u00a0novembre – Prénom3 BOND (MALLERIN PRIMAIRE, CM2, sans service) – sans porc" in text
    assert all(f"Prénom{number}" not in text for number in (1, 2, 4))
    assert "BOND" not in kitchen.post.attached[0][0].content.decode()


def test_a_child_that_left_the_lists_is_not_named_any_more(kitchen: Kitchen) -> None:
    kitchen.configure(pai_names=True)
    kitchen.run(FRIDAY)
    kitchen.children.listed.pop(2)
    kitchen.send()
    assert "PAI" not in text_to(kitchen)


def test_an_order_leaves_before_what_waits_for_families(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.outbox.put(a_mail(1, kind="contact", facts={}, due_at=kitchen.clock.now() - timedelta(days=1)))
    first, *_ = kitchen.outbox.due(kitchen.clock.now(), 10)
    assert first.kind == "kitchen-order"


def test_an_order_that_is_no_longer_kept_is_set_aside_and_told(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.orders.kept.clear()
    kitchen.send()
    assert len(kitchen.outbox.aside) == 2


def test_when_the_mail_service_is_down_the_order_waits_the_office_is_told_and_it_leaves_once(kitchen: Kitchen) -> None:
    kitchen.configure(to=(KITCHEN,))
    kitchen.run(FRIDAY)
    kitchen.post.moods = [DOWN] * 8
    for _ in range(3):
        kitchen.send()
        kitchen.clock.forward(minutes=5)
    assert kitchen.post.sent == []
    [told] = kitchen.mails("order-trouble")
    assert (told.to, told.facts["trouble"], told.facts["kitchen"]) == (OFFICE, "waiting", KITCHEN)
    assert kitchen.named("order.not_sent"), "an alarm is made of this line"
    kitchen.post.moods = []
    for _ in range(5):
        kitchen.clock.forward(hours=1)
        kitchen.send()
    assert kitchen.post.recipients.count(KITCHEN) == 1
    assert kitchen.post.recipients.count(OFFICE) == 1
    assert "n’est pas encore partie" in text_to(kitchen, OFFICE)


@pytest.mark.parametrize("mood", [MailRejected("no"), DOWN], ids=["refused", "never"])
def test_an_order_that_will_never_leave_is_told(kitchen: Kitchen, mood: Exception) -> None:
    kitchen.configure(to=(KITCHEN,))
    kitchen.run(FRIDAY)
    [mail] = kitchen.mails("kitchen-order")
    kitchen.outbox.mails[mail.id] = replace(mail, attempts=MOST_ATTEMPTS - 1)
    kitchen.post.moods = [mood]
    kitchen.send()
    assert kitchen.outbox.aside[0][0].to == KITCHEN
    kitchen.send()
    assert "ne partira pas vers cuisine@traiteur.example" in text_to(kitchen, OFFICE)


def test_an_order_that_is_throttled_for_long_is_told(kitchen: Kitchen) -> None:
    kitchen.configure(to=(KITCHEN,))
    kitchen.run(FRIDAY)
    for minutes, told in ((0, 0), (LONG_SECONDS / 60, 1), (LEASE_SECONDS / 60, 1)):
        kitchen.clock.forward(minutes=minutes)
        kitchen.post.moods = [MailThrottled("slow")] * 5
        kitchen.send()
        assert len(kitchen.mails("order-trouble")) == told


def test_the_mail_of_a_family_is_nobody_s_trouble(kitchen: Kitchen) -> None:
    kitchen.outbox.put(a_mail(1, kind="contact", facts={}, family=BOND, due_at=kitchen.clock.now()))
    kitchen.send()
    assert kitchen.mails("order-trouble") == []
