"""The audit's command line over the stand-in: what a régisseur reads, and its exit status."""

import io
import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from chalicelib.commands.control_book import main
from chalicelib.commands.control_words import NAMES, WORDS, report_of
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.services.book_ports import MoneyEvent, PaymentOn
from chalicelib.services.controlling import Controlled, Differing, Discrepancy, Flaw
from chalicelib.settings import Settings
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.builders import a_family, a_payment, a_town, an_invoice
from tests.clock import paris
from tests.exports.regie_desk import NOVEMBER
from tests.money import NOW, an_entry, receive
from tests.stand_in import REGION, database_for
from tests.waiting import without_waiting


@pytest.fixture
def regie(moto_settings: Settings) -> Settings:
    """A cheque and a transfer on one invoice."""
    database = database_for(moto_settings)
    intake, invoices = DynamoIntakeStore(database), DynamoInvoiceStore(database)
    intake.put_town(a_town(), NOW)
    intake.put_families([a_family()])
    invoices.put(an_invoice(), ())
    for number, means in (("p-1", Means.CHEQUE), ("p-2", Means.TRANSFER)):
        receive(DynamoBook(database), invoices.holder(an_invoice().number), a_payment(100, id=number, means=means))
    return moto_settings


def run(settings: Settings, *arguments: str) -> tuple[int, str, str]:
    environ = {
        "PORTAL_STAGE": "local",
        "AWS_REGION": REGION,
        "PORTAL_TABLES": settings.tables,
        "PORTAL_SESSION_SECRET": "s",
        "PORTAL_PEPPER": "p",
        "PORTAL_SENDER": "a@ville.example",
        "PORTAL_BUCKET": settings.bucket,
        "PORTAL_PAYFIP_URL": "http://127.0.0.1:1",
        "DEMO_NOW": "2026-12-01T09:00",
    }
    out, error = io.StringIO(), io.StringIO()
    return main(list(arguments), environ, out, error), out.getvalue(), error.getvalue()


def test_a_month_that_agrees(regie: Settings) -> None:
    assert run(regie, "--mois", "2026-11") == (
        0,
        "Contrôle de 11/2026. Lignes : 2. Opérations demandées à la trésorerie : 0. Différences : 0.\n"
        "Tout ce qui peut être comparé est d'accord.\n",
        "",
    )


def test_a_line_that_was_altered_by_hand_in_the_table_is_found(regie: Settings) -> None:
    table = boto3.resource("dynamodb", REGION).Table(f"{regie.tables}-payments")
    items: list[Any] = table.scan()["Items"]
    (line,) = (item for item in items if item.get("exercice") and item["item"].endswith("1") and "facts" in item)
    facts = json.loads(line["facts"])
    assert facts["amount"] == 100
    table.put_item(Item={**line, "facts": json.dumps({**facts, "amount": 90_000})})
    status, out, _ = run(regie, "--mois", "2026-11")
    assert status == 1
    assert "- 2026-000002, facture 2013-026-000335 : la ligne ne suit pas celle qui la précède" in out
    assert "- 2026-000001, facture 2013-026-000335 : le paiement sur la facture n'est pas celui de la ligne." in out
    assert "  montant : 900,00\u00a0€ ici, 1,00\u00a0€ en face." in out
    assert "Ne corrigez rien" in out


def test_a_treasury_that_does_not_answer_leaves_the_audit_undone(regie: Settings) -> None:
    database = database_for(regie)
    invoice = DynamoInvoiceStore(database).holder(an_invoice().number)
    assert invoice
    payment = a_payment(100, id="online", means=Means.ONLINE)
    entry = replace(an_entry(invoice, payment), idop="6d8a1c5e-0000-11f0-8000-000000000001")
    DynamoBook(database).write(MoneyEvent(NOW, (entry,), (PaymentOn(invoice, payment),)))
    with without_waiting():
        status, out, _ = run(regie, "--mois", "2026-11")
    assert status == 2
    assert "Sans réponse de la trésorerie : 1 (2026-000003). Ce n'est pas une différence" in out


def test_where_it_cannot_start(regie: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--mois", "11/2026"]):
        with pytest.raises(SystemExit) as ended:
            run(regie, *arguments)
        assert ended.value.code == 2
    assert "n'est pas un mois" in capsys.readouterr().err
    out, error = io.StringIO(), io.StringIO()
    assert main(["--mois", "2026-11"], {}, out, error) == 2


@pytest.mark.parametrize("fault", Flaw)
def test_every_difference_says_what_to_do(fault: Flaw) -> None:
    facts = [Differing(name, Cents(1), paris("lundi 2026-11-23 10:00")) for name in NAMES]
    found = Controlled(1, 1, (Discrepancy(fault, "2026-000001", "2013-026-000335", tuple(facts)),), gone=("x",) * 11)
    lines = list(report_of(found, NOVEMBER))
    assert len(WORDS) == len(Flaw)
    assert lines[1].startswith("- 2026-000001, facture 2013-026-000335 : ")
    assert "  montant : 0,01\u00a0€ ici, 23/11/2026 10:00 en face." in lines
    assert lines[-2].startswith("  Que faire : ")
    assert lines[-1].startswith("Lignes dont la facture n'est plus dans le portail : 11 (x")
