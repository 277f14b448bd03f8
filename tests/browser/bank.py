"""What a parent does on the bank's pages, and what a test makes the simulated bank do."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.conditions import Key
from playwright.sync_api import Page

from infra.local.bank.cards import STEM
from tests.browser.tables import Tables

FAMILY = "f-bond"
NUMBER = "2013-026-000335"


@dataclass
class Bank:
    """The simulator at ``url``, beside the portal with these tables."""

    url: str
    tables: Tables

    def api(self, path: str, **fields: Any) -> Any:
        """A command in JSON; without fields, what there is to read at ``path``."""
        address = f"{self.url}/_sim/api/{path}"
        data = json.dumps(fields).encode() if fields or path == "reset" else None
        request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def operations(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = self.api("operations")
        return found

    def start_again(self, **options: Any) -> None:
        """The manual's invoice is due, nobody ever tried to pay it, and the bank's books are empty."""
        self.api("reset")
        self.tables.put_back()
        if options:
            self.api("options", **options)

    def payments(self) -> list[int]:
        """Cents of every payment that the portal has for the manual's invoice."""
        of_family = Key("family").eq(FAMILY) & Key("item").begins_with("I#")
        items = self.tables["invoices"].query(KeyConditionExpression=of_family)["Items"]
        paid = (text for item in items if NUMBER in item["item"] for text in item["payments"].values())
        return [json.loads(text)["amount"] for text in paid]


@dataclass
class BankPage:
    """The bank's window, or the parent's own once she went there in it."""

    page: Page

    def pays(self, ending: str = "00", code: str = "1234") -> None:
        """From the bank's first page to its last, by the card with that ending."""
        self.page.get_by_role("link", name="Continuer").click()
        self.page.get_by_role("button", name="Continuer").click()
        self.page.get_by_label("Numéro de carte").fill(STEM + ending)
        self.page.get_by_label("Cryptogramme visuel").fill("123")
        self.page.get_by_role("button", name="Valider").click()
        self.page.get_by_label("Code reçu").fill(code)
        self.page.get_by_role("button", name="Confirmer").click()
        self.page.wait_for_url("**/tpa/fin?*")

    def debits(self, account: str = "Camille Essai") -> None:
        self.page.get_by_role("link", name="Continuer").click()
        self.page.get_by_label("Prélèvement unique").check()
        self.page.get_by_role("button", name="Continuer").click()
        self.page.get_by_label(account).check()
        self.page.get_by_role("button", name="Autoriser le prélèvement").click()
        self.page.wait_for_url("**/tpa/fin?*")

    def cancels(self) -> None:
        self.page.get_by_role("button", name="Annuler le paiement").click()
        self.page.wait_for_url("**/tpa/fin?*")

    def goes_back(self) -> None:
        self.page.get_by_role("link", name="Retour au site").click()
        self.page.wait_for_load_state()
