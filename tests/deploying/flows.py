"""Everything that each Lambda function does, run once on moto: what its policy has to allow."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from unittest import mock
from urllib.parse import urlsplit

import boto3
from chalice.app import Chalice

from chalicelib.pages.site import add_pages
from chalicelib.portal import Portal, assemble
from chalicelib.rules.families import MadeCertificate
from chalicelib.rules.ids import ActivityId, EntryId, InvoiceNumber
from chalicelib.rules.planning import PlaceKey, Slot, Wish
from chalicelib.rules.town import Town
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.services.order_ports import OrderRef
from chalicelib.services.ports import JournalEntry, Login
from chalicelib.settings import Settings
from chalicelib.storage.certificates import DynamoCertificateStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.orders import DynamoOrderStore
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.web.links import SignedLinks
from chalicelib.wiring import ports_on_aws
from chalicelib.wiring_jobs import Jobs, build_jobs
from tests.builders import BOND, JAMES
from tests.clock import paris
from tests.deploying.certifying import a_town_that_certifies, the_certificates
from tests.deploying.dropping import the_drops
from tests.deploying.kitchen import a_kitchen, an_order_to_send
from tests.fake_bank import Treasury
from tests.pages.client import HOST, PageClient
from tests.pages.conftest import SALT, the_bonds, the_manual_s_invoices, the_manual_s_town
from tests.services.mail_world import WANTED, an_invoice
from tests.services.test_bounces import TOWN as MAILS
from tests.services.test_bounces import bounce
from tests.stand_in import REGION, database_for, moto_town
from tests.storage.test_orders import VERSION

NOW = paris("mardi 2015-12-22 14:54")
NUMBER = "2013-026-000335"
TOWN = the_manual_s_town()
IMPORT, CERTIFICATES = "ImportFiles", "MakeCertificates"
JOBS = {job.name.title().replace("_", ""): job.name for job in fields(Jobs)}
"""By Chalice's name of its function: a new job is here by being wired."""


@contextmanager
def ready_to_run(function: str) -> Iterator[tuple[Settings, Callable[[], None]]]:
    """A stage on moto in which the function has something to do, and what runs it."""
    with moto_town() as settings:
        if function == IMPORT:
            stage = replace(settings, demo_now="2026-11-23T08:00", drop_megabytes=1)
            yield stage, lambda: the_drops(stage)
            return
        if function == CERTIFICATES:
            stage = replace(settings, demo_now="2026-01-02T04:00", origin=f"http://{HOST}")
            a_town_that_certifies(stage)
            yield stage, lambda: the_certificates(stage)
            return
        stage, treasury = a_stage(settings), Treasury(now=NOW)
        if function == "APIHandler":
            yield stage, lambda: the_api(stage, treasury)
            return
        _prepare(function, stage, treasury)
        yield stage, lambda: run_job(_at_work(function, stage), JOBS[function], treasury)


def _at_work(function: str, stage: Settings) -> Settings:
    """The real time, but for the recount: it counts the days that are left of the demo's calendar."""
    if function == "WriteExports":
        return replace(stage, demo_now="2015-12-28T03:30")
    return stage if function == "RecountPlaces" else replace(stage, demo_now="")


def _prepare(function: str, stage: Settings, treasury: Treasury) -> None:
    """Something for the job to do."""
    if function == "RecountPlaces":
        a_place_sold_and_one_left(stage)
        return
    the_notification(stage)
    if function in {"SendOutbox", "SendOrders", "NoteSesEvent", "WriteExports"}:
        a_kitchen(stage, TOWN)
    if function == "SendOutbox":
        run_job(replace(stage, demo_now=""), "notify_invoices", treasury)
        an_order_to_send(replace(stage, demo_now=""))
    if function == "ReconcilePayments":
        portal = assemble(replace(ports_on_aws(stage), providers={"web-service": treasury}))
        portal.payments.start(the_bonds(), InvoiceNumber(NUMBER), "a@server.fr")
        treasury.says("idop-1", "P")


def a_stage(settings: Settings) -> Settings:
    """A town with its family, codes and invoices, and the settings of its functions."""
    settings = replace(settings, demo_now="2015-12-22T14:54", origin=f"http://{HOST}", mail_configuration=MAILS)
    boto3.client("sesv2", REGION).create_email_identity(EmailIdentity=settings.sender)
    database = database_for(settings)
    store, invoices = DynamoIntakeStore(database), DynamoInvoiceStore(database)
    put_town(store, TOWN)
    store.put_families([the_bonds()])
    login = Login(BOND, JAMES, SALT, secret_of(settings.pepper, "GOLDENEYE7", SALT))
    store.put_logins([(login_key(settings.pepper, "007"), login)])
    for invoice in the_manual_s_invoices():
        invoices.put(replace(invoice, payments=()), ())
    made = MadeCertificate(2014, "0123456789abcdef", 1, NOW, 4)
    DynamoCertificateStore(database).put(BOND, made, [])
    return settings


def put_town(store: DynamoIntakeStore, town: Town) -> None:
    store.put_town(town, NOW)


