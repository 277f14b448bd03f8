"""Tax certificates: an item for each year beside the family's others, so that whoever reads the family has them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.rules import retention
from chalicelib.rules.families import Family, MadeCertificate
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.instants import instant_text
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.services.mail_ports import Mail
from chalicelib.storage import keys
from chalicelib.storage.database import Database, WriteRefused
from chalicelib.storage.families import families_among
from chalicelib.storage.invoice_items import line_of
from chalicelib.storage.outbox import row_of as mail_row
from chalicelib.storage.rows import FamilyRow, InvoiceRow, OutboxRow

CERTIFICATE_AT = 0
"""Place of the certificate in its transaction: it is the first row that is put."""


class LookRow(Model):
    """``CERTIFIED``: the last day on which every family was looked at. Without one, nobody ever did."""

    class Meta:
        table_name = "town"

    town = UnicodeAttribute(hash_key=True)
    version = UnicodeAttribute(range_key=True)
    day = UnicodeAttribute()


class DynamoCertificateStore:
    """``CertificateStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(FamilyRow)
        self.invoices = database.bind(InvoiceRow)
        self.mails = database.bind(OutboxRow)
        self.looks = database.bind(LookRow)

    def families(self) -> Iterator[Family]:
        return families_among(self.database.every("certificates.families", self.rows))

    def lines(self, family: FamilyId, numbers: Iterable[InvoiceNumber]) -> dict[InvoiceNumber, tuple[InvoiceLine, ...]]:
        asked = {keys.invoice_lines(number): number for number in numbers}
        wanted = ({"family": family, "item": item} for item in asked)
        found = self.database.batch_get("certificates.lines", self.invoices, wanted, consistent_read=True)
        return {
            asked[item["item"]["S"]]: tuple(line_of(text["S"]) for text in item.get("lines", {}).get("L", ()))
            for item in found
        }

    def put(self, family: FamilyId, made: MadeCertificate, mails: Sequence[Mail]) -> None:
        row = self.rows(
            family,
            keys.certificate_part(made.year),
            hash=made.tag,
            version=made.version,
            at=instant_text(made.made_at),
            pdf_bytes=made.pdf_bytes,
            expires=retention.of_certificate(made.year),
        )
        before = made.version - 1
        as_read = self.rows.version == before if before else self.rows.version.does_not_exist()

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=as_read, return_values="ALL_OLD")
            for mail in mails:
                transaction.save(mail_row(self.mails, mail))

        try:
            self.database.transact("certificates.put", fill)
        except WriteRefused as refused:
            if refused.found.get(CERTIFICATE_AT) != row.serialize():
                raise  # Otherwise it was this same write, and its answer was lost.

    def looked_on(self) -> date | None:
        row = self.database.get("certificates.looked_on", self.looks, keys.TOWN, keys.CERTIFIED, consistent_read=True)
        return date.fromisoformat(row.day) if row else None

    def note_look(self, day: date) -> None:
        row = self.looks(keys.TOWN, keys.CERTIFIED)
        self.database.update("certificates.note_look", row, [self.looks.day.set(day.isoformat())])
