"""The built zip, deployed from the finished template on the stand-in's CloudFormation, visited through its gateway."""

import json
import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from chalicelib.rules.ids import FamilyId
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.database import Database
from chalicelib.storage.invoices import DynamoInvoiceStore
from infra.build.bundle import MOST_BYTES
from infra.declared import tables_of
from infra.local.tables import create_tables
from infra.ops.deploy import adopt, deploy, turn_secrets
from infra.ops.destroy import destroy
from infra.ops.doctor import CHECKS, findings
from infra.ops.items import load, save
from infra.ops.kept import declared_names
from infra.ops.personal_data import erase_family, export_family
from infra.ops.secret_turns import make_missing, rotate
from infra.ops.stage import CannotOperate
from tests.builders import a_payment
from tests.deploying.deployed import Town, Visitor, a_town
from tests.local.bank_visits import eventually, pay
from tests.money import at_the_desk
from tests.ops.towns import let_buckets_in

NUMBER = "2013-026-000335"
FAMILY = "f-bond"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with a_town(tmp_path_factory.mktemp("deployed")) as deployed:
        yield deployed


@pytest.fixture
def parent(town: Town) -> Visitor:
    visitor = Visitor(town.origin)
    assert visitor.get("/api/") == 200
    assert visitor.post("/api/", enfant="007", payeur="GOLDENEYE7") == 200
    assert " BOND" in visitor.page  # A dropped list gives him another first name.
    return visitor


def test_the_zip_is_small(town: Town) -> None:
    (archive,) = town.built.glob("portal-*.zip")
    assert archive.stat().st_size <= MOST_BYTES


def test_a_change_set_was_shown(town: Town) -> None:
    assert any("AWS::Lambda::Function" in line and "APIHandler" in line for line in town.said)
    assert any("CREATE_COMPLETE" in line for line in town.said)


def test_no_second_door(town: Town) -> None:
    stages = town.stage.client("apigateway").get_stages(restApiId=town.stage.outputs()["RestAPIId"])["item"]
    assert [one["stageName"] for one in stages] == ["api"]
    visitor = Visitor(town.origin)
    assert visitor.get("/Stage/") in {403, 404}
    assert "Code enfant" not in visitor.page


def test_sign_in_planning_save(parent: Visitor) -> None:
    boxes = re.findall(r'name="c" value="([^"]+)"[^>]*?( checked)?>', parent.page)
    assert boxes
    ticked = [value for value, checked in boxes if checked]
    new = next(value for value, checked in boxes if not checked)
    fields = [("csrf", parent.hidden("csrf")), ("vu", parent.hidden("vu")), *(("c", one) for one in (*ticked, new))]
    assert parent.post("/api/planning", *fields) == 200
    assert parent.address.startswith("/api/recap/")
    assert "modification enregistrée" in parent.page


def test_a_dropped_list_changes_the_planning_and_a_broken_one_is_refused(town: Town) -> None:
    """S3 tells EventBridge, which wakes the function: no part of the way is bridged here."""
    bucket, storage = town.stage.documents, town.stage.client("s3")
    lists = storage.get_object(Bucket=bucket, Key="courant/enfants.csv")["Body"].read().decode("utf-8-sig")
    storage.put_object(Bucket=bucket, Key="depot/enfants.csv", Body=lists.replace("James", "Jimmy").encode())
    visitor = Visitor(town.origin)
    visitor.get("/api/")
    visitor.post("/api/", enfant="007", payeur="GOLDENEYE7")
    within_a_minute(lambda: visitor.get("/api/planning") == 200 and "Jimmy BOND" in visitor.page)
    within_a_minute(lambda: len(lying(town, "traites/")) == 2)
    storage.put_object(Bucket=bucket, Key="depot/enfants.csv", Body=lists.replace(";Aline;", ";;").encode())
    within_a_minute(lambda: len(lying(town, "rejetes/")) == 2)
    (report,) = (key for key in lying(town, "rejetes/") if key.endswith("/rapport.txt"))
    text = storage.get_object(Bucket=bucket, Key=report)["Body"].read().decode()
    assert "Refusé : les fichiers ont des erreurs, rien n'a été écrit." in text
    assert re.search(r"enfants\.csv:\d+: la colonne « prenom » est vide", text)
    assert visitor.get("/api/enfants") == 200
    assert "Aline" in visitor.page
    assert lying(town, "depot/") == []