def the_api(settings: Settings, treasury: Treasury) -> None:
    """A parent's whole visit, the office's mail, the bank's calls."""
    portal = assemble(replace(ports_on_aws(settings), providers={"web-service": treasury, "url": treasury}))
    app = Chalice("flows")
    add_pages(app, lambda: portal)
    parent = PageClient(app)
    assert parent.sign_in("007", "wrong").status >= 400
    assert parent.sign_in().status == 303
    for path in ("/planning", "/enfants", "/modifications", "/aide", "/factures", "/notifications", "/portail.js"):
        assert parent.get(path).status == 200
    _plan(parent)
    _notices(parent, settings)
    _pay(parent, treasury, portal)
    _write(parent)
    _acknowledge(parent, settings)
    page = parent.get("/deconnexion")
    parent.post("/deconnexion/autres", csrf=page.hidden("csrf"))
    parent.post("/deconnexion", csrf=parent.get("/deconnexion").hidden("csrf"))


def _plan(parent: PageClient) -> None:
    for activity in ("petites-vac-matin", "sortie"):
        saved = parent.follow(parent.save(parent.get("/planning"), f"c-007~{activity}~2015-12-23"))
        assert saved.status == 200
        action = re.search(r'action="(/recap/[^"]+/annuler)"', saved.body)
        assert action
        assert parent.post(action.group(1), csrf=saved.hidden("csrf")).status == 303


def _notices(parent: PageClient, settings: Settings) -> None:
    page = parent.get("/notifications")
    fields = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), "avertir": "oui"}
    assert parent.post("/notifications", **fields, adresse1="BOND@server.fr").status == 303
    parent.post("/notifications/renvoyer", csrf=page.hidden("csrf"), adresse="BOND@server.fr")
    links = SignedLinks(settings)
    confirm = links.confirm(BOND, "BOND@server.fr", paris("jeudi 2015-12-31 00:00"))
    assert parent.post("/notifications/confirmer", jeton=confirm.partition("jeton=")[2]).status == 303
    stop = urlsplit(links.stop(BOND, "BOND@server.fr"))
    assert parent.post(f"{stop.path}?{stop.query}").status == 200


def _pay(parent: PageClient, treasury: Treasury, portal: Portal) -> None:
    parent.get(f"/factures/{NUMBER}/pdf")
    parent.get("/attestations/2014")
    csrf = parent.get("/factures").hidden("csrf")
    recap = parent.follow(parent.post("/factures", csrf=csrf, facture=NUMBER, email="jamie.bond@server.fr"))
    (bank,) = {e.attrs["href"] for e in recap.page.all("a") if "/banque" in e.attrs["href"]}
    assert parent.get(bank).status == 303
    assert "Paiement commencé" in parent.get("/factures").main
    treasury.says("idop-1", "P")
    assert parent.post_raw("/payfip/notification", b"idop=idop-1").body == "OK"
    assert parent.get(f"/factures/{NUMBER}/paiement").heading.startswith("Confirmation")
    assert parent.get("/payfip/retour?idop=idop-1").status == 303
    assert portal.invoices.show(BOND).paid.invoices[0].number == InvoiceNumber(NUMBER)


def _acknowledge(parent: PageClient, settings: Settings) -> None:
    DynamoOrderStore(database_for(settings)).put(VERSION, (), (), None)
    link = SignedLinks(settings).order(OrderRef.of(VERSION)).removeprefix(f"http://{HOST}")
    token = parent.get(link).hidden("jeton")
    assert "Réception accusée" in parent.follow(parent.post("/commande", jeton=token)).main


def _write(parent: PageClient) -> None:
    form = parent.get("/contact")
    fields = {"nom": "Jamie", "email": "a@server.fr", "sujet": "x", "message": "y", "ouvert": form.hidden("ouvert")}
    parent.post("/contact", **fields)


def the_notification(settings: Settings) -> None:
    database = database_for(settings)
    DynamoNoticeStore(database).save(BOND, WANTED)
    DynamoInvoiceStore(database).put(an_invoice(), ())


def a_place_sold_and_one_left(settings: Settings) -> None:
    """A booking of a limited day, and a place that a save which died left reserved."""
    plannings = DynamoPlanningStore(database_for(settings))
    slot = Slot(JAMES, ActivityId("sortie"), date(2015, 12, 23))
    plannings.save(BOND, JournalEntry(EntryId("1"), NOW, "mairie", (Wish(slot, True),)))
    plannings.reserve(PlaceKey(slot.day, slot.activity), 1, 1)
    plannings.reserve(PlaceKey(date(2015, 12, 24), slot.activity), 1, 1)


def run_job(settings: Settings, name: str, treasury: Treasury) -> None:
    """One run of a job that finds something to do."""
    with mock.patch("time.sleep"):  # Nobody saves meanwhile: nothing has to be waited for.
        jobs = build_jobs(settings)
    if name == "note_ses_event":
        jobs.note_ses_event({"detail": bounce()})
        return
    if name == "recount_places":
        jobs.recount_places.count.pause = _no_pause
        jobs.recount_places()
        return
    if name == "reconcile_payments":
        jobs.reconcile_payments.settle.providers = {"web-service": treasury}
    getattr(jobs, name)(lambda: 900.0)


def _no_pause(_seconds: float) -> None:
    """Nobody else is there to wait for."""
