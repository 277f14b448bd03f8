"""What a parent does on the bank's pages, and what a test makes the simulated bank do."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key
from playwright.sync_api import Page

from infra.local.bank.cards import STEM
from infra.local.stage import environment_of

FAMILY = "f-bond"
NUMBER = "2013-026-000335"


@dataclass
class Bank:
    """The simulator beside the portal that listens on ``port``."""

    port: int

    @property
    def environment(self) -> dict[str, str]:
        return environment_of("local", self.port)

    def api(self, path: str, **fields: Any) -> Any:
        """A command in JSON; without fields, what there is to read at ``path``."""
        address = f"{self.environment['PORTAL_PAYFIP_URL']}/_sim/api/{path}"
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
        if options:
            self.api("options", **options)
        table = self._table("invoices")
        for item in self._items(table):
            if "#PAY#" in item["item"]:
                table.delete_item(Key={"family": FAMILY, "item": item["item"]})
            else:
                table.update_item(
                    Key={"family": FAMILY, "item": item["item"]},
                    UpdateExpression="SET paid = :none REMOVE attempt",
                    ExpressionAttributeValues={":none": 0},
                )

    def payments(self) -> list[int]:
        """Cents of every payment that the portal has for the manual's invoice."""
        return [int(item["amount"]) for item in self._items(self._table("invoices")) if "#PAY#" in item["item"]]

    def _items(self, table: Any) -> list[dict[str, Any]]:
        found = table.query(KeyConditionExpression=Key("family").eq(FAMILY) & Key("item").begins_with("I#"))["Items"]
        return [item for item in found if NUMBER in item["item"]]

    def _table(self, name: str) -> Any:
        environment = self.environment
        resource = boto3.resource(
            "dynamodb",
            "eu-west-3",
            endpoint_url=environment["PORTAL_AWS_ENDPOINT"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        return resource.Table(f"{environment['PORTAL_TABLES']}-{name}")


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