def within_a_minute(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(1)


def lying(town: Town, folder: str) -> list[str]:
    listed = town.stage.client("s3").list_objects_v2(Bucket=town.stage.documents, Prefix=folder)
    return [one["Key"] for one in listed.get("Contents", [])]


def test_an_invoice_is_paid_and_the_bank_s_word_is_heard(town: Town, parent: Visitor) -> None:
    assert parent.get("/api/factures") == 200
    form = {"csrf": parent.hidden("csrf"), "facture": NUMBER, "email": "jamie.bond@server.fr"}
    assert parent.post("/api/factures", **form) == 200
    (bank,) = set(re.findall(r'href="(/api/factures/[^"]+/banque[^"]+)"', parent.page))
    assert parent.get(unescape(bank)) == 303
    idop = parent.address.partition("idop=")[2]
    pay(town.bank, idop)
    for _ in range(100):
        if parent.get(f"/api/factures/{NUMBER}/paiement/etat") == 200 and parent.page == "paid":
            break
        time.sleep(0.1)
    eventually(lambda: any("essai 1 : 200" in text for _, text in town.bank.ledger.get(idop).log))
    assert parent.get(f"/api/factures/{NUMBER}/paiement") == 200
    assert "Votre paiement est enregistré" in parent.page


@pytest.mark.parametrize("name", ["notify-invoices", "send-outbox", "reconcile-payments", "note-ses-event"])
def test_every_job_runs(town: Town, name: str) -> None:
    town.job(name)


def test_a_secret_is_changed_and_nobody_is_signed_out(town: Town, parent: Visitor) -> None:
    stored = {"Name": f"/{town.stage.prefix}/secrets/session-secret", "WithDecryption": True}
    before = town.stage.client("ssm").get_parameter(**stored)["Parameter"]["Value"]
    rotate(town.stage, lambda: turn_secrets(town.stage, town.operator))
    after = town.stage.client("ssm").get_parameter(**stored)["Parameter"]["Value"].split()
    assert (len(after), after[1]) == (2, before)
    assert town.stage.environment()["PORTAL_SECRETS_TURN"] == "2"
    assert parent.get("/api/factures") == 200
    assert "Mes factures" in parent.page


def test_deploying_again_changes_nothing(town: Town) -> None:
    before = town.stage.environment()
    deploy(town.stage, town.built, town.operator)
    assert town.stage.environment() == before


PAGES = ("/api/planning", "/api/enfants", "/api/modifications", "/api/factures", "/api/notifications")


def shown(parent: Visitor) -> list[str]:
    """The pages of a family, without what is signed anew each time."""
    pages = []
    for path in PAGES:
        assert parent.get(path) == 200
        pages.append(re.sub(r'value="[\w.-]{30,}"|data-fin="\d+"', "", parent.page))
    return pages


def test_a_restore_drill(town: Town, parent: Visitor, tmp_path: Path) -> None:
    """Everything is written out, the tables are lost, made again and filled: parents see the same pages."""
    before = shown(parent)
    saved = save(town.stage, tmp_path)
    assert saved["families"] and saved["invoices"] and saved["journal"] and saved["documents"]
    with pytest.raises(CannotOperate, match="is not empty"):
        load(town.stage, tmp_path)
    database = town.stage.client("dynamodb")
    for name in tables_of(town.stage.prefix):
        database.update_table(TableName=name, DeletionProtectionEnabled=False)
        database.delete_table(TableName=name)
    create_tables(town.stage.endpoint, town.stage.prefix)
    assert load(town.stage, tmp_path) == {name: count for name, count in saved.items() if name != "documents"}
    assert shown(parent) == before


def items_of(town: Town, table: str) -> list[dict[str, Any]]:
    pages = town.stage.client("dynamodb").get_paginator("scan").paginate(TableName=f"{town.stage.prefix}-{table}")
    return [item for page in pages for item in page["Items"]]


def is_of_the_journal(item: dict[str, Any]) -> bool:
    return "partition" in item and bool(item["partition"]["S"].startswith("J#"))


def a_family_that_owes_nothing(town: Town) -> str:
    """A generated family, once the town has all its money."""
    stage = town.stage
    invoices = DynamoInvoiceStore(Database(region=stage.region, prefix=stage.prefix, endpoint=stage.endpoint))
    others: set[str] = {item["family"]["S"] for item in items_of(town, "families")} - {FAMILY}
    other = min(others)
    for invoice in invoices.of(FamilyId(other)):
        if invoice.remaining:
            at_the_desk(
                DynamoBook(invoices.database),
                invoices,
                invoice.number,
                a_payment(invoice.remaining, id=f"desk-{invoice.number}"),
            )
    return other


def test_a_family_s_data_are_given_and_erased(town: Town, tmp_path: Path) -> None:
    count = export_family(town.stage, FAMILY, tmp_path)
    told = (tmp_path / f"{FAMILY}.json").read_text()
    assert count > 10
    for words in ("Jamie BOND", "GOLDENEYE7", NUMBER, "jamie.bond@server.fr"):
        assert (words in told) is (words != "GOLDENEYE7"), words
    assert list(tmp_path.rglob("*.pdf"))
    with pytest.raises(CannotOperate, match="owes"):
        erase_family(town.stage, FAMILY)
    other = a_family_that_owes_nothing(town)
    assert erase_family(town.stage, other) > 0
    for table in ("families", "logins", "planning", "journal", "invoices", "payments", "outbox"):
        left = [item for item in items_of(town, table) if f'"{other}"' in json.dumps(item, default=str)]
        # The law keeps the lines of the régie's journal for ten years.
        assert [item for item in left if not is_of_the_journal(item)] == [], table
    with pytest.raises(CannotOperate, match="there is no family"):
        export_family(town.stage, other, tmp_path)


def test_the_doctor_looks_at_everything(town: Town) -> None:
    found = {one.what: one for one in findings(town.stage)}
    assert found.keys() == CHECKS.keys()
    for what in ("stack", "secrets", "treasury (PayFiP)", "alarms", "dead letters", "functions at once"):
        assert found[what].good, found[what]
    assert "knows client 006382 as Ville de démo / REGIE PERISCOLAIRE" in found["treasury (PayFiP)"].words
    assert "answered in" in found["portal and clock"].words


def test_the_doctor_names_what_is_missing(town: Town) -> None:
    town.stage.client("ssm").delete_parameter(Name=f"/{town.stage.prefix}/secrets/pepper")
    found = {one.what: one for one in findings(town.stage)}
    assert not found["secrets"].good
    assert "pepper" in found["secrets"].words
    assert make_missing(town.stage) == ["pepper"]


def test_taking_it_down_needs_the_word_to_delete_data(town: Town) -> None:
    with pytest.raises(CannotOperate, match="nothing was deleted"):
        destroy(town.stage, "delete it", "", town.operator)
    with pytest.raises(CannotOperate, match="Nothing was deleted"):
        destroy(town.stage, f"delete {town.stage.prefix} and all its data", "1", town.operator)
    assert town.stage.stack()
    destroy(town.stage, "", "", town.operator)
    assert town.stage.stack() is None
    tables = town.stage.client("dynamodb").list_tables()["TableNames"]
    assert f"{town.stage.prefix}-families" in tables, "the data stay"
    with pytest.raises(CannotOperate, match="there is no stack"):
        destroy(town.stage, "", "", town.operator)


def test_what_it_kept_comes_back_in_a_new_stack(town: Town) -> None:
    families = town.stage.client("dynamodb").scan(TableName=f"{town.stage.prefix}-families")["Items"]
    with pytest.raises(CannotOperate, match="make adopt"):
        deploy(town.stage, town.built, town.operator)
    let_buckets_in(town.stage)
    adopt(town.stage, town.built, town.operator)
    assert {(kind, name) for kind, name in declared_names(town.stage)} <= set(town.stage.resources())
    assert town.stage.client("dynamodb").scan(TableName=f"{town.stage.prefix}-families")["Items"] == families
    assert families
